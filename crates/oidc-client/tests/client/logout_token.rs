//! What makes a logout token one, and which sessions it names.

use super::fixture::{Fixture, Key, refusal};
use oidc_client::{Error, LogoutToken};
use serde_json::{Value, json};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

impl Fixture {
    fn logout_claims(&self) -> Value {
        let mut claims = self.claims();
        claims["jti"] = json!("once");
        claims["sid"] = json!("session");
        claims["events"] = json!({ EVENT: {} });
        claims
    }

    async fn logout(&self, change: impl FnOnce(&mut Value)) -> Result<LogoutToken, Error> {
        let mut claims = self.logout_claims();
        change(&mut claims);
        self.client.verify_logout_token(&self.sign(&json!({ "typ": "logout+jwt" }), &claims)).await
    }
}

/// authentik sends `sub` alone, and clients that expect a `sid` fail.
#[tokio::test]
async fn logout_token_names_a_session_a_user_or_both() {
    let fixture = Fixture::start().await;
    for (sid, sub) in [(Some("session"), Some("ada")), (None, Some("ada")), (Some("session"), None)] {
        let change = |claims: &mut Value| (claims["sid"], claims["sub"]) = (json!(sid), json!(sub));
        let token = fixture.logout(change).await.expect("a good token");
        assert_eq!((token.sid.as_deref(), token.subject.as_deref(), token.jti.as_str()), (sid, sub, "once"));
    }
}

#[tokio::test]
async fn logout_token_is_refused_for_each_wrong_claim() {
    let fixture = Fixture::start().await;
    let now = fixture.now();
    let wrong: [(&str, Value, &str); 12] = [
        ("iss", json!("https://id.example.com"), "issuer"),
        ("aud", json!("another"), "for another client"),
        ("exp", json!(now - 31), "expired"),
        ("iat", json!(now - 121), "too old"),
        ("iat", json!(now + 31), "not valid yet"),
        ("iat", Value::Null, "does not say when"),
        ("events", Value::Null, "not a logout"),
        ("events", json!({ "another": {} }), "not a logout"),
        ("events", json!({ EVENT: true }), "not a logout"),
        ("nonce", json!("a"), "has a nonce"),
        ("jti", Value::Null, "no jti"),
        ("jti", json!("a".repeat(256)), "no jti"),
    ];
    for (claim, value, expected) in wrong {
        let why = refusal(fixture.logout(|claims| claims[claim] = value.clone()).await);
        assert!(why.contains(expected), "{claim} {value}: {why}");
    }
    let nothing = |claims: &mut Value| (claims["sid"], claims["sub"]) = (Value::Null, Value::Null);
    assert!(refusal(fixture.logout(nothing).await).contains("neither a session nor a user"));
    let claims = fixture.logout_claims();
    let id_token = fixture.sign(&json!({ "typ": "at+jwt" }), &claims);
    assert!(refusal(fixture.client.verify_logout_token(&id_token).await).contains("another kind"));
    let stranger = Key::create("first").sign(&json!({}), &claims);
    assert!(refusal(fixture.client.verify_logout_token(&stranger).await).contains("signature"));
}
