//! What makes an access token one of this provider, for this client.

use super::fixture::{Fixture, Key, refusal};
use oidc_client::Error;
use serde_json::{Value, json};

#[tokio::test]
async fn access_token_is_verified_by_signature_issuer_audience_kind_and_times() {
    let fixture = Fixture::start().await;
    let claims = fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("a good token");
    assert_eq!(claims["sub"], "ada");
    let now = fixture.now();
    let wrong: [(&str, Value, &str); 6] = [
        ("iss", json!("https://id.example.com"), "issuer"),
        ("aud", json!(["another"]), "audience"),
        ("exp", json!(now - 31), "expired"),
        ("exp", Value::Null, "never expires"),
        ("nbf", json!(now + 31), "not valid yet"),
        ("iat", json!(now + 31), "not valid yet"),
    ];
    for (claim, value, expected) in wrong {
        let token = fixture.access_token(|claims| claims[claim] = value);
        let why = refusal(fixture.client.verify_access_token(&token).await);
        assert!(why.contains(expected), "{claim}: {why}");
    }
    let id_token = fixture.sign(&json!({ "typ": "JWT" }), &fixture.claims());
    assert!(refusal(fixture.client.verify_access_token(&id_token).await).contains("not an access token"));
    let stranger = Key::create("first").sign(&json!({ "typ": "at+jwt" }), &fixture.claims());
    assert_eq!(refusal(fixture.client.verify_access_token(&stranger).await), "its signature is wrong");
    let long = fixture.access_token(|claims| claims["more"] = json!("a".repeat(32 * 1024)));
    assert!(matches!(fixture.client.verify_access_token(&long).await, Err(Error::TooLarge(_))));
}

#[tokio::test]
async fn token_that_names_no_usable_algorithm_is_refused() {
    let fixture = Fixture::start().await;
    for (header, expected) in [
        (json!({ "alg": "none" }), "algorithm"),
        (json!({ "alg": "HS256" }), "algorithm"),
        (json!({ "alg": "RS256" }), "unknown key"),
        (json!({ "kid": "another" }), "unknown key"),
        (json!({ "crit": ["b64"], "b64": false }), "demands"),
        (json!({ "cty": "JWT" }), "something else than claims"),
    ] {
        let why = refusal(fixture.client.verify_access_token(&fixture.sign(&header, &fixture.claims())).await);
        assert!(why.contains(expected), "{header}: {why}");
    }
    for text in ["", "a", "a.b", "a.b.c", "a.b.c.d.e"] {
        refusal(fixture.client.verify_access_token(text).await);
    }
}
