//! Microsoft Entra ID directly: its claims, mapped by configuration.

use super::who;
use crate::provider::{Provider, cookie_of};
use crate::server::TestServer;
use domain::provider::ProviderKind;
use http::StatusCode;
use serde_json::{Map, Value, json};
use services::identity::IdentityConfig;

/// Claims as tokens of version 2.0 have them: a subject of this application alone, the person's id beside it.
fn claims(more: Value) -> Map<String, Value> {
    let claims = json!({
        "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
        "tid": "fa15d692-e9c7-4460-a743-29f29522229e",
        "ver": "2.0",
        "name": "Ada Lovelace",
        "preferred_username": "ada@example.com",
    });
    let both = [claims, more].into_iter().filter_map(|claims| claims.as_object().cloned());
    both.flatten().collect()
}

async fn sign_in(who: Map<String, Value>, change: impl FnOnce(&mut IdentityConfig)) -> (TestServer, reqwest::Response) {
    let provider = Provider::start().await;
    let server = TestServer::start_behind_as(|origin, clock| {
        let mut config = provider.config(origin, ProviderKind::Entra);
        config.roles_claim = "roles".to_owned();
        change(&mut config);
        provider.identity_as(config, clock)
    })
    .await;
    provider.sign_in_as(who);
    let (location, cookie) = server.leave("%2Fsettings%2Fprofile").await;
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    (server, answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn app_roles_open_the_door_and_the_username_is_the_address() {
    let (server, answer) = sign_in(claims(json!({ "roles": ["developer"] })), |_| {}).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(who(&server, &cookie_of(&answer, "__Host-bursar")).await.as_deref(), Some("ada@example.com"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_open_the_door_when_the_configuration_says_so() {
    let groups = || claims(json!({ "groups": ["3f1c0000-0000-0000-0000-000000000000", "77aa"] }));
    let (_, answer) = sign_in(groups(), |_| {}).await;
    assert_eq!(cookie_of(&answer, "__Host-bursar"), "", "nobody said what the groups mean");
    let (server, answer) = sign_in(groups(), |config| {
        config.roles_claim = "groups".to_owned();
        config.role_map = vec![("3f1c0000-0000-0000-0000-000000000000".to_owned(), "admin".to_owned())];
    })
    .await;
    assert!(who(&server, &cookie_of(&answer, "__Host-bursar")).await.is_some());
    let is_admin: bool = sqlx::query_scalar("select is_admin from users")
        .fetch_one(server.world.services.pool())
        .await
        .expect("one person");
    assert!(is_admin);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_left_out_above_200_are_named_with_what_to_configure() {
    let left_out = claims(json!({
        "_claim_names": { "groups": "src1" },
        "_claim_sources": { "src1": { "endpoint": "https://graph.windows.net/…/getMemberObjects" } },
    }));
    let (server, answer) = sign_in(left_out, |config| {
        config.roles_claim = "groups".to_owned();
        config.role_map = vec![("3f1c".to_owned(), "admin".to_owned())];
    })
    .await;
    let (next, flash) = (crate::server::header(&answer, "location"), cookie_of(&answer, "__Host-bursar-form"));
    let page = server.get(&next, &[crate::server::PAGE, ("cookie", &flash)]).await.text().await.expect("a page");
    assert!(page.contains("Your account is in too many groups") && page.contains("assign app roles"), "{page}");
    assert!(page.contains("not in the token"), "{page}");
}
