//! What browsers are told, on every kind of answer.

use crate::server::{DATA, OUR_SITE, PAGE, TestServer, answer, header};
use http::{Method, StatusCode};
use server::config::{Hsts, PublicUrl, TrustedProxies, Value as _};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_answer_carries_the_security_headers() {
    let server = TestServer::start().await;
    let answers = [
        server.get("/sign-in", &[PAGE]).await,
        server.get("/", &[PAGE]).await,
        server.get("/no-such-page", &[PAGE]).await,
        server.get("/no-such-page", &[DATA]).await,
        server.get("/assets/bursar.0123.css", &[]).await,
        server.get("/assets/none.css", &[]).await,
        server.get("/health/live", &[]).await,
        server.get("/health/ready", &[]).await,
        server.post("/act/sign-in", "email=a", &[PAGE, ("sec-fetch-site", "cross-site")]).await,
        server.post("/act/sign-in", "email=a", &[DATA, OUR_SITE]).await,
        server.post("/act/sign-in", &"a".repeat(70_000), &[PAGE, OUR_SITE]).await,
        server.post("/data/who-am-i", "", &[DATA, OUR_SITE]).await,
        answer(server.request(Method::DELETE, "/sign-in", &[PAGE, OUR_SITE])).await,
    ];
    let mut ids = BTreeSet::new();
    for response in &answers {
        let what = format!("{} {}", response.url().path(), response.status());
        assert_eq!(header(response, "x-content-type-options"), "nosniff", "{what}");
        assert_eq!(header(response, "x-frame-options"), "DENY", "{what}");
        assert_eq!(header(response, "referrer-policy"), "same-origin", "{what}");
        let policy = header(response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{what}: {policy}");
        assert!(!header(response, "cache-control").is_empty(), "{what}");
        assert_eq!(header(response, "strict-transport-security"), "", "{what}");
        ids.insert(header(response, "x-request-id"));
    }
    assert_eq!(ids.len(), answers.len(), "every answer has an id of its own: {ids:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_runs_only_scripts_with_its_nonce_and_every_page_has_another() {
    let server = TestServer::start().await;
    let mut nonces = BTreeSet::new();
    for _ in 0..3 {
        let response = server.get("/sign-in", &[PAGE]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "cache-control"), "no-store");
        let policy = header(&response, "content-security-policy");
        let nonce =
            policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned();
        let html = response.text().await.expect("a page");
        let scripts = html.matches("<script").count();
        assert!(scripts > 0 && html.matches(&format!("nonce=\"{nonce}\"")).count() >= scripts, "{html}");
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn built_files_are_kept_for_ever_and_come_in_brotli_where_there_is_a_twin() {
    let server = TestServer::start().await;
    let br = [("accept-encoding", "br")];
    let twin = server.get("/assets/bursar.0123.css", &br).await;
    assert_eq!(header(&twin, "content-encoding"), "br");
    assert_eq!(header(&twin, "content-type"), "text/css");
    assert_eq!(header(&twin, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&twin, "vary"), "accept-encoding");
    assert_eq!(twin.text().await.expect("a body"), "twin");
    let plain = server.get("/assets/bursar.0123.css", &[]).await;
    assert_eq!(header(&plain, "content-encoding"), "");
    assert_eq!(plain.text().await.expect("a body"), "body{}");
    let wasm = server.get("/assets/pkg/0123/app.wasm", &br).await;
    assert_eq!(header(&wasm, "content-type"), "application/wasm");
    let script = server.get("/assets/pkg/0123/app.js", &[]).await;
    assert!(header(&script, "content-type").contains("javascript"));
    let missing = server.get("/assets/gone.css", &br).await;
    assert_eq!((missing.status(), header(&missing, "cache-control")), (StatusCode::NOT_FOUND, "no-store".to_owned()));
    let outside = server.get("/assets/..%2f..%2f..%2fetc/passwd", &[]).await;
    assert_eq!(outside.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_compressed() {
    let server = TestServer::start().await;
    for encoding in ["br", "gzip"] {
        let response = server.get("/sign-in", &[PAGE, ("accept-encoding", encoding)]).await;
        assert_eq!(header(&response, "content-encoding"), encoding);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_are_told_to_stay_on_tls_when_the_public_address_has_it() {
    let server =
        TestServer::start_with(|web| web.public_url = PublicUrl::parse("https://bursar.example.com").ok()).await;
    for path in ["/sign-in", "/health/live", "/none"] {
        let response = server.get(path, &[PAGE]).await;
        assert_eq!(header(&response, "strict-transport-security"), "max-age=63072000", "{path}: this host alone");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hsts_says_what_the_operator_chose() {
    for (chosen, told) in [("max-age=60; includeSubDomains", "max-age=60; includeSubDomains"), ("off", "")] {
        let server = TestServer::start_with(|web| {
            web.public_url = PublicUrl::parse("https://bursar.example.com").ok();
            web.hsts = Hsts::parse(chosen).expect("a value");
        });
        assert_eq!(header(&server.await.get("/sign-in", &[PAGE]).await, "strict-transport-security"), told);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_is_taken_from_a_trusted_proxy_alone() {
    let given = ("x-request-id", "given-by-somebody");
    let open = TestServer::start().await;
    assert_ne!(header(&open.get("/health/live", &[given]).await, "x-request-id"), given.1);
    let behind =
        TestServer::start_with(|web| web.trusted_proxies = TrustedProxies::parse("127.0.0.1").expect("an address"))
            .await;
    assert_eq!(header(&behind.get("/health/live", &[given]).await, "x-request-id"), given.1);
    let odd = ("x-request-id", "two words");
    assert_ne!(header(&behind.get("/health/live", &[odd]).await, "x-request-id"), odd.1);
}
