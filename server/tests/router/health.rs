//! What an orchestrator sees while the server starts.

use crate::server::{OUR_SITE, PAGE, TestServer, header};
use http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_at_once_and_ready_when_the_schema_is() {
    let server = TestServer::start_unready(|_| {}).await;
    assert_eq!(server.get("/health/live", &[]).await.status(), StatusCode::OK);
    assert_eq!(server.get("/health/ready", &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let page = server.get("/sign-in", &[PAGE]).await;
    assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!header(&page, "retry-after").is_empty());
    assert!(page.text().await.expect("a page").contains("is starting"));
    let act = server.post("/act/sign-in", "email=a&password=b&next=", &[PAGE, OUR_SITE]).await;
    assert_eq!(act.status(), StatusCode::SERVICE_UNAVAILABLE);

    server.readiness.announce();
    for path in ["/health", "/health/ready"] {
        assert_eq!(server.get(path, &[]).await.status(), StatusCode::OK);
    }
    assert_eq!(server.get("/sign-in", &[PAGE]).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_ready_without_its_database() {
    let server = TestServer::start().await;
    server.world.services.pool().close().await;
    assert_eq!(server.get("/health/ready", &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.get("/health/live", &[]).await.status(), StatusCode::OK);
}
