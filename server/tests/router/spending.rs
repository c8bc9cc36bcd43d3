//! The file of the page Spending: the rows on the screen, for those who may see them.

use crate::server::{PAGE, TestServer, header};
use domain::csv::BYTE_ORDER_MARK;
use domain::permission::ViewSpend;
use domain::role::PlatformRole;
use domain::spending::{SpendRow, SpendingQuery};
use http::StatusCode;
use services::guard::Caller;
use services::testing::World;
use services::views::{ReadScope, spending};

const CSV: &str = app::paths::SPENDING_CSV;

/// Three rows of this month in two projects, one of which has a name that a spreadsheet would run.
async fn server() -> (TestServer, Caller, String) {
    let server = TestServer::start_on(World::create().await).await;
    let (ada, cookie) = server.person("Ada", PlatformRole::User).await;
    server.world.project("atlas", &ada).await;
    let (bob, _) = server.person("Bob", PlatformRole::User).await;
    server.world.project("tutor", &bob).await;
    server
        .world
        .run(
            "update projects set display_name = '=1+1' where name = 'atlas';
             insert into spend_days (day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events)
             select date '2026-03-01', 'cli', p.id, u.id, 'opus', 0.100000001, 1, 1, 1
             from projects p, users u where p.name = 'atlas' and u.name in ('Ada', 'Bob');
             insert into spend_days (day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events)
             select date '2026-03-02', 'platform', p.id, u.id, 'opus', 7, 1, 1, 1
             from projects p, users u where p.name = 'tutor' and u.name = 'Bob'",
        )
        .await;
    (server, ada, cookie)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_has_the_rows_of_the_page_with_exact_amounts() {
    let (server, ..) = server().await;
    let (maintainer, cookie) = server.person("Mia Maintainer", PlatformRole::Maintainer).await;
    let answer = server.get(CSV, &[("cookie", cookie.as_str()), PAGE]).await;
    assert_eq!(
        (answer.status(), header(&answer, "content-type").as_str()),
        (StatusCode::OK, "text/csv; charset=utf-8")
    );
    let name = "attachment; filename=\"spending-by-project-2026-03-01-2026-03-31.csv\"";
    assert_eq!(header(&answer, "content-disposition"), name);
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let file = answer.bytes().await.expect("a file");
    let text =
        std::str::from_utf8(&file).expect("UTF-8").strip_prefix(BYTE_ORDER_MARK).expect("Excel knows that it is UTF-8");
    let expected = [
        SpendRow::CSV_HEADER.trim_end(),
        r#"2026-03-01,2026-03-31,"tutor","tutor",7,0,0,7,0"#,
        r#"2026-03-01,2026-03-31,"'=1+1","atlas",0,0.200000002,0,0.200000002,0"#,
    ];
    assert_eq!(text.split_terminator("\r\n").collect::<Vec<_>>(), expected);

    let scope = ReadScope::<ViewSpend>::of(&maintainer).expect("may see spend");
    let page = spending::page(&server.world.services, &scope, &SpendingQuery::default()).await.expect("a page");
    assert_eq!(page.amounts().total().to_string(), "7.200000002", "the sum of the file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_holds_no_more_than_the_viewer_may_see() {
    let (server, ada, cookie) = server().await;
    let by_user = format!("{CSV}?by=user");
    let answer = server.get(&by_user, &[("cookie", cookie.as_str()), PAGE]).await;
    let text = answer.text().await.expect("a file");
    assert_eq!(text.lines().count(), 3, "Ada and Bob in Ada's project: {text}");
    assert!(!text.contains(",7,"), "{text}");

    server.world.run("delete from user_projects").await;
    let member = server.get(&by_user, &[("cookie", cookie.as_str()), PAGE]).await;
    assert_eq!(member.status(), StatusCode::FORBIDDEN, "{ada:?}");
    let signed_out = server.get(&by_user, &[PAGE]).await;
    assert_eq!(signed_out.status(), StatusCode::SEE_OTHER);
    let back = "/sign-in?next=%2Fsettings%2Fadministration%2Fspending.csv%3Fby%3Duser";
    assert_eq!(header(&signed_out, "location"), back);
    assert_eq!(server.get(&by_user, &[]).await.status(), StatusCode::UNAUTHORIZED);
}
