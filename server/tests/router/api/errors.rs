//! Every error has the one shape, wherever in the server it comes from.

use super::{Program, read};
use crate::server::{TestServer, answer};
use domain::role::PlatformRole;
use http::Method;
use server::api::RateLimit;
use std::time::Duration;

/// Method, address, content type and body of a request, and the status and code of its answer.
type Case<'a> = (Method, &'a str, &'a str, &'a str, (u16, &'a str));

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_goes_wrong_is_told_in_one_shape() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let users = "/v1/admin/users";
    let large = "a".repeat(300_000);
    let (json, text, none) = ("application/json", "text/plain", "");
    let cases: [Case<'_>; 13] = [
        (Method::GET, "/v1/none", none, "", (404, "unknown_address")),
        (Method::GET, "/v1", none, "", (404, "unknown_address")),
        (Method::GET, "/v1/", none, "", (404, "unknown_address")),
        (Method::DELETE, users, none, "", (405, "method_not_allowed")),
        (Method::POST, users, text, "{}", (415, "unsupported_media_type")),
        (Method::POST, users, none, "{}", (415, "unsupported_media_type")),
        (Method::POST, users, json, "{", (422, "invalid_request")),
        (Method::POST, users, json, "[]", (422, "invalid_request")),
        (Method::POST, users, json, "", (422, "invalid_request")),
        (
            Method::POST,
            users,
            json,
            "{\"email\":\"\\u0000\",\"username\":\"abc\",\"password\":\"a quiet ledger line\"}",
            (422, "invisible_character"),
        ),
        (Method::POST, users, json, &large, (413, "body_too_large")),
        (Method::GET, "/v1/admin/users?cursor=nonsense", none, "", (422, "unknown_cursor")),
        (Method::GET, "/v1/admin/users?page=50000", none, "", (400, "page_too_deep")),
    ];
    for (method, path, kind, body, expected) in cases {
        let request = server.request(method.clone(), path, &[]).bearer_auth(&root.token).body(body.to_owned());
        let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
        let reply = read(&method, path, answer(request).await).await;
        assert_eq!((reply.status, reply.code()), expected, "{method} {path} {kind}: {reply:?}");
        assert!(!reply.message().is_empty(), "{method} {path}");
        assert!(!reply.header("x-request-id").is_empty(), "{method} {path}");
        if reply.status == 405 {
            assert!(reply.header("allow").contains("GET"), "{reply:?}");
        }
    }
    let chunked = reqwest::Body::from(large);
    let request = server.request(Method::POST, users, &[("content-type", json)]).bearer_auth(&root.token).body(chunked);
    assert_eq!(read(&Method::POST, users, answer(request).await).await.status, 413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_sent_with_a_read_is_not_looked_at() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let reply = root.ask(Method::GET, "/v1/user", &[("content-type", "application/json")], None).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_answer_says_when_to_try_again() {
    let server = TestServer::start_unready(|_| {}).await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let starting = root.get("/v1/user").await;
    assert_eq!((starting.status, starting.header("retry-after")), (503, "2"));
    server.readiness.announce();
    assert_eq!(root.get("/v1/user").await.status, 200);
    server.world.services.pool().close().await;
    let without = root.get("/v1/user").await;
    assert_eq!((without.status, without.header("retry-after")), (503, "2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_takes_too_long_is_given_up() {
    let server = TestServer::start_with(|web| web.request_timeout = Duration::from_millis(50)).await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let mut holder = server.world.services.pool().begin().await.expect("a transaction");
    sqlx::query("lock table sessions in access exclusive mode").execute(&mut *holder).await.expect("the lock");
    assert_eq!(root.get("/v1/user").await.status, 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_limit_of_a_minute_a_program_waits() {
    let server = TestServer::start_limited(RateLimit::new(2)).await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let other = Program::new(&server, "Other", PlatformRole::User).await;
    let first = root.get("/v1/user").await;
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("2", "1"));
    assert_eq!(root.get("/v1/user").await.status, 200);
    let refused = root.get("/v1/user").await;
    assert_eq!((refused.status, refused.header("retry-after"), refused.header("ratelimit-reset")), (429, "60", "60"));
    assert_eq!(other.get("/v1/user").await.status, 200);
    server.world.clock.advance(time::Duration::seconds(60));
    assert_eq!(root.get("/v1/user").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn network_at_its_limit_waits_before_any_token_is_checked() {
    let server = TestServer::start_limited(RateLimit::new(1)).await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let nobody = Program::nobody(&server);
    assert_eq!(nobody.get("/v1/user").await.status, 401);
    for _ in 0..19 {
        let refused = nobody.get("/v1/user").await;
        assert_eq!(
            (refused.status, refused.header("ratelimit-limit")),
            (429, "1"),
            "requests that authenticate nobody"
        );
    }
    let refused = root.get("/v1/user").await;
    assert_eq!((refused.status, refused.header("ratelimit-limit"), refused.header("retry-after")), (429, "20", "60"));
    server.world.clock.advance(time::Duration::seconds(60));
    assert_eq!(root.get("/v1/user").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rate_0_limits_nothing_and_tells_no_limit() {
    let server = TestServer::start_limited(RateLimit::new(0)).await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    for _ in 0..30 {
        let answered = root.get("/v1/user").await;
        assert_eq!((answered.status, answered.header("ratelimit-limit")), (200, ""));
    }
}
