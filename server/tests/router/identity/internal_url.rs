//! Where the provider is reached, and what it may say about itself.

use super::access_tokens::made;
use super::{both, who};
use crate::provider::{Provider, cookie_of};
use crate::server::{PAGE, TestServer, header};
use domain::provider::ProviderKind;
use serde_json::{Value, json};
use services::identity::{IdentityConfig, access_token};
use time::Duration;

const ISSUER: &str = "https://id.example.test/realms/test";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn provider_is_read_at_its_internal_address_and_browsers_go_to_the_issuer() {
    let provider = Provider::start_as(Some(ISSUER)).await;
    let server = TestServer::start_behind(&provider).await;
    let (location, cookie) = server.leave("%2F").await;
    assert!(location.starts_with(&format!("{ISSUER}/authorize?")), "{location}");
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    let session = cookie_of(&answer, "__Host-bursar");
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_some());
    assert_eq!(provider.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn https_issuer_with_http_addresses_is_refused() {
    type Change = fn(&mut Value);
    let wrong: [Change; 3] = [
        |it| it["jwks_uri"] = json!("http://id.example.test/keys"),
        |it| it["authorization_endpoint"] = json!("http://id.example.test/authorize"),
        |it| it["end_session_endpoint"] = json!("http://id.example.test/logout"),
    ];
    for change in wrong {
        let provider = Provider::start_as(Some(ISSUER)).await;
        provider.describe(change);
        let page = sign_in_page(&TestServer::start_behind(&provider).await).await;
        assert!(page.contains("it names an address without TLS, http://id.example.test"), "{page}");
        assert!(page.contains("Keycloak answers, but cannot be used."), "{page}");
    }
    let provider = Provider::start_as(Some(ISSUER)).await;
    provider.describe(|it| it["token_endpoint"] = json!("http://id.example.test/token"));
    let server = TestServer::start_behind(&provider).await;
    let page = sign_in_page(&server).await;
    assert!(page.contains("it names an address without TLS, http://id.example.test"), "no code goes there: {page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn issuer_without_its_final_slash_is_told_with_both_values() {
    let provider = Provider::start().await;
    let server = TestServer::start_behind_as(|origin, clock| {
        let config = provider.config(origin, ProviderKind::Keycloak);
        let issuer = format!("{}/", provider.url);
        provider.identity_as(IdentityConfig { issuer, ..config }, clock)
    })
    .await;
    let page = sign_in_page(&server).await;
    assert!(
        page.contains(&format!("unexpected issuer URI `{}` (expected `{}/`)", provider.url, provider.url)),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_key_set_is_told_and_keys_of_before_are_kept() {
    let (server, provider) = both().await;
    server.sign_in(&provider).await;
    provider.publish_no_keys();
    server.world.clock.advance(Duration::minutes(6));
    let page = sign_in_page(&server).await;
    assert!(page.contains("its key set is empty: expected one signing key or more, received none"), "{page}");
    server.world.clock.advance(Duration::minutes(6));
    let page = sign_in_page(&server).await;
    assert!(page.contains("6 min ago"), "the first time counts: {page}");
    assert!(access_token::verify(&server.world.services, &made(&provider, |_| {})).await.is_ok());
}

/// The sign-in page after a try to leave for the provider.
async fn sign_in_page(server: &TestServer) -> String {
    let answer = server.get("/sign-in/provider?next=%2F", &[PAGE]).await;
    assert_eq!(header(&answer, "location"), "/sign-in");
    server.get("/sign-in", &[PAGE]).await.text().await.expect("a page")
}
