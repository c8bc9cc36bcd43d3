//! Access tokens that programs send.

use super::{both, count};
use crate::provider::{CLIENT, Forge, Provider, Sign, Way, person};
use crate::server::TestServer;
use domain::mode::Mode;
use http::StatusCode;
use serde_json::{Value, json};
use services::authenticate;
use services::client::Client;
use services::identity::{Fault, access_token};

/// An access token of Ada as Keycloak makes it, changed as the test likes.
pub(super) fn made(provider: &Provider, change: impl FnOnce(&mut Forge)) -> String {
    let (now, url) = (provider.now(), provider.url.clone());
    provider.signed(|forge| {
        forge.claims = person("ada", &["developer"]);
        for (name, value) in [
            ("iss", json!(url)),
            ("azp", json!("a-program")),
            ("aud", json!([CLIENT, "account"])),
            ("iat", json!(now)),
            ("exp", json!(now + 300)),
            ("typ", json!("Bearer")),
        ] {
            forge.claim(name, value);
        }
        change(forge);
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_token_that_is_for_us_says_who_sent_it() {
    let (server, provider) = both().await;
    let services = &server.world.services;
    let verified = access_token::verify(services, &made(&provider, |_| {})).await.expect("a good token");
    assert_eq!(verified.subject, person("ada", &[])["sub"]);
    assert_eq!(verified.issuer, provider.url);
    assert_eq!(verified.claims["realm_access"]["roles"], json!(["developer"]));
    let of_our_client = made(&provider, |it| {
        it.claim("aud", Value::Null);
        it.claim("azp", json!(CLIENT));
    });
    assert!(access_token::verify(services, &of_our_client).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_access_token_opens_nothing() {
    let (server, provider) = both().await;
    let wrong: [Way; 13] = [
        ("for another", |it| it.claim("aud", json!("another"))),
        ("without an audience", |it| it.claim("aud", Value::Null)),
        ("an id token", |it| it.claim("typ", json!("ID"))),
        ("a refresh token", |it| it.claim("typ", json!("Refresh"))),
        ("no kind", |it| it.claim("typ", Value::Null)),
        ("expired", |it| it.shift("exp", -400)),
        ("never expires", |it| it.claim("exp", Value::Null)),
        ("not yet", |it| {
            let at = it.claims["iat"].as_i64().expect("a time");
            it.claim("nbf", json!(at + 60));
        }),
        ("another issuer", |it| it.claim("iss", json!("https://evil.test"))),
        ("not signed", |it| it.sign = Sign::Nothing),
        ("the public key as a secret", |it| it.sign = Sign::PublicKeyAsSecret),
        ("a swapped key", |it| it.sign = Sign::SwappedKey),
        ("an unknown key", |it| it.header["kid"] = json!("key-9")),
    ];
    for (what, change) in wrong {
        let verified = access_token::verify(&server.world.services, &made(&provider, change)).await;
        assert!(matches!(verified, Err(Fault::Protocol(oidc_client::Error::Untrusted(_)))), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_a_session_that_ends_with_it() {
    let (server, provider) = both().await;
    let (services, client) = (&server.world.services, Client::default());
    let token = made(&provider, |_| {});
    let who = async || {
        let actor = authenticate::by_access_token(services, &token, &client).await.expect("an answer");
        actor.ok().map(|actor| (actor.email, actor.session_id))
    };
    let (first, again) = tokio::join!(who(), who());
    assert_eq!(first, again);
    assert_eq!(first.expect("somebody").0, "ada@example.com");
    assert_eq!((count(&server, "sessions").await, provider.key_reads()), (1, 1));
    sqlx::query("update users set is_active = false").execute(services.pool()).await.expect("a person");
    assert_eq!(who().await, None, "deactivated, at once");
    sqlx::query("update users set is_active = true").execute(services.pool()).await.expect("a person");
    assert!(who().await.is_some());
    server.world.clock.advance(time::Duration::seconds(331));
    assert_eq!(who().await, None, "it has expired");
    let unknown = made(&provider, |it| it.claims.extend(person("noor", &["offline_access"])));
    assert!(authenticate::by_access_token(services, &unknown, &client).await.expect("an answer").is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_found_and_unknown_ones_do_not_make_us_ask_again_and_again() {
    let (server, provider) = both().await;
    let services = &server.world.services;
    assert!(access_token::verify(services, &made(&provider, |_| {})).await.is_ok());
    assert_eq!(provider.key_reads(), 1);
    provider.rotate_key();
    server.world.clock.advance(time::Duration::seconds(11));
    assert!(access_token::verify(services, &made(&provider, |_| {})).await.is_ok(), "signed with the new key");
    assert_eq!(provider.key_reads(), 2);
    for _ in 0..20 {
        let unknown = made(&provider, |it| it.header["kid"] = json!("key-9"));
        assert!(access_token::verify(services, &unknown).await.is_err());
    }
    assert_eq!(provider.key_reads(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_token_alone_identifies_an_api_client_in_both_modes() {
    for mode in [Mode::Platform, Mode::Keycloak] {
        let provider = Provider::start().await;
        let server = TestServer::start_behind_in(mode, &provider).await;
        let bearer = format!("Bearer {}", made(&provider, |_| {}));
        let answer = server.get("/v1/user", &[("authorization", &bearer)]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{mode:?}");
        assert!(answer.text().await.expect("data").contains("ada@example.com"), "{mode:?}");
        let session = server.sign_in(&provider).await;
        let both = server.get("/v1/user", &[("authorization", &bearer), ("cookie", &session)]).await;
        assert_eq!(both.status(), StatusCode::UNAUTHORIZED, "{mode:?}");
        let wrong = format!("Bearer {}", made(&provider, |it| it.sign = Sign::SwappedKey));
        let refused = server.get("/v1/user", &[("authorization", &wrong)]).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{mode:?}");
    }
}
