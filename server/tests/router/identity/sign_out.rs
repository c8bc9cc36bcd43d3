//! Signing out at the provider, and being signed out by it.

use super::{both, count, who};
use crate::provider::{CLIENT, Forge, Provider, Sign, Way, cookie_of, parameters, person};
use crate::server::{OUR_SITE, PAGE, TestServer, header};
use domain::actor::Target;
use domain::role::PlatformRole;
use http::StatusCode;
use serde_json::{Value, json};
use time::Duration;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token for Ada's session, changed as the test likes.
pub(super) fn logout_token(provider: &Provider, change: impl FnOnce(&mut Forge)) -> String {
    let (now, ada) = (provider.now(), person("ada", &[]));
    let url = provider.url.clone();
    provider.signed(|forge| {
        forge.header["typ"] = json!("logout+jwt");
        for (name, value) in [
            ("iss", json!(url)),
            ("aud", json!(CLIENT)),
            ("iat", json!(now)),
            ("exp", json!(now + 120)),
            ("jti", json!("token-1")),
            ("sub", ada["sub"].clone()),
            ("sid", ada["sid"].clone()),
            ("events", json!({ EVENT: {} })),
        ] {
            forge.claim(name, value);
        }
        change(forge);
    })
}

pub(super) async fn send(server: &TestServer, token: &str) -> StatusCode {
    server.post("/sign-in/back-channel-logout", &format!("logout_token={token}"), &[]).await.status()
}

/// Signs out as a browser does. Returns the page that leads on to the provider.
async fn page_after_sign_out(server: &TestServer, session: &str) -> reqwest::Response {
    let answer = server.post("/act/sign-out", "", &[("cookie", session), PAGE, OUR_SITE]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&answer, "location"), "/sign-out/provider", "an address of our own: browsers follow no other");
    assert_eq!(cookie_of(&answer, "__Host-bursar"), "__Host-bursar=");
    let flash = cookie_of(&answer, "__Host-bursar-form");
    let page = server.get("/sign-out/provider", &[("cookie", &flash), PAGE]).await;
    assert_eq!(page.status(), StatusCode::OK);
    let again = server.get("/sign-out/provider", &[("cookie", &flash), PAGE]).await;
    assert_eq!(header(&again, "location"), "/sign-in", "it leads on once");
    page
}

/// The address that a page opens by itself.
fn refresh_of(page: &str) -> String {
    let address = page.split("http-equiv=\"refresh\" content=\"0; url=").nth(1).expect("a refresh");
    address.split('"').next().expect("its end").replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_and_leads_to_the_providers_end() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    let answer = page_after_sign_out(&server, &session).await;
    assert!(header(&answer, "content-security-policy").ends_with("form-action 'self'"));
    let page = answer.text().await.expect("a page");
    let location = refresh_of(&page);
    assert!(location.starts_with(&format!("{}/logout?", provider.url)), "{location}");
    let said = parameters(&location);
    assert_eq!(said["client_id"], CLIENT);
    assert_eq!(said["post_logout_redirect_uri"], format!("{}/sign-in", server.origin()));
    assert!(provider.secrets().contains(&said["id_token_hint"]));
    assert!(page.contains("Continue to Keycloak") && !page.contains("<script"), "{page}");
    assert!(who(&server, &session).await.is_none());
}

