//! Claims that Bursar does not need refuse no sign-in, however malformed they are.

use super::{both, who};
use crate::provider::{Way, cookie_of};
use http::StatusCode;
use serde_json::json;

const MALFORMED: &[Way] = &[
    ("updated_at as ISO text", |it| it.claim("updated_at", json!("2026-03-02T09:00:00.000Z"))),
    ("updated_at as object", |it| it.claim("updated_at", json!({ "seconds": 1 }))),
    ("email_verified as text", |it| it.claim("email_verified", json!("true"))),
    ("email_verified as a word", |it| it.claim("email_verified", json!("perhaps"))),
    ("email_verified as list", |it| it.claim("email_verified", json!([true]))),
    ("phone_number_verified as text", |it| it.claim("phone_number_verified", json!("yes"))),
    ("address as text", |it| it.claim("address", json!("1 Main Street"))),
    ("birthdate as number", |it| it.claim("birthdate", json!(1815))),
    ("locale as list", |it| it.claim("locale", json!(["en", 7]))),
    ("zoneinfo as object", |it| it.claim("zoneinfo", json!({}))),
    ("picture as object", |it| it.claim("picture", json!({ "url": "x" }))),
    ("profile as number", |it| it.claim("profile", json!(7))),
    ("name as number", |it| it.claim("name", json!(7))),
    ("given_name as list", |it| it.claim("given_name", json!([]))),
    ("acr as number", |it| it.claim("acr", json!(1))),
    ("amr as text", |it| it.claim("amr", json!("pwd"))),
    ("auth_time as text", |it| it.claim("auth_time", json!("yesterday"))),
    ("sid as number", |it| it.claim("sid", json!(7))),
    ("c_hash as number", |it| it.claim("c_hash", json!(7))),
    ("a claim name in a language that is none", |it| it.claim("name#not a language", json!("Ada"))),
    ("a NUL in a text", |it| it.claim("nickname", json!("a\0b"))),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_claim_that_is_not_needed_refuses_no_sign_in() {
    let (server, provider) = both().await;
    for (what, how) in MALFORMED {
        provider.forge(*how);
        let (location, cookie) = server.leave("%2F").await;
        let answer = server.come_back(&cookie, &provider.approve(&location)).await;
        let session = cookie_of(&answer, "__Host-bursar");
        let status = answer.status();
        assert_eq!(status, StatusCode::SEE_OTHER, "{what}: {}", answer.text().await.expect("a text"));
        assert_eq!(who(&server, &session).await.as_deref(), Some("ada@example.com"), "{what}");
    }
}

/// Claims that are needed, malformed: each is refused as if it were missing.
const NEEDED: &[Way] = &[
    ("sub", |it| it.claim("sub", json!(7))),
    ("aud", |it| it.claim("aud", json!({ "bursar": true }))),
    ("azp", |it| it.claim("azp", json!(["bursar"]))),
    ("exp", |it| it.claim("exp", json!("tomorrow"))),
    ("iat", |it| it.claim("iat", json!("now"))),
    ("nonce", |it| it.claim("nonce", json!([]))),
    ("at_hash", |it| it.claim("at_hash", json!(7))),
    ("content type", |it| it.header["cty"] = json!("JWT")),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_claim_that_is_needed_refuses_the_sign_in() {
    let (server, provider) = both().await;
    for (what, how) in NEEDED {
        provider.forge(*how);
        let (location, cookie) = server.leave("%2F").await;
        let answer = server.come_back(&cookie, &provider.approve(&location)).await;
        assert_eq!(
            (answer.status(), cookie_of(&answer, "__Host-bursar")),
            (StatusCode::BAD_GATEWAY, String::new()),
            "{what}"
        );
    }
}
