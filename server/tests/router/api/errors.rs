//! Every error has the one shape, wherever in the server it comes from.

use super::{Program, read};
use crate::server::{TestServer, answer};
use domain::role::PlatformRole;
use http::Method;
use serde_json::{Value, json};
use server::rate_limit::RateLimit;
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
    let text = "Too many requests. Wait 60 seconds.";
    assert_eq!(refused.body, expected("too_many_requests", text, &Value::Null, &Value::Null));
    assert_eq!(other.get("/v1/user").await.status, 200);
    server.world.clock.advance(time::Duration::seconds(60));
    assert_eq!(root.get("/v1/user").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn network_at_its_limit_waits_before_any_token_is_checked() {
    let server = TestServer::start_limited(RateLimit::new(1)).await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let unauthenticated = Program::unauthenticated(&server);
    assert_eq!(unauthenticated.get("/v1/user").await.status, 401);
    for _ in 0..19 {
        let refused = unauthenticated.get("/v1/user").await;
        assert_eq!(
            (refused.status, refused.header("ratelimit-limit")),
            (429, "1"),
            "requests that authenticate no user"
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

/// One request a status, with the whole body of its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn body_of_each_status_is_as_documented() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let eve = Program::new(&server, "Eve", PlatformRole::User).await;
    let unauthenticated = Program::unauthenticated(&server);
    root.post("/v1/projects", json!({"name": "atlas"})).await;
    root.patch("/v1/projects/atlas", json!({"display_name": "Atlas"})).await;
    let (projects, atlas, user) =
        ("/v1/projects", "/v1/projects/atlas", "/v1/admin/users/0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d");
    let stale: &[(&str, &str)] = &[("if-match", r#""1""#)];
    let plain: &[(&str, &str)] = &[("content-type", "text/plain")];
    let two_fields = json!({"name": "Bad Name", "description": "x".repeat(501)});
    let other = json!({"display_name": "Other"});
    let old = json!({"display_name": "Other", "version": 1});
    let null = Value::Null;
    let cases = [
        (
            400,
            &root,
            Method::PUT,
            user,
            &[][..],
            Some(json!({})),
            expected("nothing_to_change", "No fields to update", &null, &null),
        ),
        (
            400,
            &root,
            Method::POST,
            projects,
            &[],
            Some(two_fields),
            expected(
                "invalid_fields",
                "Shorten the description by 1: at most 500 characters fit. Use lower-case letters, digits, - and _ only; \
                 remove the capital letter B.",
                &json!([
                    {"loc": ["body", "description"], "code": "too_long",
                     "msg": "Shorten the description by 1: at most 500 characters fit."},
                    {"loc": ["body", "name"], "code": "name_characters",
                     "msg": "Use lower-case letters, digits, - and _ only; remove the capital letter B."},
                ]),
                &null,
            ),
        ),
        (
            401,
            &unauthenticated,
            Method::GET,
            "/v1/user",
            &[],
            None,
            expected(
                "signed_out",
                "Authentication required",
                &null,
                &json!("Send `Authorization: Bearer <token>` with the token of POST /v1/local-auth/login."),
            ),
        ),
        (
            403,
            &eve,
            Method::GET,
            "/v1/admin/users",
            &[],
            None,
            expected(
                "role_required",
                "Access denied",
                &json!("This action requires administrator, maintainer, or auditor privileges."),
                &null,
            ),
        ),
        (404, &eve, Method::GET, atlas, &[], None, expected("project_not_found", "Project not found", &null, &null)),
        (
            405,
            &root,
            Method::PUT,
            projects,
            &[],
            Some(json!({})),
            expected(
                "method_not_allowed",
                "This address does not take this method.",
                &null,
                &json!("The header Allow names those it takes."),
            ),
        ),
        (
            409,
            &root,
            Method::PATCH,
            atlas,
            &[],
            Some(old),
            expected(
                "conflict",
                "Another user saved this while you were editing it.",
                &json!({"saved_by": "Root", "version": 2}),
                &null,
            ),
        ),
        (
            412,
            &root,
            Method::PATCH,
            atlas,
            stale,
            Some(other),
            expected(
                "precondition_failed",
                "This was changed after you read it. Nothing was changed.",
                &json!({"version": 2}),
                &json!("Read it again, then send its new ETag in If-Match."),
            ),
        ),
        (
            413,
            &root,
            Method::POST,
            projects,
            &[],
            Some(json!({"name": "x".repeat(300_000)})),
            expected(
                "body_too_large",
                "The body is too large. Nothing was changed.",
                &null,
                &json!("Send at most 256 kB."),
            ),
        ),
        (
            415,
            &root,
            Method::POST,
            projects,
            plain,
            None,
            expected(
                "unsupported_media_type",
                "The body has to be JSON.",
                &null,
                &json!("Send `Content-Type: application/json`."),
            ),
        ),
        (
            422,
            &root,
            Method::POST,
            projects,
            &[],
            Some(json!({"name": 7})),
            expected(
                "invalid_request",
                "name: invalid type: integer `7`, expected a string",
                &json!([{"type": "value_error", "loc": ["body", "name"], "code": "invalid_value", "input": 7,
                         "msg": "invalid type: integer `7`, expected a string"}]),
                &null,
            ),
        ),
    ];
    for (status, program, method, path, headers, body, expected) in cases {
        let reply = program.ask(method, path, headers, body).await;
        assert_eq!((reply.status, &reply.body), (status, &expected));
    }
    let pool = server.world.services.pool();
    sqlx::query("alter table projects rename to elsewhere").execute(pool).await.expect("renamed");
    let broken = root.get(projects).await;
    let help = json!("Try again. If it happens again, tell an administrator the X-Request-Id of this answer.");
    let text = "Something went wrong on our side. Nothing was changed.";
    assert_eq!((broken.status, broken.body), (500, expected("internal", text, &null, &help)));
    pool.close().await;
    let down = root.get(projects).await;
    let text = "Bursar could not answer in time. Nothing was changed; try again.";
    assert_eq!((down.status, down.body), (503, expected("unavailable", text, &null, &null)));
}

fn expected(code: &str, message: &str, details: &Value, help: &Value) -> Value {
    json!({"error": {"code": code, "message": message, "details": details, "help": help}})
}
