//! Everything an identity provider, or an attacker who plays one, can get wrong: each is refused with a page that says
//! so, no user is signed in, and no secret is logged.

use super::logs::{listen, logged};
use super::{both, count, who};
use crate::provider::{CLIENT_SECRET, Forge, Provider, Sign, cookie_of, parameters};
use crate::server::{PAGE, TestServer, header};
use http::StatusCode;
use serde_json::{Value, json};
use time::Duration;

type Way = (&'static str, fn(&mut Forge), u16);

/// Answers of the token endpoint, and what people get.
const WRONG: &[Way] = &[
    ("another nonce", |it| it.claim("nonce", json!("another")), 502),
    ("no nonce", |it| it.claim("nonce", Value::Null), 502),
    ("another audience", |it| it.claim("aud", json!("another")), 502),
    (
        "several audiences and no party",
        |it| {
            it.claim("aud", json!(["bursar", "another"]));
            it.claim("azp", Value::Null);
        },
        502,
    ),
    ("no audience", |it| it.claim("aud", Value::Null), 502),
    ("another party", |it| it.claim("azp", json!("another")), 502),
    ("another issuer", |it| it.claim("iss", json!("https://evil.test")), 502),
    ("nobody", |it| it.claim("sub", Value::Null), 502),
    ("expired", |it| it.shift("exp", -400), 502),
    ("never expires", |it| it.claim("exp", Value::Null), 502),
    ("issued in the future", |it| it.shift("iat", 120), 502),
    ("issued long ago", |it| it.shift("iat", -3600), 502),
    ("not signed", |it| it.sign = Sign::Nothing, 502),
    ("signed with the public key as a secret", |it| it.sign = Sign::PublicKeyAsSecret, 502),
    ("signed with the client's secret", |it| it.sign = Sign::Secret(CLIENT_SECRET), 502),
    ("signed with a swapped key", |it| it.sign = Sign::SwappedKey, 502),
    ("signed with an unknown key", |it| it.header["kid"] = json!("key-9"), 502),
    ("demands an extension", |it| it.header["crit"] = json!(["exp"]), 502),
    ("another kind of token", |it| it.header["typ"] = json!("logout+jwt"), 502),
    ("made for another access token", |it| it.claim("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")), 502),
    ("no id token", |it| it.id_token = Some(None), 502),
    ("an id token that is none", |it| it.id_token = Some(Some("a.b.c".to_owned())), 502),
    ("no JSON", |it| it.raw = Some((StatusCode::OK, "<html>no</html>".to_owned())), 502),
    ("half of the JSON", |it| it.raw = Some((StatusCode::OK, "{\"access_token\":\"half".to_owned())), 502),
    (
        "a client it does not know",
        |it| it.raw = Some((StatusCode::UNAUTHORIZED, "{\"error\":\"invalid_client\"}".to_owned())),
        403,
    ),
    ("a failure", |it| it.raw = Some((StatusCode::INTERNAL_SERVER_ERROR, "{}".to_owned())), 503),
    ("too much", |it| it.raw = Some((StatusCode::OK, "[".repeat(2 << 20))), 502),
    ("nothing in time", |it| it.is_slow = true, 503),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_answer_of_the_provider_signs_no_user_in() {
    listen();
    let (server, provider) = both().await;
    for (what, how, status) in WRONG {
        provider.forge(*how);
        let (location, cookie) = server.leave("%2F").await;
        let answer = server.come_back(&cookie, &provider.approve(&location)).await;
        refused(&server, what, answer, *status).await;
        // A connection that breaks off is remembered for a while; an answer, however wrong, is nobody else's business.
        if *what == "nothing in time" {
            server.world.clock.advance(Duration::minutes(1));
        }
    }
    provider.forge(|_| {});
    assert!(who(&server, &server.sign_in(&provider).await).await.is_some(), "the same way is open to a right answer");
    let logged = logged();
    assert!(logged.matches("a sign-in through the identity provider failed").count() >= WRONG.len());
    for secret in provider.secrets() {
        assert!(!logged.contains(&secret), "a secret was logged");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_callback_signs_no_user_in() {
    let (server, provider) = both().await;
    type Change = fn(&mut Vec<(&'static str, String)>);
    let wrong: [(&str, Change, u16); 12] = [
        ("a code with a control character", |it| it[0].1 = "a.\0.b".to_owned(), 303),
        ("a code beyond ASCII", |it| it[0].1 = "cöde".to_owned(), 303),
        ("a code too long", |it| it[0].1 = "a".repeat(2049), 303),
        ("a code nobody gave", |it| it[0].1 = "code-of-nobody".to_owned(), 303),
        ("no code", |it| drop(it.remove(0)), 502),
        ("another state", |it| it[1].1 = "another".to_owned(), 303),
        ("no state", |it| drop(it.remove(1)), 303),
        ("another issuer", |it| it[2].1 = "https://evil.test".to_owned(), 502),
        ("no issuer although it always names it", |it| drop(it.remove(2)), 502),
        ("an error", |it| it[0] = ("error", "access_denied".to_owned()), 403),
        ("an error with markup", |it| it[0] = ("error", "<script>alert(1)</script>".to_owned()), 403),
        ("two states", |it| it.push(("state", "another".to_owned())), 400),
    ];
    for (what, change, status) in wrong {
        let (location, cookie) = server.leave("%2F").await;
        let mut back = provider.approve(&location);
        change(&mut back);
        refused(&server, what, server.come_back(&cookie, &back).await, status).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_secret_is_used_once_and_in_its_own_browser() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave("%2F").await;
    let back = provider.approve(&location);
    refused(&server, "no cookie", server.come_back("", &back).await, 303).await;
    let (_, other) = server.leave("%2F").await;
    refused(&server, "somebody else's cookie", server.come_back(&other, &back).await, 303).await;
    let doubled = format!("{cookie}; {cookie}");
    refused(&server, "a doubled cookie", server.come_back(&doubled, &back).await, 303).await;
    assert_eq!(server.come_back(&cookie, &back).await.status(), StatusCode::SEE_OTHER, "none of these used it up");
    assert_eq!(count(&server, "sessions").await, 1);
    unfinished("the callback again", &server.come_back(&cookie, &back).await);
    let fresh_code = provider.approve(&location);
    unfinished("the state was used", &server.come_back(&cookie, &fresh_code).await);
    let (location, cookie) = server.leave("%2F").await;
    let mut stolen = provider.approve(&location);
    stolen[0] = back[0].clone();
    unfinished("the code was used", &server.come_back(&cookie, &stolen).await);
    let (location, cookie) = server.leave("%2F").await;
    let mut injected = provider.approve(&location);
    let (elsewhere, _) = server.leave("%2F").await;
    injected[0] = provider.approve(&elsewhere)[0].clone();
    unfinished("the code belongs to another verifier", &server.come_back(&cookie, &injected).await);
    assert_eq!(count(&server, "sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_too_long_begins_again() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave("%2F").await;
    server.world.clock.advance(Duration::minutes(10));
    refused(&server, "too late", server.come_back(&cookie, &provider.approve(&location)).await, 303).await;
    services::identity::sweep(&server.world.services).await.expect("swept");
    assert_eq!(count(&server, "sign_in_flows").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_describes_itself_wrongly_is_not_left_for() {
    type Change = fn(&mut Value);
    let wrong: [(&str, Change, &str); 3] = [
        ("issuer", |it| it["issuer"] = json!("https://evil.test"), "Keycloak answers, but cannot be used."),
        ("endpoint", |it| it["authorization_endpoint"] = json!(7), "Keycloak answers, but cannot be used."),
        ("keys", |it| it["jwks_uri"] = json!("http://127.0.0.1:9/none"), "Keycloak does not answer."),
    ];
    for (what, change, heading) in wrong {
        let provider = Provider::start().await;
        provider.describe(change);
        let server = TestServer::start_behind(&provider).await;
        let answer = server.get("/sign-in/provider?next=%2F", &[PAGE]).await;
        assert_eq!(header(&answer, "location"), "/sign-in", "{what}");
        let page = server.get("/sign-in", &[PAGE]).await.text().await.expect("a page");
        assert!(page.contains(heading), "{what}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn state_nonce_and_verifier_are_of_their_own_and_256_bits_long() {
    let (server, _) = both().await;
    let (location, cookie) = server.leave("%2F").await;
    let asked = parameters(&location);
    let secret = cookie.split_once('=').expect("a cookie").1;
    let (proof, _destination) = asked["state"].split_once('.').expect("two parts");
    let mut values = [secret, proof, &asked["nonce"], &asked["code_challenge"]];
    assert!(values.iter().all(|value| value.len() == 43), "{values:?}");
    values.sort_unstable();
    assert!(values.windows(2).all(|pair| pair[0] != pair[1]));
    let stored: Vec<u8> = sqlx::query_scalar("select secret_hash from sign_in_flows")
        .fetch_one(server.world.services.pool())
        .await
        .expect("a row");
    assert_eq!(stored.len(), 32);
}

/// Back at the sign-in page, without a session.
fn unfinished(what: &str, answer: &reqwest::Response) {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{what}");
    assert_eq!(header(answer, "location"), "/sign-in?unfinished=true", "{what}");
    assert_eq!(cookie_of(answer, "__Host-bursar"), "", "{what}");
}

/// A page that says so, or the sign-in page once more, and nobody signed in.
async fn refused(server: &TestServer, what: &str, answer: reqwest::Response, status: u16) {
    assert_eq!(cookie_of(&answer, "__Host-bursar"), "", "{what}");
    if status == 303 {
        unfinished(what, &answer);
        assert_eq!(count(server, "sessions").await, 0, "{what}");
        return;
    }
    let (got, request_id) = (answer.status().as_u16(), header(&answer, "x-request-id"));
    let page = answer.text().await.expect("a page");
    assert_eq!(got, status, "{what}: {page}");
    assert!(page.contains("<h1") && page.contains(&request_id) && page.contains("href=\"/\""), "{what}: {page}");
    assert!(!page.contains("<script"), "{what}");
    assert_eq!(count(server, "sessions").await, 0, "{what}");
}
