//! A provider that changes its keys and goes down, and the redirect to it.

use super::fixture::{CLIENT, Fixture, Key, time_of};
use oidc_client::{AuthorizationRequest, Error};
use serde_json::json;
use std::sync::atomic::Ordering;
use time::Duration;

#[tokio::test]
async fn new_key_is_read_when_a_token_is_signed_with_it_at_most_every_ten_seconds() {
    let fixture = Fixture::start().await;
    fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("the first key");
    fixture.shared.keys.lock().expect("no panic").push(Key::create("second"));
    assert!(fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.is_err(), "read a moment ago");
    assert_eq!(fixture.shared.key_reads.load(Ordering::Relaxed), 1);
    fixture.advance(Duration::seconds(10));
    fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("the new key");
    assert_eq!(fixture.shared.key_reads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn keys_are_trusted_for_a_day_while_the_provider_is_down() {
    let fixture = Fixture::start().await;
    fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("a good token");
    fixture.shared.is_down.store(true, Ordering::Relaxed);
    fixture.advance(Duration::hours(23));
    fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("keys of yesterday");
    let outage = fixture.client.outage().expect("an outage");
    assert_eq!((outage.is_unusable, outage.since), (false, time_of(&fixture.shared)));
    assert!(matches!(fixture.client.check_reachable().await, Err(Error::Unreachable(_))));
    fixture.advance(Duration::hours(1));
    let refused = fixture.client.verify_access_token(&fixture.access_token(|_| {})).await;
    assert!(matches!(refused, Err(Error::Unreachable(_))), "{refused:?}");
    fixture.shared.is_down.store(false, Ordering::Relaxed);
    fixture.advance(Duration::seconds(5));
    fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("the provider answers again");
    assert_eq!(fixture.client.outage(), None);
}

#[tokio::test]
async fn authorization_url_has_state_nonce_and_challenge_and_no_verifier() {
    let fixture = Fixture::start().await;
    let request = |reauthenticate| AuthorizationRequest {
        state: "the-state".to_owned(),
        nonce: "the-nonce".to_owned(),
        pkce_verifier: "a-verifier-that-only-the-client-knows-until-it-exchanges-the-code".to_owned(),
        reauthenticate,
    };
    let url = fixture.client.authorization_url(request(false)).await.expect("an address");
    assert!(url.starts_with(&format!("{}/authorize?", fixture.shared.url)), "{url}");
    for part in ["state=the-state", "nonce=the-nonce", "code_challenge_method=S256", "scope=openid+email"] {
        assert!(url.contains(part), "{part} in {url}");
    }
    assert!(!url.contains("only-the-client-knows") && !url.contains("prompt="), "{url}");
    let again = fixture.client.authorization_url(request(true)).await.expect("an address");
    assert!(again.contains("prompt=login") && again.contains("max_age=0"), "{again}");
}

#[tokio::test]
async fn debug_output_has_no_client_secret() {
    let fixture = Fixture::start().await;
    let printed = format!("{:?} {:?}", fixture.client, fixture.client.config());
    assert!(printed.contains(CLIENT) && !printed.contains("hunter2"), "{printed}");
}

/// RFC 7517, section 5: keys of unknown kinds are skipped. A key for encryption signs nothing, and Entra ID's have no `alg`.
#[tokio::test]
async fn key_set_with_keys_of_unknown_kinds_is_used() {
    let fixture = Fixture::start().await;
    *fixture.shared.more_keys.lock().expect("no panic") = vec![
        json!({ "kty": "AKP", "kid": "post-quantum", "use": "sig", "alg": "ML-DSA-44", "pub": "AAAA" }),
        json!({ "kty": "RSA", "kid": "without-alg", "use": "sig", "n": "AQAB", "e": "AQAB" }),
        json!({ "kty": "EC", "crv": "secp256k1", "kid": "curve", "x": "AA", "y": "AA" }),
        json!({ "kid": "nothing" }),
    ];
    fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("the key that is known");
}
