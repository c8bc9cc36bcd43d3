//! What makes an ID token the answer to one authorization request.

use super::fixture::{CLIENT, Fixture, Key, refusal};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc_client::{Error, IdToken, TokenResponse};
use ring::digest;
use serde_json::{Value, json};

const NONCE: &str = "the-nonce";
const ACCESS_TOKEN: &str = "an-access-token";

fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, access_token.as_bytes()).as_ref()[..16])
}

fn answer(id_token: Option<&str>) -> TokenResponse {
    let answer = json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": id_token });
    serde_json::from_value(answer).expect("an answer")
}

impl Fixture {
    fn id_claims(&self) -> Value {
        let mut claims = self.claims();
        claims["nonce"] = json!(NONCE);
        claims["at_hash"] = json!(at_hash(ACCESS_TOKEN));
        claims
    }

    async fn verify(&self, change: impl FnOnce(&mut Value)) -> Result<IdToken, Error> {
        let mut claims = self.id_claims();
        change(&mut claims);
        self.client.verify_id_token(&answer(Some(&self.sign(&json!({}), &claims))), Some(NONCE)).await
    }
}

#[tokio::test]
async fn id_token_is_refused_for_each_wrong_claim() {
    let fixture = Fixture::start().await;
    let good = fixture.verify(|claims| claims["sid"] = json!("session")).await.expect("a good token");
    assert_eq!((good.subject.as_str(), good.sid.as_deref()), ("ada", Some("session")));
    let now = fixture.now();
    let wrong: [(&str, Value, &str); 15] = [
        ("iss", json!("https://id.example.com"), "issuer"),
        ("iss", Value::Null, "issuer"),
        ("aud", json!("another"), "for another client"),
        ("aud", Value::Null, "for another client"),
        ("azp", json!("another"), "authorised party"),
        ("sub", Value::Null, "no sub"),
        ("nonce", json!("another"), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("exp", json!(now - 31), "expired"),
        ("exp", Value::Null, "never expires"),
        ("iat", json!(now + 31), "not valid yet"),
        ("iat", json!(now - 601), "too long ago"),
        ("iat", Value::Null, "does not say when"),
        ("at_hash", json!(at_hash("another")), "another access token"),
        ("at_hash", json!(7), "cannot be read"),
    ];
    for (claim, value, expected) in wrong {
        let why = refusal(fixture.verify(|claims| claims[claim] = value.clone()).await);
        assert!(why.contains(expected), "{claim} {value}: {why}");
    }
}

#[tokio::test]
async fn id_token_of_another_signer_or_of_another_kind_is_refused() {
    let fixture = Fixture::start().await;
    let verify = async |token: &str| refusal(fixture.client.verify_id_token(&answer(Some(token)), Some(NONCE)).await);
    fixture.verify(|_| {}).await.expect("a good token");
    let stranger = Key::create("first").sign(&json!({}), &fixture.id_claims());
    assert_eq!(verify(&stranger).await, "its signature is wrong");
    let unsigned = fixture.sign(&json!({ "alg": "none" }), &fixture.id_claims());
    assert_eq!(verify(&unsigned).await, "its algorithm is not allowed");
    let access_token = fixture.sign(&json!({ "typ": "at+jwt" }), &fixture.id_claims());
    assert_eq!(verify(&access_token).await, "it is another kind of token");
    assert_eq!(refusal(fixture.client.verify_id_token(&answer(None), Some(NONCE)).await), "there is no ID token");
}

/// Providers such as Zitadel name every client of a project as an audience; a token of a sibling must not do.
#[tokio::test]
async fn id_token_for_several_audiences_names_this_client_as_its_party() {
    let fixture = Fixture::start().await;
    let several = |party: Value| {
        move |claims: &mut Value| {
            claims["aud"] = json!(["another", CLIENT]);
            claims["azp"] = party;
        }
    };
    fixture.verify(several(json!(CLIENT))).await.expect("ours");
    fixture.verify(|claims| claims["aud"] = json!([CLIENT])).await.expect("a list of one");
    for party in [Value::Null, json!("another"), json!([CLIENT])] {
        assert!(refusal(fixture.verify(several(party)).await).contains("authorised party"));
    }
}
