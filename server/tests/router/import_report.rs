//! The screen of the import from Keycloak: who may start one, and the report as a file.

use crate::server::{PAGE, TestServer, header};
use domain::csv::BYTE_ORDER_MARK;
use domain::import::CSV_HEADER;
use domain::role::PlatformRole;
use http::StatusCode;
use services::keycloak::AdminApi;
use services::testing::World;

const CSV: &str = app::paths::KEYCLOAK_IMPORT_CSV;

/// 2,500 users, of whom every tenth has a conflict.
const ROWS: &str = "
insert into keycloak_imports (id, address, realm, is_plan, total, is_writable_by_users, started_at, updated_at, finished_at,
                              created, conflicts)
values ('00000000-0000-7000-8000-000000000001', 'https://auth.example.com/', 'main', false, 2500, false,
        '2026-03-02 12:00Z', now(), now(), 2250, 250);
insert into keycloak_import_users (import_id, place, subject, username, name, address, outcome, code, detail, is_over_limit, at)
select i.id, n, 'subject-' || n, 'user' || n, '=User ' || n, 'user' || n || '@example.com',
       case when n % 10 = 0 then 'conflict' else 'created' end, 'code', 'Because', false, '2026-03-02 12:00Z'
from keycloak_imports i, generate_series(0, 2499) n;
";

async fn server() -> TestServer {
    let mut world = World::create().await.behind_a_provider();
    let url = "https://auth.example.com".parse().expect("an address");
    let api = AdminApi::new(url, "main".to_owned(), "bursar-import".to_owned(), "secret".into());
    world.services = world.services.clone().with_keycloak_admin(api.expect("certificate authorities"));
    TestServer::start_on(world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn report_is_a_file_of_all_users_or_of_one_result() {
    let server = server().await;
    server.world.run(ROWS).await;
    let (_, cookie) = server.person("Ada", PlatformRole::Admin).await;
    let headers = [("cookie", cookie.as_str()), PAGE];
    let all = server.get(CSV, &headers).await;
    assert_eq!((all.status(), header(&all, "content-type").as_str()), (StatusCode::OK, "text/csv; charset=utf-8"));
    assert_eq!(header(&all, "content-disposition"), "attachment; filename=\"keycloak-import-2026-03-02.csv\"");
    assert_eq!(header(&all, "cache-control"), "no-store");
    let file = all.text().await.expect("a file");
    let text = file.strip_prefix(BYTE_ORDER_MARK).expect("Excel knows that it is UTF-8");
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!((lines[0], lines.len()), (CSV_HEADER.trim_end(), 2_501));
    let first =
        r#""user0","'=User 0","user0@example.com","conflict","code","Because","no","subject-0","2026-03-02T12:00:00Z""#;
    assert_eq!(lines[1], first, "as the command writes it");
    assert_eq!(lines[2_500].split(',').next(), Some("\"user2499\""));

    let conflicts = server.get(&format!("{CSV}?result=conflict"), &headers).await;
    let name = "attachment; filename=\"keycloak-import-2026-03-02-conflict.csv\"";
    assert_eq!(header(&conflicts, "content-disposition"), name);
    assert_eq!(conflicts.text().await.expect("a file").lines().count(), 251);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn report_is_open_to_those_who_see_the_identity_provider() {
    let server = server().await;
    let signed_out = server.get(CSV, &[PAGE]).await;
    assert_eq!(signed_out.status(), StatusCode::SEE_OTHER);
    assert!(header(&signed_out, "location").starts_with("/sign-in?next="), "{}", header(&signed_out, "location"));
    assert_eq!(server.get(CSV, &[]).await.status(), StatusCode::UNAUTHORIZED);
    for (role, expected) in [
        (PlatformRole::Maintainer, StatusCode::NOT_FOUND),
        (PlatformRole::Admin, StatusCode::NOT_FOUND),
        (PlatformRole::Auditor, StatusCode::FORBIDDEN),
        (PlatformRole::User, StatusCode::FORBIDDEN),
    ] {
        let (_, cookie) = server.person(&format!("Asking {}", role.title()), role).await;
        let answer = server.get(CSV, &[("cookie", &cookie), PAGE]).await;
        assert_eq!(answer.status(), expected, "{role:?} before the first import");
        if expected == StatusCode::FORBIDDEN {
            let page = answer.text().await.expect("a page");
            assert!(page.contains("Maintainers and admins can: ask one of them."), "{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_maintainers_are_offered_to_import() {
    let server = server().await;
    for (role, is_offered) in [(PlatformRole::Maintainer, true), (PlatformRole::Admin, false)] {
        let (_, cookie) = server.person(&format!("Reading {}", role.title()), role).await;
        let page = server.get(app::paths::KEYCLOAK_IMPORT, &[("cookie", &cookie), PAGE]).await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.expect("a page");
        assert!(page.contains("Not run yet"), "{page}");
        assert_eq!(page.contains("/act/keycloak-import/plan"), is_offered, "{role:?}");
        assert_eq!(page.contains("/act/keycloak-import/start"), is_offered, "{role:?}");
    }
}
