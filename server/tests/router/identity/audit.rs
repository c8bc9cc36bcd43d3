//! What the audit log says of sign-ins that the identity provider or Bursar refused, and of sessions that it ended.

use super::both;
use super::sign_out::{logout_token, send};
use crate::provider::{cookie_of, person};
use crate::server::{PAGE, TestServer, header};
use http::StatusCode;
use serde_json::{Value, json};
use time::Duration;

/// Action, actor, target and reason of the events of sessions, the earliest first.
async fn events(server: &TestServer) -> Vec<[String; 4]> {
    let rows: Vec<(String, String, String, Option<String>)> = sqlx::query_as(
        "select action, actor, target, reason from audit_log
         where action like 'user.sign%' or action like 'user.reauthenticat%' order by at, id",
    )
    .fetch_all(server.world.services.pool())
    .await
    .expect("events");
    rows.into_iter()
        .map(|(action, actor, target, reason)| [action, actor, target, reason.unwrap_or_default()])
        .collect()
}

fn event(action: &str, actor: &str, target: &str, reason: &str) -> [String; 4] {
    [action, actor, target, reason].map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_whom_bursar_refuses_is_on_record_with_the_reason() {
    let (server, provider) = both().await;
    server.sign_in(&provider).await;
    server.world.run("update users set is_active = false; delete from sessions").await;
    for roles in [&["developer"][..], &[]] {
        let person = if roles.is_empty() { person("grace", roles) } else { person("ada", roles) };
        provider.sign_in_as(person);
        server.world.clock.advance(Duration::minutes(1));
        let (location, cookie) = server.leave("%2F").await;
        server.come_back(&cookie, &provider.approve(&location)).await;
    }
    let found = events(&server).await;
    assert_eq!(
        found[1..],
        [
            event("user.sign_in_failed", "Not signed in", "ada@example.com", "deactivated"),
            event("user.sign_in_failed", "Not signed in", "grace@example.com", "no role"),
        ],
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_that_the_provider_declines_is_on_record_and_a_reloaded_callback_is_not() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave("%2F").await;
    let mut back = provider.approve(&location);
    back[0] = ("error", "access_denied".to_owned());
    for _ in 0..2 {
        server.come_back(&cookie, &back).await;
    }
    let declined = "declined by the identity provider";
    assert_eq!(events(&server).await, [event("user.sign_in_failed", "Not signed in", "an unknown address", declined)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn re_authentication_as_another_user_is_on_record_for_the_session() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    server.world.clock.advance(Duration::minutes(1));
    provider.sign_in_as(person("grace", &["developer"]));
    let answer = server.get("/sign-in/again?next=%2F", &[PAGE, ("cookie", &session)]).await;
    let cookies = format!("{}; {session}", cookie_of(&answer, "__Host-bursar-sign-in"));
    server.come_back(&cookies, &provider.approve(&header(&answer, "location"))).await;
    let refused = "answer of the identity provider refused";
    let found = events(&server).await;
    assert_eq!(
        found[1..],
        [event("user.reauthentication_failed", "ada@example.com", "ada@example.com", refused)],
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_that_the_provider_ends_is_on_record() {
    let (server, provider) = both().await;
    server.sign_in(&provider).await;
    server.sign_in(&provider).await;
    server.world.clock.advance(Duration::minutes(1));
    let all = logout_token(&provider, |it| it.claim("sid", Value::Null));
    assert_eq!(send(&server, &all).await, StatusCode::OK);
    let again = logout_token(&provider, |it| it.claim("jti", json!("token-2")));
    assert_eq!(send(&server, &again).await, StatusCode::OK, "nothing is left to end");
    let ended = event("user.signed_out_by_provider", "Identity provider", "ada@example.com", "");
    let found = events(&server).await;
    assert_eq!(found[2..], [ended.clone(), ended], "{found:?}");
    let sessions: i64 = sqlx::query_scalar(
        "select count(distinct session_id) from audit_log
         where action = 'user.signed_out_by_provider' and changes::text like '%address%'",
    )
    .fetch_one(server.world.services.pool())
    .await
    .expect("a count");
    assert_eq!(sessions, 2);
}
