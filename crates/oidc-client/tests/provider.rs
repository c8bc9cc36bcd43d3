//! A client before a provider that changes its keys, goes down and signs wrong things.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use oidc_client::{AccessTokenProfile, AuthorizationRequest, Config, Error, OidcClient};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;

const START: i64 = 1_772_442_000;
const CLIENT: &str = "client";

/// What the provider and the test share.
struct Shared {
    url: String,
    keys: Mutex<Vec<Key>>,
    is_down: AtomicBool,
    key_reads: AtomicUsize,
    now: AtomicI64,
}

struct Key {
    id: &'static str,
    pair: EcdsaKeyPair,
}

impl Key {
    fn create(id: &'static str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random);
        Self { id, pair: pair.expect("a key pair") }
    }

    fn public(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let number = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": number(x), "y": number(y) })
    }

    fn sign(&self, header: Value, claims: &Value) -> String {
        let mut header = header;
        header["alg"] = json!("ES256");
        header["kid"] = json!(self.id);
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes()).expect("a signature");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The provider, and a client of it whose time the test decides.
struct Fixture {
    shared: Arc<Shared>,
    client: OidcClient,
}

impl Fixture {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            url,
            keys: Mutex::new(vec![Key::create("first")]),
            is_down: AtomicBool::new(false),
            key_reads: AtomicUsize::new(0),
            now: AtomicI64::new(START),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .with_state(shared.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        let config = Config {
            issuer: shared.url.clone(),
            issuer_setting: "ISSUER",
            internal_url: None,
            client_id: CLIENT.to_owned(),
            client_secret: Some("hunter2".into()),
            redirect_uri: "https://app.example.com/callback".to_owned(),
            scopes: vec!["email".to_owned()],
            access_tokens: AccessTokenProfile::Rfc9068,
            leeway: Duration::seconds(30),
        };
        let http = https_client::build(reqwest::Client::builder().no_proxy()).expect("certificate authorities");
        let clock = shared.clone();
        let client = OidcClient::new(config, http, move || time_of(&clock));
        Self { shared, client }
    }

    fn advance(&self, by: Duration) {
        self.shared.now.fetch_add(by.whole_seconds(), Ordering::Relaxed);
    }

    /// An access token of this client, signed with the newest key.
    fn access_token(&self, change: impl FnOnce(&mut Value)) -> String {
        let now = self.shared.now.load(Ordering::Relaxed);
        let mut claims = json!({ "iss": self.shared.url, "sub": "ada", "aud": CLIENT, "iat": now, "exp": now + 300 });
        change(&mut claims);
        self.shared.keys.lock().expect("no panic").last().expect("a key").sign(json!({ "typ": "at+jwt" }), &claims)
    }

    async fn refusal(&self, change: impl FnOnce(&mut Value)) -> String {
        match self.client.verify_access_token(&self.access_token(change)).await {
            Err(Error::Untrusted(why)) => why,
            other => panic!("{other:?}"),
        }
    }
}

fn time_of(shared: &Shared) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(shared.now.load(Ordering::Relaxed)).expect("a time")
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, StatusCode> {
    let url = &shared.url;
    if shared.is_down.load(Ordering::Relaxed) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    Ok(Json(json!({
        "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    })))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.key_reads.fetch_add(1, Ordering::Relaxed);
    let keys: Vec<Value> = shared.keys.lock().expect("no panic").iter().map(Key::public).collect();
    Json(json!({ "keys": keys }))
}

#[tokio::test]
async fn access_token_is_verified_by_signature_issuer_audience_kind_and_times() {
    let fixture = Fixture::start().await;
    let claims = fixture.client.verify_access_token(&fixture.access_token(|_| {})).await.expect("a good token");
    assert_eq!(claims["sub"], "ada");
    let now = START;
    assert!(fixture.refusal(|claims| claims["iss"] = json!("https://id.example.com")).await.contains("issuer"));
    assert!(fixture.refusal(|claims| claims["aud"] = json!(["another"])).await.contains("audience"));
    assert!(fixture.refusal(|claims| claims["exp"] = json!(now - 31)).await.contains("expired"));
    assert!(fixture.refusal(|claims| claims["nbf"] = json!(now + 31)).await.contains("not valid yet"));
    let stranger = Key::create("first").sign(json!({ "typ": "at+jwt" }), &json!({ "iss": fixture.shared.url }));
    let refused = fixture.client.verify_access_token(&stranger).await;
    assert_eq!(refused, Err(Error::Untrusted("its signature is wrong".to_owned())));
}

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
