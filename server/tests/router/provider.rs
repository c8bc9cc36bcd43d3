//! An identity provider for tests, which can be told to answer wrongly in any one way.

mod browser;
mod endpoints;
mod forge;

pub(crate) use browser::{cookie_of, parameters};
pub(crate) use forge::{Forge, Sign, Way};

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::provider::ProviderKind;
use forge::{KEY, Key, OTHER_KEY};
use http::StatusCode;
use serde_json::{Map, Value, json};
use services::clock::Clock;
use services::identity::{Identity, IdentityConfig};
use services::testing::TestClock;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;

pub(crate) const CLIENT: &str = "bursar";
pub(crate) const CLIENT_SECRET: &str = "the-client-secret-of-the-tests";
/// The longest that tests wait for the provider; long enough for a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(3);

/// A running provider; it ends with the test.
#[derive(Clone)]
pub(crate) struct Provider {
    /// Its issuer.
    pub(crate) url: String,
    /// Where it listens.
    origin: String,
    state: Arc<Told>,
}

/// What the provider was told to do, and what it has done.
struct Told {
    url: String,
    clock: OnceLock<TestClock>,
    forge: Mutex<fn(&mut Forge)>,
    access: Mutex<fn(&mut Forge)>,
    userinfo: Mutex<fn(&mut Forge) -> Answer>,
    userinfo_requests: AtomicUsize,
    discovery: Mutex<fn(&mut Value)>,
    person: Mutex<Map<String, Value>>,
    codes: Mutex<HashMap<String, Asked>>,
    refresh_tokens: Mutex<Vec<String>>,
    keys: Mutex<Vec<&'static str>>,
    is_down: std::sync::atomic::AtomicBool,
    hides_keys: std::sync::atomic::AtomicBool,
    key_reads: AtomicUsize,
    refreshes: AtomicUsize,
    busy: Mutex<Duration>,
    secrets: Mutex<Vec<String>>,
}

/// What a browser asked for at the authorization endpoint.
struct Asked {
    nonce: String,
    challenge: String,
    asks_again: bool,
}

/// What the userinfo endpoint answers with, made from claims.
pub(crate) enum Answer {
    Json,
    Signed,
    Raw(StatusCode, &'static str, String),
    Nothing,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        Self::start_as(None).await
    }

    /// With an issuer that only browsers reach; the server reaches it where it listens.
    pub(crate) async fn start_as(issuer: Option<&str>) -> Self {
        // Made before anybody waits for them.
        Key::of(KEY);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let url = issuer.map_or_else(|| format!("{origin}/realms/test"), str::to_owned);
        let state = Arc::new(Told {
            url: url.clone(),
            clock: OnceLock::new(),
            forge: Mutex::new(|_| {}),
            access: Mutex::new(|_| {}),
            userinfo: Mutex::new(|_| Answer::Json),
            userinfo_requests: AtomicUsize::new(0),
            discovery: Mutex::new(|_| {}),
            person: Mutex::new(person("ada", &["developer"])),
            codes: Mutex::default(),
            refresh_tokens: Mutex::default(),
            keys: Mutex::new(vec![KEY]),
            is_down: std::sync::atomic::AtomicBool::new(false),
            hides_keys: std::sync::atomic::AtomicBool::new(false),
            key_reads: AtomicUsize::new(0),
            refreshes: AtomicUsize::new(0),
            busy: Mutex::default(),
            secrets: Mutex::new(vec![CLIENT_SECRET.to_owned()]),
        });
        let app = Router::new()
            .route("/realms/test/.well-known/openid-configuration", get(endpoints::discover))
            .route("/realms/test/keys", get(endpoints::keys))
            .route("/realms/test/token", post(endpoints::token))
            .route("/realms/test/userinfo", get(endpoints::userinfo))
            .with_state(state.clone());
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { url, origin, state }
    }

    /// How Bursar at `origin` is told about it.
    pub(crate) fn config(&self, origin: &str, kind: ProviderKind) -> IdentityConfig {
        IdentityConfig {
            kind,
            issuer: self.url.clone(),
            internal_url: (!self.url.starts_with(&self.origin)).then(|| self.origin.clone()),
            client_id: CLIENT.to_owned(),
            client_secret: Some(CLIENT_SECRET.into()),
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            roles_claim: "realm_access.roles".to_owned(),
            role_map: vec![],
            public_url: origin.to_owned(),
            secret_key: "a key of the tests, long enough to pass".into(),
        }
    }

    /// Bursar's side of it, which does not wait long.
    pub(crate) fn identity(&self, origin: &str, clock: &TestClock) -> Identity {
        self.identity_as(self.config(origin, ProviderKind::Keycloak), clock)
    }

    pub(crate) fn identity_as(&self, config: IdentityConfig, clock: &TestClock) -> Identity {
        let _ = self.state.clock.set(clock.clone());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let (client, clock) = (client.no_proxy().build().expect("a client"), clock.clone());
        Identity::new(config, client, Clock::from_fn(move || clock.now()))
    }

