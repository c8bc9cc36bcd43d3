//! Leaving for the provider and coming back: once, in the same browser, to a page of this site.

use super::{both, count, who};
use crate::api::Program;
use crate::provider::{Provider, cookie_of, parameters, person};
use crate::server::{DATA, OUR_SITE, PAGE, TestServer, header};
use domain::role::PlatformRole;
use http::StatusCode;
use serde_json::json;
use services::testing::World;
use time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_at_the_provider_returns_to_the_requested_page() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave("%2Fsettings%2Fmy-access%3Fa%3Db").await;
    let asked = parameters(&location);
    assert!(location.starts_with(&format!("{}/authorize?", provider.url)), "{location}");
    assert_eq!(asked["redirect_uri"], format!("{}/sign-in/callback", server.origin()));
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&answer, "location"), "/settings/my-access?a=b");
    assert_eq!(cookie_of(&answer, "__Host-bursar-sign-in"), "__Host-bursar-sign-in=");
    assert_eq!(who(&server, &cookie_of(&answer, "__Host-bursar")).await.as_deref(), Some("ada@example.com"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_the_provider_reaches_the_browser_or_stands_readable_in_the_database() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave("%2F").await;
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    let seen = format!("{:?}", answer.headers());
    let stored: String = sqlx::query_scalar(
        "select coalesce(string_agg(p::text || s::text, ' '), '') from provider_sessions p, sessions s",
    )
    .fetch_one(server.world.services.pool())
    .await
    .expect("rows");
    assert!(stored.contains("ada@example.com"));
    for secret in provider.secrets() {
        assert!(!seen.contains(&secret) && !stored.contains(&secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_redirects_to_no_other_site() {
    let (server, provider) = both().await;
    for next in ["https%3A%2F%2Fevil.test", "%2F%2Fevil.test", "%2F%5Cevil.test", "evil.test", "javascript%3Aalert(1)"]
    {
        let (location, cookie) = server.leave(next).await;
        let answer = server.come_back(&cookie, &provider.approve(&location)).await;
        assert_eq!(header(&answer, "location"), "/", "{next}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_gives_a_new_secret_and_ends_the_session_the_browser_had() {
    let (server, provider) = both().await;
    let first = server.sign_in(&provider).await;
    let (location, cookie) = server.leave("%2F").await;
    let answer = server.come_back(&format!("{cookie}; {first}"), &provider.approve(&location)).await;
    let second = cookie_of(&answer, "__Host-bursar");
    assert_ne!(first, second);
    assert!(who(&server, &first).await.is_none() && who(&server, &second).await.is_some());
    assert_eq!(count(&server, "sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn network_that_begins_too_many_sign_ins_is_refused_before_a_row_is_written() {
    let provider = Provider::start().await;
    let world = World::with(|settings| settings.network_tries = 1).await;
    let server = TestServer::start_before(world, |origin, clock| provider.identity(origin, clock)).await;
    for _ in 0..3 {
        server.sign_in(&provider).await;
    }
    for _ in 0..10 {
        server.leave("%2F").await;
    }
    let refused = server.get("/sign-in/provider?next=%2F", &[PAGE]).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(cookie_of(&refused, "__Host-bursar-sign-in"), "");
    assert!(refused.text().await.expect("a page").contains("Too many sign-ins were begun"));
    assert_eq!(count(&server, "sign_in_flows").await, 10, "sign-ins that were finished do not count");
    server.world.clock.advance(Duration::minutes(15));
    server.leave("%2F").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn api_clients_set_no_passwords_or_addresses_with_a_provider() {
    let (server, _) = both().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let person = server.world.row("Priya", PlatformRole::User).await;
    let path = format!("/v1/admin/users/{person}");
    let set = root.put(&format!("{path}/password"), json!({"new_password": "a quiet ledger line"})).await;
    assert_eq!(set.status, 400, "{set:?}");
    let new = json!({"email": "n@example.com", "username": "newcomer", "password": "a quiet ledger line"});
    assert_eq!(root.post("/v1/admin/users", new).await.status, 400);
    assert_eq!(root.put(&path, json!({"email": "priya.r@example.com"})).await.status, 400);
    let change = json!({"current_password": "a quiet ledger line", "new_password": "a louder ledger line"});
    assert_eq!(root.post("/v1/local-auth/change-password", change).await.status, 404);
    let unchanged = count(&server, "users where password_hash is null and email = 'priya@example.com'").await;
    assert_eq!(unchanged, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_sign_no_user_in_with_a_provider() {
    let (server, _) = both().await;
    let (caller, _) = server.person("Ada Lovelace", domain::role::PlatformRole::User).await;
    server.world.set_password(caller.actor.user_id, "a quiet ledger line").await;
    let body = "email=ada.lovelace%40example.com&password=a+quiet+ledger+line&next=%2F";
    let answer = server.post("/act/sign-in", body, &[DATA, OUR_SITE]).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(count(&server, "form_states").await + count(&server, "sign_in_networks").await, 0, "nothing is written");
    let page = server.get("/sign-in", &[PAGE]).await.text().await.expect("a page");
    assert!(page.contains("Continue with Keycloak") && !page.contains("type=\"password\""), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proving_once_more_who_one_is_renews_the_secret_and_the_time() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    server.world.clock.advance(Duration::minutes(3));
    let answer = server.get("/sign-in/again?next=%2Fsettings%2Fprofile", &[PAGE, ("cookie", &session)]).await;
    let location = header(&answer, "location");
    assert!(location.contains("prompt=login") && location.contains("max_age=0"), "{location}");
    let cookies = format!("{}; {session}", cookie_of(&answer, "__Host-bursar-sign-in"));
    let answer = server.come_back(&cookies, &provider.approve(&location)).await;
    assert_eq!(header(&answer, "location"), "/settings/profile");
    let renewed = cookie_of(&answer, "__Host-bursar");
    assert!(who(&server, &session).await.is_none() && who(&server, &renewed).await.is_some());
    let at: time::OffsetDateTime = sqlx::query_scalar("select authenticated_at from sessions")
        .fetch_one(server.world.services.pool())
        .await
        .expect("a time");
    assert_eq!(at, server.world.clock.now());
    assert_eq!(count(&server, "sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn re_authentication_by_another_user_proof_or_browser_is_refused() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    let again = async || {
        let answer = server.get("/sign-in/again?next=%2F", &[PAGE, ("cookie", &session)]).await;
        (header(&answer, "location"), cookie_of(&answer, "__Host-bursar-sign-in"))
    };
    let (location, cookie) = again().await;
    provider.forge(|forge| forge.shift("auth_time", -60));
    let old = server.come_back(&format!("{cookie}; {session}"), &provider.approve(&location)).await;
    assert_eq!(old.status(), StatusCode::BAD_GATEWAY);
    provider.forge(|_| {});
    let (location, cookie) = again().await;
    let elsewhere = server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!(header(&elsewhere, "location"), "/sign-in?unfinished=true");
    assert_eq!(cookie_of(&elsewhere, "__Host-bursar"), "");
    provider.sign_in_as(person("grace", &["developer"]));
    let other = server.sign_in(&provider).await;
    let (location, cookie) = again().await;
    let swapped = server.come_back(&format!("{cookie}; {other}"), &provider.approve(&location)).await;
    assert_eq!(swapped.status(), StatusCode::BAD_GATEWAY);
    let (location, cookie) = again().await;
    let else_ = server.come_back(&format!("{cookie}; {session}"), &provider.approve(&location)).await;
    assert_eq!(else_.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(who(&server, &session).await.as_deref(), Some("ada@example.com"));
}
