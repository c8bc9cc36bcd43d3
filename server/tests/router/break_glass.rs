//! Break-glass over HTTP: a code opens a session while the identity provider is down, and nothing issues one.

use crate::server::{DATA, FORM, OUR_SITE, PAGE, TestServer, header};
use domain::break_glass::MAX_SESSION_LIFETIME;
use domain::mode::Mode;
use domain::role::PlatformRole;
use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::break_glass::{self, Issue};
use services::testing::{ISSUER, World, developer};

const PATH: &str = "/act/break-glass";

async fn issue(server: &TestServer) -> String {
    let issued = break_glass::issue(&server.world.services, Issue::by("root@bursar-0")).await.expect("issued");
    issued.code.expose_secret().to_owned()
}

/// A server behind a provider that never answers.
async fn server(mode: Mode) -> TestServer {
    let world = World::with(|settings| settings.mode = mode).await;
    TestServer::start_on(world.behind_a_provider()).await
}

/// The cookie of a session that a new code opened.
async fn session(server: &TestServer) -> String {
    let answer = server.post(PATH, &format!("code={}", issue(server).await), &[FORM, PAGE, OUR_SITE]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookie = header(&answer, "set-cookie");
    cookie.split(';').next().expect("a cookie").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_opens_a_short_session_that_every_page_names() {
    let server = server(Mode::Keycloak).await;
    let code = issue(&server).await;
    let answer = server.post(PATH, &format!("code={code}"), &[FORM, PAGE, OUR_SITE]).await;
    assert_eq!(
        (answer.status(), header(&answer, "location")),
        (StatusCode::SEE_OTHER, app::paths::IDENTITY_PROVIDER.to_owned())
    );
    let cookie = header(&answer, "set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-bursar=") && cookie.contains("HttpOnly; ") && cookie.contains("Max-Age=1800"));
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    for page in [app::paths::IDENTITY_PROVIDER, app::paths::PROJECTS] {
        let answer = server.get(page, &[("cookie", &cookie), PAGE]).await;
        let text = answer.text().await.expect("a page");
        assert!(text.contains("Break-glass session.") && text.contains("Issued by root@bursar-0"), "{text}");
        assert!(!text.contains(app::paths::PROFILE) && !text.contains(&code), "{text}");
    }
    server.world.clock.advance(MAX_SESSION_LIFETIME);
    let over = server.get(app::paths::IDENTITY_PROVIDER, &[("cookie", &cookie), PAGE]).await;
    assert_eq!(over.status(), StatusCode::FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_code_is_refused_and_not_shown_again() {
    let server = server(Mode::Platform).await;
    issue(&server).await;
    let answer = server.post(PATH, "code=aaaa-bbbb", &[FORM, DATA, OUR_SITE]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let flash = header(&answer, "set-cookie").split(';').next().expect("a cookie").to_owned();
    let page = server.get(app::paths::BREAK_GLASS, &[("cookie", &flash), PAGE]).await.text().await.expect("a page");
    assert!(page.contains("This code does not open a session"), "{page}");
    assert!(!page.contains("aaaa-bbbb"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_counts_only_in_the_body_of_a_form_of_our_own() {
    let server = server(Mode::Platform).await;
    let code = issue(&server).await;
    let in_address = format!("{PATH}?code={code}");
    for path in [in_address.as_str(), &format!("{}?code={code}", app::paths::BREAK_GLASS)] {
        let answer = server.get(path, &[PAGE]).await;
        assert!(header_is_absent(&answer, "__Host-bursar="), "{path}");
    }
    let foreign = server.post(PATH, &format!("code={code}"), &[FORM, PAGE, ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let own = server.post(PATH, &format!("code={code}"), &[FORM, PAGE, OUR_SITE]).await;
    assert_eq!(own.status(), StatusCode::SEE_OTHER, "it was not used up");
}

fn header_is_absent(answer: &reqwest::Response, cookie: &str) -> bool {
    let cookies = answer.headers().get_all("set-cookie");
    cookies.iter().all(|value| !value.to_str().expect("a text").starts_with(cookie))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turned_off_there_is_neither_page_nor_sign_in() {
    let server = TestServer::start_on(World::with(|settings| settings.break_glass = false).await).await;
    let page = server.get(app::paths::BREAK_GLASS, &[PAGE]).await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    let answer = server.post(PATH, "code=aaaa", &[FORM, DATA, OUR_SITE]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixth_wrong_code_of_a_network_has_to_wait() {
    let server = server(Mode::Platform).await;
    issue(&server).await;
    for expected in [422, 422, 422, 422, 422, 429] {
        let answer = server.post(PATH, "code=wrong", &[FORM, DATA, OUR_SITE]).await;
        assert_eq!(answer.status().as_u16(), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identities_are_moved_to_the_configured_issuer_as_confirmed() {
    let server = server(Mode::Platform).await;
    server.world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    let to = server.world.services.identity().expect("a provider").issuer().to_owned();
    let cookie = session(&server).await;
    let headers = [("cookie", cookie.as_str()), PAGE];
    let health = server.get(app::paths::IDENTITY_PROVIDER, &headers).await.text().await.expect("a page");
    assert!(health.contains("Some users are known by another issuer.") && health.contains(app::paths::MOVE_IDENTITIES));
    let from = form_urlencoded::byte_serialize(ISSUER.as_bytes()).collect::<String>();
    let plan = format!("{}?from={from}", app::paths::MOVE_IDENTITIES);
    let plan = server.get(&plan, &headers).await.text().await.expect("a page");
    assert!(plan.contains("Move 1 user") && plan.contains(&to), "{plan}");
    let send = async |to: &str, identities: u32| {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("from", ISSUER), ("to", to), ("identities", &identities.to_string()), ("conflicts", "0")])
            .finish();
        let headers = [("cookie", cookie.as_str()), FORM, DATA, OUR_SITE];
        server.post("/act/identity-provider/move-identities", &body, &headers).await.status().as_u16()
    };
    assert_eq!(send(&to, 2).await, 409, "other numbers than those that were confirmed");
    assert_eq!(send("https://elsewhere.example.com", 1).await, 409, "another issuer than the configured one");
    assert_eq!(send(&to, 1).await, 200);
    server.world.sign_in_at(&to, &developer("ada", json!({}))).await.expect("known again");
    let actor: String =
        sqlx::query_scalar("select actor from audit_log where action = 'identity_provider.issuer_moved'")
            .fetch_one(server.world.services.pool())
            .await
            .expect("one event");
    assert_eq!(actor, "Break-glass, issued by root@bursar-0");
    let health = server.get(app::paths::IDENTITY_PROVIDER, &headers).await.text().await.expect("a page");
    assert!(!health.contains("known by another issuer"), "{health}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_secret_opens_the_api_no_further_than_its_rights() {
    let grant = json!({"is_maintainer": true, "is_admin": true});
    for (mode, list, granting) in [
        (Mode::Keycloak, (404, "not_found"), (404, "not_found")),
        (Mode::Platform, (200, ""), (403, "grant_needs_account")),
    ] {
        let server = server(mode).await;
        let user = server.world.row("Zelda", PlatformRole::User).await;
        let cookie = session(&server).await;
        let send = async |method: Method, path: String, body: &Value| {
            let headers = [("cookie", cookie.as_str()), OUR_SITE];
            let answer = server.request(method, &path, &headers).json(body).send().await.expect("an answer");
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.expect("JSON");
            (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
        };
        let named = |(status, code): (u16, &str)| (status, code.to_owned());
        assert_eq!(send(Method::GET, "/v1/user".into(), &Value::Null).await, named((403, "account_required")));
        assert_eq!(send(Method::GET, "/v1/admin/users".into(), &Value::Null).await, named(list));
        assert_eq!(send(Method::PUT, format!("/v1/admin/users/{user}"), &grant).await, named(granting));
    }
}
