//! Sessions and their claims over time.

use super::{both, count, token, who};
use crate::provider::person;
use services::authenticate;
use time::Duration;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_on_two_processes_refresh_once() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    let other = server.world.services.clone().with_identity(provider.identity(&server.origin(), &server.world.clock));
    for life in [250, 301] {
        let before = provider.refreshes();
        server.world.clock.advance(Duration::seconds(life));
        let token = token(&session);
        let mut asked = JoinSet::new();
        for at in 0..40 {
            let (services, token) =
                (if at % 2 == 0 { server.world.services.clone() } else { other.clone() }, token.clone());
            asked.spawn(async move { authenticate::by_session(&services, &token).await });
        }
        let actors = asked.join_all().await;
        assert!(actors.into_iter().all(|actor| actor.expect("an answer").is_some()));
        assert_eq!(provider.refreshes() - before, 1, "after {life} seconds");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_provider_says_at_a_refresh_is_kept() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    provider.sign_in_as(person("ada", &["admin", "developer"]));
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_some());
    let roles: serde_json::Value =
        sqlx::query_scalar("select claims -> 'realm_access' -> 'roles' from provider_sessions")
            .fetch_one(server.world.services.pool())
            .await
            .expect("claims");
    assert_eq!(roles, serde_json::json!(["admin", "developer"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_the_provider_has_ended_ends_here_too() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    provider.end_all_sessions();
    assert!(who(&server, &session).await.is_some(), "the token still holds");
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_none());
    assert_eq!(count(&server, "sessions").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refresh_with_another_subject_changes_nothing() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    provider.sign_in_as(person("grace", &["admin"]));
    server.world.clock.advance(Duration::minutes(6));
    assert_eq!(who(&server, &session).await.as_deref(), Some("ada@example.com"));
    let subject: String = sqlx::query_scalar("select claims ->> 'email' from provider_sessions")
        .fetch_one(server.world.services.pool())
        .await
        .expect("claims");
    assert_eq!(subject, "ada@example.com");
}
