//! A running server for one test.

use crate::provider::Provider;
use app::request::Assets;
use cookie::{Cookie, SameSite};
use domain::mode::Mode;
use domain::role::PlatformRole;
use http::Method;
use reqwest::{Client, RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use server::config::{Hsts, TrustedProxies, Value as _};
use server::rate_limit::RateLimit;
use server::router;
use server::state::{AppState, Readiness, Web};
use services::break_glass::{self, Issue};
use services::guard::Caller;
use services::identity::Identity;
use services::testing::{TestClock, World};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// What a browser sends when it wants a page.
pub(crate) const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
/// What a script of ours sends.
pub(crate) const DATA: (&str, &str) = ("accept", "application/json");
/// What browsers send with a form of our own pages.
pub(crate) const OUR_SITE: (&str, &str) = ("sec-fetch-site", "same-origin");
/// How plain forms arrive.
pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The real router with a database, a folder of built files and people of its own. It ends with this value.
pub(crate) struct TestServer {
    pub(crate) world: World,
    pub(crate) readiness: Readiness,
    address: SocketAddr,
    client: Client,
    _site: TempDir,
}

fn unlimited() -> RateLimit {
    RateLimit::new(u32::MAX)
}

impl TestServer {
    /// Ready to answer.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Ready to answer, with a console that the test has set up.
    pub(crate) async fn start_on(world: World) -> Self {
        let server = Self::start_as(world, |_| {}, unlimited(), |_, _| None).await;
        server.readiness.announce();
        server
    }

    /// Ready to answer, reached in a way that the test changes.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Web)) -> Self {
        let server = Self::start_unready(change).await;
        server.readiness.announce();
        server
    }

    /// Ready to answer so many requests of a program in a minute.
    pub(crate) async fn start_limited(api_rate: RateLimit) -> Self {
        let server = Self::start_as(World::create().await, |_| {}, api_rate, |_, _| None).await;
        server.readiness.announce();
        server
    }

    /// As before the schema is up to date.
    pub(crate) async fn start_unready(change: impl FnOnce(&mut Web)) -> Self {
        Self::start_as(World::create().await, change, unlimited(), |_, _| None).await
    }

    /// People sign in through an identity provider.
    pub(crate) async fn start_behind(provider: &Provider) -> Self {
        Self::start_behind_as(|origin, clock| provider.identity(origin, clock)).await
    }

    /// People sign in through an identity provider, and rights are kept as `mode` says.
    pub(crate) async fn start_behind_in(mode: Mode, provider: &Provider) -> Self {
        let world = World::with(|settings| settings.mode = mode).await;
        Self::start_before(world, |origin, clock| provider.identity(origin, clock)).await
    }

    /// People sign in through an identity provider that the test describes, by the origin of the server.
    pub(crate) async fn start_behind_as(identity: impl FnOnce(&str, &TestClock) -> Identity) -> Self {
        Self::start_before(World::create().await, identity).await
    }

    /// As [`TestServer::start_behind_as`], with a console that the test has set up.
    pub(crate) async fn start_before(world: World, identity: impl FnOnce(&str, &TestClock) -> Identity) -> Self {
        let server = Self::start_as(world, |_| {}, unlimited(), |origin, clock| Some(identity(origin, clock))).await;
        server.readiness.announce();
        server
    }

    async fn start_as(
        mut world: World,
        change: impl FnOnce(&mut Web),
        api_rate: RateLimit,
        identity: impl FnOnce(&str, &TestClock) -> Option<Identity>,
    ) -> Self {
        let (site, readiness) = (site(), Readiness::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        if let Some(identity) = identity(&format!("http://{address}"), &world.clock) {
            world.services = world.services.clone().with_identity(identity);
        }
        let mut web = Web {
            public_url: None,
            trusted_proxies: TrustedProxies::default(),
            site_dir: site.path().to_owned(),
            request_timeout: Duration::from_secs(30),
            hsts: Hsts::parse("max-age=63072000").expect("a value"),
        };
        change(&mut web);
        let assets = Assets { stylesheet: "/assets/bursar.0123.css".to_owned(), ..Assets::default() };
        let state = AppState {
            services: world.services.clone(),
            assets: Arc::new(assets),
            web: Arc::new(web),
            readiness: readiness.clone(),
            api_rate,
        };
        let app = router::build(state).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async { axum::serve(listener, app).await });
        // Tests speak plain HTTP, but the client asks for a TLS provider because another user of its crate has TLS on.
        // The second test of a process finds one installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A connection each: the server closes one whose body it did not read, perhaps while the next request is sent.
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).pool_max_idle_per_host(0);
        let client = client.build().expect("a client");
        Self { world, readiness, address, client, _site: site }
    }

    /// A request with headers; `send` it with [`answer`].
    pub(crate) fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> RequestBuilder {
        let request = self.client.request(method, format!("http://{}{path}", self.address));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    /// The answer to a GET.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        answer(self.request(Method::GET, path, headers)).await
    }

    /// The answer to a form.
    pub(crate) async fn post(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Response {
        let has_kind = headers.iter().any(|(name, _)| *name == "content-type");
        let request = self.request(Method::POST, path, headers).body(body.to_owned());
        answer(if has_kind { request } else { request.header(FORM.0, FORM.1) }).await
    }

    /// Somebody signed in, and the cookie of the session.
    pub(crate) async fn person(&self, name: &str, role: PlatformRole) -> (Caller, String) {
        let caller = self.world.person(name, role).await;
        let cookie = format!("__Host-bursar={}", self.world.token(&caller));
        (caller, cookie)
    }

    /// As browsers write it in `Origin`.
    /// A session that a break-glass code opened, with its cookie.
    pub(crate) async fn break_glass(&self) -> (Caller, String) {
        let services = &self.world.services;
        let code = break_glass::issue(services, Issue::by("root@bursar-0")).await.expect("issued").code;
        let client = services::client::Client::default();
        let opened = break_glass::sign_in(services, code.expose_secret(), &client, "test").await.expect("opened");
        let caller = self.world.caller(&opened.token).await.expect("a session");
        (caller, format!("__Host-bursar={}", opened.token.expose()))
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Sends a request. Every cookie of every answer has the attributes that `docs/security.md` promises.
pub(crate) async fn answer(request: RequestBuilder) -> Response {
    let response = request.send().await.expect("an answer");
    for line in response.headers().get_all("set-cookie") {
        let cookie = Cookie::parse(line.to_str().expect("plain text")).expect("a cookie");
        assert!(cookie.name().starts_with("__Host-bursar"), "{cookie}");
        assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None), "{cookie}");
        assert_eq!((cookie.secure(), cookie.http_only()), (Some(true), Some(true)), "{cookie}");
        assert!(cookie.same_site() == Some(SameSite::Lax) && cookie.max_age().is_some(), "{cookie}");
    }
    response
}

/// The text of a header; empty when it is not there.
pub(crate) fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().expect("plain text").to_owned()).unwrap_or_default()
}

/// Built files: a stylesheet with its brotli twin, and a WebAssembly module without one.
fn site() -> TempDir {
    let site = TempDir::new().expect("a folder");
    let assets = site.path().join("assets/pkg/0123");
    std::fs::create_dir_all(&assets).expect("a folder");
    for (name, content) in [
        ("bursar.0123.css", "body{}"),
        ("bursar.0123.css.br", "twin"),
        ("pkg/0123/app.wasm", "\0asm"),
        ("pkg/0123/app.js", "1"),
    ] {
        std::fs::write(site.path().join("assets").join(name), content).expect("a file");
    }
    site
}