/// The end-session endpoint of a provider that is known only after a restart may be anywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_out_after_a_restart_leads_to_another_host_than_the_issuers() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    provider.describe(|it| it["end_session_endpoint"] = json!("https://logout.example.com/end?tenant=7"));
    server.world.clock.advance(Duration::minutes(6));
    let page = page_after_sign_out(&server, &session).await.text().await.expect("a page");
    let location = refresh_of(&page);
    assert!(location.starts_with("https://logout.example.com/end?tenant=7&client_id="), "{location}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn id_token_too_long_for_an_address_is_posted() {
    let (server, provider) = both().await;
    provider.sign_in_as({
        let mut ada = person("ada", &["developer"]);
        ada.insert("applications".to_owned(), (0..300).map(|at| json!(format!("project-{at}"))).collect());
        ada
    });
    let session = server.sign_in(&provider).await;
    let answer = page_after_sign_out(&server, &session).await;
    let policy = header(&answer, "content-security-policy");
    let page = answer.text().await.expect("a page");
    assert!(page.contains(&format!("<form method=\"post\" action=\"{}/logout\"", provider.url)), "{page}");
    let hint = page.split("name=\"id_token_hint\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert!(hint.is_some_and(|hint| hint.len() > 4_096 && provider.secrets().iter().any(|it| it == hint)), "{page}");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    assert!(page.contains(&format!("<script nonce=\"{nonce}\">")) && !page.contains("http-equiv"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leads_out_to_the_provider_without_a_sign_out() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    let answer = server.get("/sign-out/provider", &[("cookie", &session), PAGE]).await;
    assert_eq!(header(&answer, "location"), "/sign-in");
    assert!(who(&server, &session).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn back_channel_logout_ends_one_session_or_all_of_a_user() {
    let (server, provider) = both().await;
    let ada = server.sign_in(&provider).await;
    provider.sign_in_as({
        let mut again = person("ada", &["developer"]);
        again.insert("sid".to_owned(), json!("another-session-of-ada"));
        again
    });
    let ada_elsewhere = server.sign_in(&provider).await;
    provider.sign_in_as(person("grace", &["developer"]));
    let grace = server.sign_in(&provider).await;
    assert_eq!(send(&server, &logout_token(&provider, |_| {})).await, StatusCode::OK);
    assert!(who(&server, &ada).await.is_none());
    assert!(who(&server, &ada_elsewhere).await.is_some() && who(&server, &grace).await.is_some());
    let all = logout_token(&provider, |it| {
        it.claim("sid", Value::Null);
        it.claim("jti", json!("token-2"));
    });
    assert_eq!(send(&server, &all).await, StatusCode::OK);
    assert!(who(&server, &ada_elsewhere).await.is_none() && who(&server, &grace).await.is_some());
    let (root, _) = server.person("Root", PlatformRole::Maintainer).await;
    let can = root.can(Target::Platform).expect("a maintainer");
    let status = services::identity::status(&server.world.services, &can).await.expect("a status").expect("a provider");
    assert_eq!(status.last_back_channel_logout_at, Some(server.world.clock.now()));
}

/// Providers may name the session in logout tokens and not in ID tokens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logout_of_a_session_ends_those_of_its_user_that_have_no_sid() {
    let (server, provider) = both().await;
    let without_sid = |name: &str| {
        let mut claims = person(name, &["developer"]);
        claims.remove("sid");
        claims
    };
    provider.sign_in_as(without_sid("ada"));
    let ada = server.sign_in(&provider).await;
    let (location, cookie) = server.leave("%2F").await;
    provider.sign_in_as(without_sid("grace"));
    let grace = server.sign_in(&provider).await;
    assert_eq!(send(&server, &logout_token(&provider, |_| {})).await, StatusCode::OK);
    assert!(who(&server, &ada).await.is_none() && who(&server, &grace).await.is_some());
    provider.sign_in_as(without_sid("ada"));
    let late = server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!(cookie_of(&late, "__Host-bursar"), "", "it began before the logout");
    let session_alone = logout_token(&provider, |it| {
        it.claim("sub", Value::Null);
        it.claim("jti", json!("token-2"));
    });
    assert_eq!(send(&server, &session_alone).await, StatusCode::OK);
    assert!(who(&server, &grace).await.is_some(), "another user's, perhaps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_logout_token_ends_nothing() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    let wrong: [Way; 18] = [
        ("a nonce", |it| it.claim("nonce", json!("n"))),
        ("a nonce that is null", |it| drop(it.claims.insert("nonce".to_owned(), Value::Null))),
        ("old", |it| {
            it.shift("iat", -121);
            it.claim("exp", Value::Null);
        }),
        ("from the future", |it| it.shift("iat", 60)),
        ("expired", |it| it.shift("exp", -200)),
        ("no time", |it| it.claim("iat", Value::Null)),
        ("another audience", |it| it.claim("aud", json!("another"))),
        ("no audience", |it| it.claim("aud", Value::Null)),
        ("another issuer", |it| it.claim("iss", json!("https://evil.test"))),
        ("no events", |it| it.claim("events", Value::Null)),
        ("other events", |it| it.claim("events", json!({ "http://example.com/event": {} }))),
        ("events of another shape", |it| {
            it.claim("events", json!({ "http://schemas.openid.net/event/backchannel-logout": true }))
        }),
        ("no name of its own", |it| it.claim("jti", Value::Null)),
        ("nobody", |it| {
            it.claim("sub", Value::Null);
            it.claim("sid", Value::Null);
        }),
        ("not signed", |it| it.sign = Sign::Nothing),
        ("the public key as a secret", |it| it.sign = Sign::PublicKeyAsSecret),
        ("a swapped key", |it| it.sign = Sign::SwappedKey),
        ("an access token", |it| it.header["typ"] = json!("at+jwt")),
    ];
    for (what, change) in wrong {
        assert_eq!(send(&server, &logout_token(&provider, change)).await, StatusCode::BAD_REQUEST, "{what}");
        assert!(who(&server, &session).await.is_some(), "{what}");
    }
    for nonsense in ["", "a", "a.b", "a.b.c", &"a.".repeat(20_000)] {
        assert_eq!(send(&server, nonsense).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(count(&server, "logout_tokens").await, 0);
    assert_eq!(send(&server, &logout_token(&provider, |_| {})).await, StatusCode::OK, "the right one is obeyed");
    assert!(who(&server, &session).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_token_is_used_once_on_all_processes() {
    let (server, provider) = both().await;
    let token = logout_token(&provider, |_| {});
    server.sign_in(&provider).await;
    let other = server.world.services.clone().with_identity(provider.identity(&server.origin(), &server.world.clock));
    let [here, there] = [&server.world.services, &other].map(|it| services::identity::logout::back_channel(it, &token));
    let (here, there) = tokio::join!(here, there);
    assert_eq!(usize::from(here.is_ok()) + usize::from(there.is_ok()), 1);
    // What begins in the second of the logout began before it.
    server.world.clock.advance(Duration::seconds(1));
    let session = server.sign_in(&provider).await;
    assert_eq!(send(&server, &token).await, StatusCode::BAD_REQUEST);
    assert!(who(&server, &session).await.is_some());
    // It is forgotten only when it would be too old anyway.
    server.world.clock.advance(Duration::seconds(100));
    services::identity::sweep(&server.world.services).await.expect("swept");
    assert_eq!(send(&server, &token).await, StatusCode::BAD_REQUEST);
    server.world.clock.advance(Duration::seconds(100));
    services::identity::sweep(&server.world.services).await.expect("swept");
    assert_eq!(send(&server, &token).await, StatusCode::BAD_REQUEST);
    assert_eq!(count(&server, "logout_tokens").await, 0);
}
