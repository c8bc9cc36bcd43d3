//! Tokens that are larger than usual: nothing about rights may follow from their size.

use super::{both, who};
use crate::provider::{Forge, Provider, cookie_of};
use crate::server::TestServer;
use domain::mode::Mode;
use http::StatusCode;
use serde_json::json;
use time::Duration;

/// As with hundreds of groups.
fn large(it: &mut Forge) {
    it.claim("groups", json!("g".repeat(60_000)));
}

/// Beyond what an answer may have.
fn too_large(it: &mut Forge) {
    it.claim("groups", json!("g".repeat(1 << 20)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_access_token_signs_in_with_its_roles() {
    let (server, provider) = both().await;
    provider.forge_access(large);
    let session = server.sign_in(&provider).await;
    assert!(who(&server, &session).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_token_that_grows_takes_no_right_in_keycloak_managed_mode() {
    let provider = Provider::start().await;
    let server = TestServer::start_behind_in(Mode::Keycloak, &provider).await;
    let session = server.sign_in(&provider).await;
    provider.forge_access(large);
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_some());
    provider.forge_access(too_large);
    server.world.clock.advance(Duration::seconds(250));
    assert!(who(&server, &session).await.is_some(), "the claims of before still hold");
    let sessions = super::count(&server, "sessions").await;
    assert_eq!(sessions, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_beyond_the_limit_names_its_size_and_is_no_drift() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    provider.forge_access(too_large);
    let (location, cookie) = server.leave("%2F").await;
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!((answer.status(), cookie_of(&answer, "__Host-bursar").as_str()), (StatusCode::BAD_GATEWAY, ""));
    let page = answer.text().await.expect("a page");
    assert!(page.contains("Your token is too large") && page.contains("1,024 kB"), "{page}");
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_some());
    let claimed: Option<String> = sqlx::query_scalar("select claimed_role from user_identities")
        .fetch_one(server.world.services.pool())
        .await
        .expect("a user");
    assert_eq!(claimed.as_deref(), Some("user"), "no drift");
    server.leave("%2F").await;
}
