//! A provider that says who it is in its tokens and the rest at its userinfo endpoint.

use super::access_tokens::made;
use super::{both, count, who};
use crate::provider::{Answer, Forge, Provider, Sign, cookie_of, person};
use crate::server::TestServer;
use http::StatusCode;
use serde_json::json;
use time::Duration;

type Way = (&'static str, fn(&mut Forge) -> Answer, u16);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_and_profile_at_userinfo_sign_in_and_are_read_again_at_a_refresh() {
    for answer in [|_: &mut Forge| Answer::Json, |_: &mut Forge| Answer::Signed] {
        let (server, provider) = both().await;
        provider.say_little_in_tokens(answer);
        let session = server.sign_in(&provider).await;
        assert_eq!(who(&server, &session).await.as_deref(), Some("ada@example.com"));
        assert_eq!(provider.userinfo_requests(), 1);
        server.world.clock.advance(Duration::minutes(6));
        assert!(who(&server, &session).await.is_some());
        assert_eq!((provider.refreshes(), provider.userinfo_requests()), (1, 2));
        let roles: serde_json::Value =
            sqlx::query_scalar("select claims -> 'realm_access' -> 'roles' from provider_sessions")
                .fetch_one(server.world.services.pool())
                .await
                .expect("claims");
        assert_eq!(roles, json!(["developer"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_userinfo_signs_no_user_in() {
    let wrong: [Way; 11] = [
        (
            "another subject",
            |it| {
                it.claim("sub", json!("another"));
                Answer::Json
            },
            502,
        ),
        (
            "no subject",
            |it| {
                it.claim("sub", json!(null));
                Answer::Json
            },
            502,
        ),
        (
            "signed with a swapped key",
            |it| {
                it.sign = Sign::SwappedKey;
                Answer::Signed
            },
            502,
        ),
        (
            "signed for another client",
            |it| {
                it.claim("aud", json!("another"));
                Answer::Signed
            },
            502,
        ),
        (
            "signed by another issuer",
            |it| {
                it.claim("iss", json!("https://evil.test"));
                Answer::Signed
            },
            502,
        ),
        ("no JSON", |_| Answer::Raw(StatusCode::OK, "application/json", "[1]".to_owned()), 502),
        ("a page", |_| Answer::Raw(StatusCode::OK, "text/html", "<html>".to_owned()), 502),
        ("a refusal", |_| Answer::Raw(StatusCode::FORBIDDEN, "application/json", "{}".to_owned()), 403),
        ("too much", |_| Answer::Raw(StatusCode::OK, "application/json", "[".repeat(2 << 20)), 502),
        ("a failure", |_| Answer::Raw(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()), 503),
        ("nothing in time", |_| Answer::Nothing, 503),
    ];
    let (server, provider) = both().await;
    for (what, how, status) in wrong {
        provider.say_little_in_tokens(how);
        let (location, cookie) = server.leave("%2F").await;
        let answer = server.come_back(&cookie, &provider.approve(&location)).await;
        assert_eq!(answer.status().as_u16(), status, "{what}");
        assert_eq!((cookie_of(&answer, "__Host-bursar").as_str(), count(&server, "sessions").await), ("", 0), "{what}");
    }
    provider.say_little_in_tokens(|_| Answer::Json);
    assert!(who(&server, &server.sign_in(&provider).await).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_userinfo_at_a_refresh_takes_no_right() {
    let (server, provider) = both().await;
    provider.say_little_in_tokens(|_| Answer::Json);
    let session = server.sign_in(&provider).await;
    provider.say_little_in_tokens(|_| Answer::Raw(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()));
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_some());
    let claimed: Option<String> = sqlx::query_scalar("select claimed_role from user_identities")
        .fetch_one(server.world.services.pool())
        .await
        .expect("a user");
    assert_eq!(claimed.as_deref(), Some("user"), "no drift");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_token_of_an_api_client_is_completed_at_userinfo() {
    let thin = |it: &mut Forge| {
        for name in ["email", "name", "realm_access"] {
            it.claim(name, json!(null));
        }
    };
    let (server, provider) = both().await;
    provider.say_little_in_tokens(|_| Answer::Json);
    let status =
        async |token: String| server.get("/v1/user", &[("authorization", &format!("Bearer {token}"))]).await.status();
    assert_eq!(status(made(&provider, thin)).await, StatusCode::OK);
    assert_eq!(provider.userinfo_requests(), 1, "once, when the token is first sent");
    provider.say_little_in_tokens(|it| {
        it.claim("sub", json!("another"));
        Answer::Json
    });
    let other = made(&provider, |it| {
        thin(it);
        it.claim("jti", json!("2"));
    });
    assert_eq!(status(other).await, StatusCode::UNAUTHORIZED, "claims of somebody else give nothing");
}

/// Offers a userinfo endpoint beside tokens that say everything but what `take` takes out of them.
fn with_userinfo_beside(provider: &Provider, user_type: &str, take: fn(&mut Forge)) {
    let mut ada = person("ada", &["developer"]);
    ada.insert("user_type".to_owned(), json!(user_type));
    provider.sign_in_as(ada);
    provider.forge(take);
    provider.forge_access(take);
    provider
        .describe(|it| it["userinfo_endpoint"] = json!(format!("{}/userinfo", it["issuer"].as_str().expect("text"))));
}

async fn stored_type(server: &TestServer) -> (String, serde_json::Value) {
    sqlx::query_as(
        "select u.user_type, p.claims -> 'user_type' from users u, provider_sessions p where u.email like 'ada%'",
    )
    .fetch_one(server.world.services.pool())
    .await
    .expect("a user with a session")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_type_that_userinfo_alone_states_restricts_the_user() {
    let (server, provider) = both().await;
    with_userinfo_beside(&provider, "external", |it| it.claim("user_type", json!(null)));
    let session = server.sign_in(&provider).await;
    assert_eq!(stored_type(&server).await, ("external".to_owned(), json!("external")));
    assert_eq!(provider.userinfo_requests(), 1);
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_some());
    assert_eq!((provider.refreshes(), provider.userinfo_requests()), (1, 2));
    assert_eq!(stored_type(&server).await.1, json!("external"), "a refresh does not make the user regular");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn userinfo_without_restrictions_is_requested_at_sign_in_alone() {
    let (server, provider) = both().await;
    with_userinfo_beside(&provider, "regular", |it| it.claim("user_type", json!(null)));
    let mut ada = person("ada", &["developer"]);
    ada.remove("user_type");
    provider.sign_in_as(ada);
    let session = server.sign_in(&provider).await;
    server.world.clock.advance(Duration::minutes(6));
    assert!(who(&server, &session).await.is_some());
    assert_eq!((provider.refreshes(), provider.userinfo_requests()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn userinfo_is_left_alone_when_tokens_say_what_is_needed() {
    let (server, provider) = both().await;
    with_userinfo_beside(&provider, "regular", |_| {});
    server.sign_in(&provider).await;
    assert_eq!(provider.userinfo_requests(), 0);
}
