//! The pages of requests for budgets.

use crate::server::{PAGE, TestServer};
use domain::role::PlatformRole;
use http::StatusCode;

async fn page(server: &TestServer, cookie: &str, address: &str) -> String {
    let answer = server.get(address, &[("cookie", cookie), PAGE]).await;
    assert_eq!(answer.status(), StatusCode::OK, "{address}");
    answer.text().await.expect("a page")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_category_is_named_and_left_out() {
    let server = TestServer::start().await;
    let (_, cookie) = server.person("Uma User", PlatformRole::User).await;
    let text = page(&server, &cookie, "/requests/new?category=gold").await;
    assert!(text.contains("Left out: category.") && text.contains("Request a Platform budget"), "{text}");
    let text = page(&server, &cookie, "/requests/new?category=cli").await;
    assert!(!text.contains("Left out") && text.contains("Request a CLI budget"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_of_a_closed_request_says_why_it_was_closed() {
    let server = TestServer::start().await;
    let (_, cookie) = server.person("Ada Auditor", PlatformRole::Auditor).await;
    server.person("Uma User", PlatformRole::User).await;
    server
        .world
        .run(
            "insert into budget_requests (id, user_id, category, hard_limit, reason, requested_by, requested_at)
               select '00000000-0000-0000-0000-000000000007', id, 'cli', 80, 'Why', id, '2026-03-01'
               from users where name = 'Uma User';
             update users set is_active = false where name = 'Uma User'",
        )
        .await;
    let text = page(&server, &cookie, "/requests/00000000-0000-0000-0000-000000000007").await;
    assert!(text.contains("The user was deactivated while the request waited, which closed it."), "{text}");
}
