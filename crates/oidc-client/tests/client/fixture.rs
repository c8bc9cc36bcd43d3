//! A provider in this process, and a client of it whose time the test decides.

use axum::extract::{Form, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use oidc_client::{AccessTokenProfile, Config, Error, OidcClient};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;

const START: i64 = 1_772_442_000;
pub(crate) const CLIENT: &str = "client";

/// What the provider and the test share.
pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) keys: Mutex<Vec<Key>>,
    /// Key set entries beside them.
    pub(crate) more_keys: Mutex<Vec<Value>>,
    pub(crate) is_down: AtomicBool,
    pub(crate) key_reads: AtomicUsize,
    /// What the token endpoint was sent.
    pub(crate) token_requests: Mutex<Vec<(String, HashMap<String, String>)>>,
    /// What the token endpoint answers.
    pub(crate) token_answer: Mutex<(StatusCode, String)>,
    /// What the userinfo endpoint answers.
    pub(crate) userinfo: Mutex<Value>,
    now: AtomicI64,
}

pub(crate) struct Key {
    id: &'static str,
    pair: EcdsaKeyPair,
}

impl Key {
    pub(crate) fn create(id: &'static str) -> Self {
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

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let mut whole = json!({ "alg": "ES256", "kid": self.id });
        whole.as_object_mut().expect("an object").extend(header.as_object().cloned().unwrap_or_default());
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&whole), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes()).expect("a signature");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The provider, and a client of it whose time the test decides.
pub(crate) struct Fixture {
    pub(crate) shared: Arc<Shared>,
    pub(crate) client: OidcClient,
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            url,
            keys: Mutex::new(vec![Key::create("first")]),
            more_keys: Mutex::default(),
            is_down: AtomicBool::new(false),
            token_requests: Mutex::default(),
            token_answer: Mutex::new((StatusCode::OK, String::new())),
            userinfo: Mutex::default(),
            key_reads: AtomicUsize::new(0),
            now: AtomicI64::new(START),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
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

    pub(crate) fn advance(&self, by: Duration) {
        self.shared.now.fetch_add(by.whole_seconds(), Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> i64 {
        self.shared.now.load(Ordering::Relaxed)
    }

    /// Claims of a token of this client.
    pub(crate) fn claims(&self) -> Value {
        json!({ "iss": self.shared.url, "sub": "ada", "aud": CLIENT, "iat": self.now(), "exp": self.now() + 300 })
    }

    /// Signs with the newest key.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.shared.keys.lock().expect("no panic").last().expect("a key").sign(header, claims)
    }

    /// An access token of this client.
    pub(crate) fn access_token(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        self.sign(&json!({ "typ": "at+jwt" }), &claims)
    }
}

/// Why a token was refused.
pub(crate) fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Untrusted(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was believed"),
    }
}

pub(crate) fn time_of(shared: &Shared) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(shared.now.load(Ordering::Relaxed)).expect("a time")
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, StatusCode> {
    let url = &shared.url;
    if shared.is_down.load(Ordering::Relaxed) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    Ok(Json(json!({
        "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"), "userinfo_endpoint": format!("{url}/userinfo"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    })))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.key_reads.fetch_add(1, Ordering::Relaxed);
    let mut keys: Vec<Value> = shared.keys.lock().expect("no panic").iter().map(Key::public).collect();
    keys.extend(shared.more_keys.lock().expect("no panic").iter().cloned());
    Json(json!({ "keys": keys }))
}

async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, [(header::HeaderName, &'static str); 1], String) {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    shared.token_requests.lock().expect("no panic").push((authorization.to_owned(), form));
    let (status, body) = shared.token_answer.lock().expect("no panic").clone();
    (status, [(header::CONTENT_TYPE, "application/json")], body)
}

async fn userinfo(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.userinfo.lock().expect("no panic").clone())
}