    /// Makes every answer wrong in one way, from now on.
    pub(crate) fn forge(&self, how: fn(&mut Forge)) {
        *self.state.forge.lock().expect("no panic") = how;
    }

    /// Changes every access token, from now on.
    pub(crate) fn forge_access(&self, how: fn(&mut Forge)) {
        *self.state.access.lock().expect("no panic") = how;
    }

    /// Says little in tokens from now on, and the rest at the userinfo endpoint, as `answer` makes it from all claims.
    pub(crate) fn say_little_in_tokens(&self, answer: fn(&mut Forge) -> Answer) {
        let thin: fn(&mut Forge) = |it| {
            for name in ["email", "name", "preferred_username", "realm_access"] {
                it.claim(name, Value::Null);
            }
        };
        self.forge(thin);
        self.forge_access(thin);
        self.describe(|it| {
            it["userinfo_endpoint"] = json!(format!("{}/userinfo", it["issuer"].as_str().expect("text")))
        });
        *self.state.userinfo.lock().expect("no panic") = answer;
    }

    /// How often the userinfo endpoint was asked.
    pub(crate) fn userinfo_requests(&self) -> usize {
        self.state.userinfo_requests.load(Ordering::SeqCst)
    }

    pub(crate) fn describe(&self, how: fn(&mut Value)) {
        *self.state.discovery.lock().expect("no panic") = how;
    }

    /// Who signs in from now on.
    pub(crate) fn sign_in_as(&self, claims: Map<String, Value>) {
        *self.state.person.lock().expect("no panic") = claims;
    }

    /// Signs with another key from now on, under a new name.
    pub(crate) fn rotate_key(&self) {
        *self.state.keys.lock().expect("no panic") = vec![OTHER_KEY];
    }

    /// Publishes an empty key set from now on.
    pub(crate) fn publish_no_keys(&self) {
        self.state.hides_keys.store(true, Ordering::SeqCst);
    }

    pub(crate) fn go_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Forgets every refresh token, as when an administrator signs everybody out.
    pub(crate) fn end_all_sessions(&self) {
        self.state.refresh_tokens.lock().expect("no panic").clear();
    }

    pub(crate) fn key_reads(&self) -> usize {
        self.state.key_reads.load(Ordering::SeqCst)
    }

    /// How long it has spent on tokens, which it signs in the same process.
    pub(crate) fn busy(&self) -> Duration {
        *self.state.busy.lock().expect("no panic")
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.state.refreshes.load(Ordering::SeqCst)
    }

    /// Everything that must never stand in a log or on a page.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.state.secrets.lock().expect("no panic").clone()
    }

    /// Lets the browser in that was sent to `location`. Returns where it is sent back to.
    pub(crate) fn approve(&self, location: &str) -> Vec<(&'static str, String)> {
        let asked = parameters(location);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let code = self.state.secret("code");
        let asks_again = asked.get("prompt").is_some_and(|prompt| prompt == "login") && asked.contains_key("max_age");
        let asked_for = Asked { nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone(), asks_again };
        self.state.codes.lock().expect("no panic").insert(code.clone(), asked_for);
        vec![("code", code), ("state", asked["state"].clone()), ("iss", self.url.clone())]
    }

    /// Any token, signed as the forge says.
    pub(crate) fn signed(&self, change: impl FnOnce(&mut Forge)) -> String {
        let mut forge = Forge::new(self.state.key());
        change(&mut forge);
        self.state.keep(forge.token())
    }

    /// Seconds since 1970 by the clock of the test.
    pub(crate) fn now(&self) -> i64 {
        self.state.now()
    }
}

/// Claims of somebody with roles.
pub(crate) fn person(name: &str, roles: &[&str]) -> Map<String, Value> {
    let id = Sha256::digest(name);
    let id = uuid::Builder::from_random_bytes(id[..16].try_into().expect("16 bytes")).into_uuid();
    let claims = json!({
        "sub": id, "preferred_username": name, "name": name, "email": format!("{name}@example.com"),
        "email_verified": true, "sid": format!("session-of-{name}"), "realm_access": { "roles": roles },
    });
    claims.as_object().cloned().expect("an object")
}

impl Told {
    fn now(&self) -> i64 {
        self.clock.get().expect("a server that uses it").now().unix_timestamp()
    }

    fn key(&self) -> &'static str {
        self.keys.lock().expect("no panic")[0]
    }

    fn secret(&self, purpose: &str) -> String {
        let bytes: [u8; 24] = services::random::Random::system().bytes();
        self.keep(format!("{purpose}-{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    fn keep(&self, secret: String) -> String {
        self.secrets.lock().expect("no panic").push(secret.clone());
        secret
    }

    fn outage(&self) -> Option<Response> {
        self.is_down.load(Ordering::SeqCst).then(|| StatusCode::SERVICE_UNAVAILABLE.into_response())
    }
}
