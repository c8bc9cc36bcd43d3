//! An access token whose session was revoked stays revoked, and a logout counts for what arrives after it.

use super::access_tokens::made;
use super::sign_out::{logout_token, send};
use super::{both, count};
use crate::provider::{Provider, Sign, person};
use crate::server::{TestServer, header};
use domain::actor::Target;
use domain::mode::Mode;
use domain::permission::{ManageOwnAccount, ManageUsers};
use domain::role::PlatformRole;
use http::StatusCode;
use serde_json::{Value, json};
use services::authenticate;
use services::client::Client;
use services::guard::{Caller, Can};
use services::identity::access_token;
use services::session;
use services::users;
use time::Duration;

/// Answers `/v1/user` to the token.
async fn status(server: &TestServer, token: &str) -> StatusCode {
    server.get("/v1/user", &[("authorization", &format!("Bearer {token}"))]).await.status()
}

async fn caller(server: &TestServer, token: &str) -> Caller {
    let actor = authenticate::by_access_token(&server.world.services, token, &Client::default()).await;
    Caller { actor: actor.expect("an answer").expect("a user"), request_id: "r".to_owned(), sent_bearer: true }
}

/// A token with a name of its own, so that two of one second differ.
fn token(provider: &Provider, name: &'static str) -> String {
    made(provider, |it| it.claim("jti", json!(name)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_of_a_session_that_the_provider_ended_is_refused() {
    for mode in [Mode::Platform, Mode::Keycloak] {
        let provider = Provider::start().await;
        let server = TestServer::start_behind_in(mode, &provider).await;
        let token = made(&provider, |it| it.claims.extend(person("ada", &["developer"])));
        assert_eq!(status(&server, &token).await, StatusCode::OK, "{mode:?}");
        assert_eq!(send(&server, &logout_token(&provider, |_| {})).await, StatusCode::OK, "{mode:?}");
        for _ in 0..2 {
            assert_eq!(status(&server, &token).await, StatusCode::UNAUTHORIZED, "{mode:?}");
        }
        server.world.clock.advance(Duration::seconds(1));
        let later = made(&provider, |_| {});
        assert_eq!(status(&server, &later).await, StatusCode::OK, "a later token begins a session: {mode:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_of_a_session_that_an_admin_ended_is_refused() {
    let (server, provider) = both().await;
    let (first, second) = (token(&provider, "1"), token(&provider, "2"));
    let ada = caller(&server, &first).await;
    let (root, _) = server.person("Root", PlatformRole::Maintainer).await;
    let can: Can<ManageUsers> = root.can(Target::Platform).expect("a maintainer");
    users::end_sessions(&server.world.services, &can, ada.actor.user_id).await.expect("ended");
    assert_eq!(status(&server, &first).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&server, &second).await, StatusCode::OK, "another token is another session");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_of_a_session_that_its_user_ended_is_refused() {
    let (server, provider) = both().await;
    let (first, second) = (token(&provider, "1"), token(&provider, "2"));
    let (ada, _) = (caller(&server, &first).await, caller(&server, &second).await);
    let can: Can<ManageOwnAccount> = ada.can(Target::Own).expect("oneself");
    session::end_one(&server.world.services, &can, caller(&server, &second).await.actor.session_id)
        .await
        .expect("ended");
    assert_eq!(status(&server, &second).await, StatusCode::UNAUTHORIZED, "one");
    assert_eq!(
        session::end_all(&server.world.services, &can).await.expect("ended"),
        1,
        "the other one is revoked already"
    );
    assert_eq!(status(&server, &first).await, StatusCode::UNAUTHORIZED, "all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_of_an_api_client_that_signed_out_is_refused() {
    let (server, provider) = both().await;
    let (token, other) = (token(&provider, "1"), token(&provider, "2"));
    let bearer = format!("Bearer {token}");
    let signed_out = server.post("/v1/local-auth/logout", "", &[("authorization", &bearer)]).await;
    assert_eq!(signed_out.status(), StatusCode::OK);
    assert_eq!(status(&server, &token).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&server, &other).await, StatusCode::OK, "another token is another session");
}

/// RFC 6979 signs the same text the same way, so both tokens have the same claims.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoked_token_with_its_second_valid_signature_is_refused() {
    let (server, provider) = both().await;
    let (token, twin) =
        (made(&provider, |it| it.sign = Sign::Ecdsa), made(&provider, |it| it.sign = Sign::SecondEcdsa));
    assert!(access_token::verify(&server.world.services, &twin).await.is_ok(), "its signature is valid");
    let ada = caller(&server, &token).await;
    let can: Can<ManageOwnAccount> = ada.can(Target::Own).expect("oneself");
    session::end_all(&server.world.services, &can).await.expect("ended");
    for refused in [&token, &twin] {
        assert_eq!(status(&server, refused).await, StatusCode::UNAUTHORIZED, "{refused}");
    }
    assert_eq!(status(&server, &self::token(&provider, "2")).await, StatusCode::OK, "another token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoked_session_is_kept_until_its_token_expires() {
    let (server, provider) = both().await;
    let token = made(&provider, |_| {});
    assert_eq!(status(&server, &token).await, StatusCode::OK);
    assert_eq!(send(&server, &logout_token(&provider, |_| {})).await, StatusCode::OK);
    server.world.clock.advance(Duration::seconds(299));
    session::sweep(&server.world.services).await.expect("swept");
    assert_eq!(count(&server, "sessions").await, 1);
    assert_eq!(status(&server, &token).await, StatusCode::UNAUTHORIZED);
    server.world.clock.advance(Duration::seconds(1));
    session::sweep(&server.world.services).await.expect("swept");
    assert_eq!(count(&server, "sessions").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_issued_before_a_logout_and_first_sent_after_it_is_refused() {
    let (server, provider) = both().await;
    let (sid_alone, of_ada) = (token(&provider, "1"), token(&provider, "2"));
    let of_another_session = made(&provider, |it| it.claim("sid", json!("another-session-of-ada")));
    server.world.clock.advance(Duration::seconds(2));
    let one = logout_token(&provider, |it| it.claim("sub", Value::Null));
    assert_eq!(send(&server, &one).await, StatusCode::OK);
    assert_eq!(status(&server, &sid_alone).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&server, &of_another_session).await, StatusCode::OK, "the logout named one session");
    let everywhere = logout_token(&provider, |it| {
        it.claim("sid", Value::Null);
        it.claim("jti", json!("token-2"));
    });
    assert_eq!(send(&server, &everywhere).await, StatusCode::OK);
    assert_eq!(status(&server, &of_ada).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&server, &of_another_session).await, StatusCode::UNAUTHORIZED);
    let grace = made(&provider, |it| it.claims.extend(person("grace", &["developer"])));
    assert_eq!(status(&server, &grace).await, StatusCode::OK, "somebody else");
    server.world.clock.advance(Duration::days(7));
    services::identity::sweep(&server.world.services).await.expect("swept");
    assert_eq!(count(&server, "provider_logouts").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_that_outlives_the_memory_of_logouts_is_refused_when_first_sent() {
    let (server, provider) = both().await;
    let long = |age: i64| {
        made(&provider, move |it| {
            it.shift("iat", -age);
            it.shift("exp", 90 * 86_400);
        })
    };
    assert_eq!(status(&server, &long(6 * 86_400)).await, StatusCode::OK);
    assert_eq!(status(&server, &long(7 * 86_400)).await, StatusCode::UNAUTHORIZED);
    let without = made(&provider, |it| it.claim("iat", Value::Null));
    assert_eq!(status(&server, &without).await, StatusCode::UNAUTHORIZED, "its age is not known");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_between_code_and_session_is_refused_after_a_logout() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave("%2F").await;
    let back = provider.approve(&location);
    server.world.clock.advance(Duration::seconds(2));
    assert_eq!(send(&server, &logout_token(&provider, |_| {})).await, StatusCode::OK);
    // The provider issues a token all the same, and dates it later.
    server.world.clock.advance(Duration::seconds(2));
    let refused = server.come_back(&cookie, &back).await;
    assert_eq!(header(&refused, "location"), "/sign-in?unfinished=true", "it begins again");
    assert_eq!(count(&server, "sessions").await, 0);
    server.sign_in(&provider).await;
    assert_eq!(count(&server, "sessions").await, 1, "a new sign-in is open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_sent_at_the_moment_of_the_logout_is_refused_from_then_on() {
    let (server, provider) = both().await;
    for round in 0..services::testing::rounds(10, 200) {
        let token = made(&provider, |it| it.claim("jti", json!(format!("access-{round}"))));
        let logout = logout_token(&provider, |it| it.claim("jti", json!(format!("logout-{round}"))));
        let (_, ended) = tokio::join!(status(&server, &token), send(&server, &logout));
        assert_eq!(ended, StatusCode::OK);
        assert_eq!(status(&server, &token).await, StatusCode::UNAUTHORIZED, "round {round}");
        server.world.clock.advance(Duration::seconds(1));
    }
}
