//! A creating call that is sent twice is done once.

use super::Program;
use crate::server::TestServer;
use domain::role::PlatformRole;
use http::Method;
use serde_json::{Value, json};

fn account(name: &str) -> Option<Value> {
    let email = format!("{name}@example.com");
    Some(json!({"email": email, "username": name, "password": "a quiet ledger line"}))
}

async fn count(server: &TestServer) -> i64 {
    let count = sqlx::query_scalar("select count(*) from users where username is not null");
    count.fetch_one(server.world.services.pool()).await.expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_call_again_gets_the_same_answer() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let other = Program::new(&server, "Other", PlatformRole::Maintainer).await;
    let key = [("idempotency-key", "one")];
    let path = "/v1/admin/users";
    let first = root.ask(Method::POST, path, &key, account("first")).await;
    let again = root.ask(Method::POST, path, &key, account("first")).await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(count(&server).await, 1);
    let different = root.ask(Method::POST, path, &key, account("second")).await;
    assert_eq!(different.status, 422, "{different:?}");
    let of_another_person = other.ask(Method::POST, path, &key, account("second")).await;
    assert_eq!(of_another_person.status, 200);
    server.world.clock.advance(time::Duration::hours(25));
    // Sessions have ended too by then; the key is free for a new one.
    let root = Program::new(&server, "Root Again", PlatformRole::Maintainer).await;
    assert_eq!(root.ask(Method::POST, path, &key, account("third")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_call_gives_its_key_back() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let key = [("idempotency-key", "one")];
    let path = "/v1/admin/users";
    let wrong = Some(json!({"email": "nobody", "username": "abc", "password": "a quiet ledger line"}));
    assert_eq!(root.ask(Method::POST, path, &key, wrong).await.status, 422);
    assert_eq!(root.ask(Method::POST, path, &key, account("first")).await.status, 200);
    let several = [("idempotency-key", "two"), ("idempotency-key", "three")];
    let refused = root.ask(Method::POST, path, &several, account("second")).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_request"), "which key holds would be a guess");
    let long = "k".repeat(256);
    assert_eq!(root.ask(Method::POST, path, &[("idempotency-key", &long)], account("x")).await.status, 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_the_same_time_one_is_done() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let key = [("idempotency-key", "one")];
    let send = || root.ask(Method::POST, "/v1/admin/users", &key, account("first"));
    let replies = tokio::join!(send(), send(), send(), send(), send(), send());
    let statuses = [replies.0, replies.1, replies.2, replies.3, replies.4, replies.5].map(|reply| reply.status);
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&200), "{statuses:?}");
    assert_eq!(count(&server).await, 1);
    assert_eq!(send().await.status, 200);
}
