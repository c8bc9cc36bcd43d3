//! What operators read: every request by its route, and nothing that somebody sent.

use crate::provider::{Provider, person};
use crate::server::{OUR_SITE, PAGE, TestServer};
use domain::provider::ProviderKind;
use http::Method;
use server::telemetry::metrics::Metrics;
use services::identity::IdentityConfig;
use std::sync::LazyLock;

/// Shared by all tests of this process, whose requests it counts too.
static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics::install().expect("the first to measure"));

/// The value of the only line that begins so.
fn value(text: &str, beginning: &str) -> f64 {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(beginning));
    let value = lines.next().unwrap_or_else(|| panic!("no {beginning} in {text}"));
    assert_eq!(lines.next(), None, "{beginning} is there twice");
    value.trim().parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_counted_by_route_and_labels_hold_nothing_that_was_sent() {
    LazyLock::force(&METRICS);
    let server = TestServer::start().await;
    let read = || METRICS.render(&server.world.services);
    let secret = "never-in-a-label";
    server.get(&format!("/sign-in?next=/{secret}"), &[PAGE]).await;
    for path in [format!("/{secret}"), format!("/assets/{secret}"), format!("/settings/administration/users/{secret}")]
    {
        server.get(&path, &[PAGE]).await;
    }
    let method = Method::from_bytes(secret.to_uppercase().as_bytes()).expect("a method");
    server.request(method, "/sign-in", &[PAGE]).send().await.expect("an answer");
    server.post("/act/sign-in", "email=nobody@example.com&password=wrong&next=", &[PAGE, OUR_SITE]).await;

    let text = read();
    assert!(!text.to_lowercase().contains(secret), "{text}");
    let count = |method, route, status| {
        let labels = format!(r#"{{method="{method}",route="{route}",status="{status}"}}"#);
        value(&text, &format!("bursar_http_request_seconds_count{labels}"))
    };
    assert!(count("GET", "/sign-in", "2xx") >= 1.0);
    assert!(count("GET", "/settings/administration/users/{id}", "3xx") >= 1.0);
    assert!(count("GET", "-", "4xx") >= 1.0);
    assert!(count("POST", "/act/sign-in", "3xx") >= 1.0);
    assert!(
        text.contains(r#"bursar_http_request_seconds_bucket{method="other",route="/sign-in",status="4xx",le="#),
        "{text}"
    );
    assert!(value(&text, r#"bursar_sign_ins_total{provider="local",outcome="refused"}"#) >= 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_through_a_provider_are_counted_by_what_came_of_them() {
    LazyLock::force(&METRICS);
    let provider = Provider::start().await;
    // A kind that no other test of this process signs in through.
    let server = TestServer::start_behind_as(|origin, clock| {
        let config = provider.config(origin, ProviderKind::Oidc);
        provider.identity_as(IdentityConfig { roles_claim: "groups".to_owned(), ..config }, clock)
    })
    .await;
    let in_group = |name: &str, group: &str| {
        let mut claims = person(name, &[]);
        claims.insert("groups".to_owned(), serde_json::json!([group]));
        claims
    };
    provider.sign_in_as(in_group("ada", "developer"));
    let counts = || {
        let text = METRICS.render(&server.world.services);
        ["succeeded", "refused", "failed"].map(|outcome| {
            let line = format!(r#"bursar_sign_ins_total{{provider="oidc",outcome="{outcome}"}} "#);
            if text.contains(&line) { value(&text, &line) } else { 0.0 }
        })
    };
    server.sign_in(&provider).await;
    assert_eq!(counts(), [1.0, 0.0, 0.0]);
    provider.sign_in_as(in_group("grace", "visitor"));
    let (location, cookie) = server.leave("%2F").await;
    server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!(counts(), [1.0, 1.0, 0.0]);
    let (location, cookie) = server.leave("%2F").await;
    provider.go_down(true);
    server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!(counts(), [1.0, 1.0, 1.0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pool_and_the_hash_workers_show() {
    LazyLock::force(&METRICS);
    let server = TestServer::start().await;
    let read = || METRICS.render(&server.world.services);
    let held = server.world.services.pool().acquire().await.expect("a connection");
    let text = read();
    assert!(value(&text, r#"bursar_database_connections{state="used"}"#) >= 1.0, "{text}");
    assert!(value(&text, "bursar_database_connections_allowed ") >= 1.0);
    drop(held);
    for state in ["waiting", "running"] {
        // Other tests of this process have theirs counted along, from the middle on where they began before.
        let hashes = value(&text, &format!(r#"bursar_password_hashes{{state="{state}"}}"#));
        assert!(hashes.is_finite(), "{text}");
    }
}
