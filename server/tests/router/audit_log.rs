//! The files of the audit log: the events of the page, for those who may see them, and on record themselves.

use crate::server::{PAGE, TestServer, header};
use domain::role::PlatformRole;
use http::StatusCode;
use serde_json::Value;
use services::testing::World;

const CSV: &str = app::paths::AUDIT_LOG_CSV;
const JSON: &str = app::paths::AUDIT_LOG_JSON;

/// 2,500 events of one target, more than are read at a time, and one that a spreadsheet would run.
async fn server() -> TestServer {
    let server = TestServer::start_on(World::create().await).await;
    server
        .world
        .run(
            "insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
             select gen_random_uuid(), timestamptz '2026-01-01Z' + n * interval '1 second', 'Bursar', 'user.created', 'user',
                    '00000000-0000-0000-0000-000000000007', 'u' || n, '[]' from generate_series(1, 2500) n;
             insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
             values (gen_random_uuid(), '2026-02-01Z', 'Operator', 'project.edited', 'project', gen_random_uuid(), '=1+1',
                     '[{\"field\": \"name\", \"before\": null, \"after\": \"x\"}]')",
        )
        .await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_have_every_event_of_the_filter_once_and_are_events_themselves() {
    let server = server().await;
    let (auditor, cookie) = server.person("Aron Auditor", PlatformRole::Auditor).await;
    let cookie = [("cookie", cookie.as_str()), PAGE];
    let target = "00000000-0000-0000-0000-000000000007";
    let answer = server.get(&format!("{CSV}?target={target}"), &cookie).await;
    assert_eq!(
        (answer.status(), header(&answer, "content-type").as_str()),
        (StatusCode::OK, "text/csv; charset=utf-8")
    );
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let text = answer.text().await.expect("a file");
    let mut names: Vec<_> =
        text.split("\r\n").skip(1).filter(|line| !line.is_empty()).map(|line| line.split(',').nth(5)).collect();
    assert_eq!(names.first(), Some(&Some("\"u2500\"")), "the newest first");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 2500);

    let text = server.get(&format!("{CSV}?actor=Operator"), &cookie).await.text().await.expect("a file");
    assert!(text.contains(",\"'=1+1\","), "{text}");
    let answer = server.get(&format!("{JSON}?actor=Operator"), &cookie).await;
    assert_eq!(header(&answer, "content-type"), "application/x-ndjson");
    let lines = answer.text().await.expect("a file");
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["action"], &events[0]["changes"][0]["after"]), (&"project.edited".into(), &"x".into()));

    let recorded: Vec<(String, String)> = sqlx::query_as(
        "select target, changes::text from audit_log where action = 'export.downloaded' and actor_id = $1 order by at, id",
    )
    .bind(auditor.actor.user_id.0)
    .fetch_all(server.world.services.pool())
    .await
    .expect("events");
    assert_eq!(recorded.len(), 3);
    assert!(
        recorded.iter().any(|(name, filter)| name == "Audit log as CSV" && filter.contains(target)),
        "{recorded:?}"
    );
    assert!(recorded.iter().any(|(name, _)| name == "Audit log as JSON lines"), "{recorded:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_refused_to_admins_and_visitors_without_an_event() {
    let server = server().await;
    let (_, cookie) = server.person("Alma Admin", PlatformRole::Admin).await;
    for path in [CSV, JSON] {
        assert_eq!(server.get(path, &[("cookie", cookie.as_str())]).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(server.get(path, &[]).await.status(), StatusCode::UNAUTHORIZED);
    }
    let exports: i64 = sqlx::query_scalar("select count(*) from audit_log where action = 'export.downloaded'")
        .fetch_one(server.world.services.pool())
        .await
        .expect("a count");
    assert_eq!(exports, 0);
}
