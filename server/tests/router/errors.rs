//! What people see when a request does not reach a page.

use crate::provider::cookie_of;
use crate::server::{DATA, OUR_SITE, PAGE, TestServer, answer, header};
use domain::role::PlatformRole;
use http::{Method, StatusCode};
use services::testing::World;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_address_is_a_page_with_request_id_and_link() {
    let server = TestServer::start().await;
    let response = server.get("/no-such-page", &[PAGE]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let id = header(&response, "x-request-id");
    let html = response.text().await.expect("a page");
    assert!(html.contains(&id) && html.contains("href=\"/\"") && html.contains("/assets/bursar.0123.css"), "{html}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_gets_the_same_as_data() {
    let server = TestServer::start().await;
    let response = server.post("/act/no-such-action", "", &[DATA, OUR_SITE]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let id = header(&response, "x-request-id");
    let error: app::error::PageError = serde_json::from_str(&response.text().await.expect("data")).expect("an error");
    assert_eq!(error.refusal, domain::error::Refusal::NotFound);
    assert_eq!(error.request_id, Some(id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_method_that_an_address_does_not_take_is_405_and_names_those_it_takes() {
    let server = TestServer::start().await;
    let response = answer(server.request(Method::DELETE, "/sign-in", &[PAGE, OUR_SITE])).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(header(&response, "allow").contains("GET"));
    assert!(header(&response, "content-type").starts_with("text/html"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_beyond_the_limit_is_refused() {
    let server = TestServer::start().await;
    let body = format!("email={}", "a".repeat(64 * 1024));
    let response = server.post("/act/sign-in", &body, &[PAGE, OUR_SITE]).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(response.text().await.expect("a page").contains("64 kB"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_database_pages_answer_503_and_say_when_to_try_again() {
    let server = TestServer::start().await;
    let (_, cookie) = server.person("Ada Lovelace", PlatformRole::User).await;
    server.world.services.pool().close().await;
    let response = server.get("/sign-in", &[PAGE, ("cookie", &cookie)]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!header(&response, "retry-after").is_empty());
    let id = header(&response, "x-request-id");
    let html = response.text().await.expect("a page");
    assert!(html.contains("database does not answer") && html.contains(&id), "{html}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_takes_too_long_is_given_up() {
    let server = TestServer::start_with(|web| web.request_timeout = Duration::from_millis(50)).await;
    let (_, cookie) = server.person("Ada Lovelace", PlatformRole::User).await;
    let mut holder = server.world.services.pool().begin().await.expect("a transaction");
    sqlx::query("lock table sessions in access exclusive mode").execute(&mut *holder).await.expect("the lock");
    let response = server.get("/sign-in", &[PAGE, ("cookie", &cookie)]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().await.expect("a page").contains("took too long"));
}

/// More sign-ins at once than passwords may wait: the form comes back, and the database is not blamed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_password_queue_is_told_on_the_sign_in_page() {
    const SIGN_INS: usize = 300;
    let world = World::with(|settings| settings.network_tries = u16::MAX).await;
    let server = Arc::new(TestServer::start_on(world).await);
    let mut sign_ins: JoinSet<_> = (0..SIGN_INS)
        .map(|number| {
            let server = Arc::clone(&server);
            async move {
                let body = format!("email=user-{number}%40example.com&password=wrong&next=%2F");
                server.post("/act/sign-in", &body, &[PAGE, OUR_SITE]).await
            }
        })
        .collect();
    let mut pages = Vec::new();
    while let Some(response) = sign_ins.join_next().await {
        let response = response.expect("no panic");
        assert!(response.status().is_redirection(), "back to the form");
        let cookie = cookie_of(&response, "__Host-bursar-form");
        let page = server.get("/sign-in", &[PAGE, ("cookie", &cookie)]).await.text().await.expect("a page");
        if page.contains("Too many users are signing in at this moment.") {
            pages.push(page);
            // Nobody hashes for a request that was given up.
            break;
        }
    }
    let [page] = pages.as_slice() else { panic!("no sign-in was refused") };
    assert!(page.contains("@example.com"), "the address is kept: {page}");
}
