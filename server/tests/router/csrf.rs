//! Requests from other sites change nothing.

use crate::server::{DATA, OUR_SITE, PAGE, TestServer, header};
use domain::role::PlatformRole;
use http::StatusCode;
use leptos::server_fn::axum::server_fn_paths;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_refuses_other_sites() {
    let server = TestServer::start().await;
    let (_, cookie) = server.person("Ada Lovelace", PlatformRole::Maintainer).await;
    let paths: Vec<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert!(paths.len() > 3, "server functions are registered: {paths:?}");
    for path in paths {
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let response = server.post(path, "", &[("cookie", &cookie), DATA, (name, value)]).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path} with {name}: {value}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_headers_decide_and_a_session_needs_one_of_them() {
    let server = TestServer::start().await;
    let (_, cookie) = server.person("Ada Lovelace", PlatformRole::User).await;
    let (cookie, origin) = (("cookie", cookie.as_str()), server.origin());
    let origin = ("origin", origin.as_str());
    let other = ("origin", "http://other.example");
    let cross = ("sec-fetch-site", "cross-site");
    let same_site = ("sec-fetch-site", "same-site");
    let refused = StatusCode::FORBIDDEN;
    let matrix: [(&[(&str, &str)], bool); 9] = [
        (&[cookie, OUR_SITE, origin], true),
        (&[cookie, OUR_SITE], true),
        (&[cookie, origin], true),
        (&[], true),
        (&[cookie], false),
        (&[cookie, OUR_SITE, other], false),
        (&[cookie, cross, origin], false),
        (&[cookie, same_site, origin], false),
        (&[other], false),
    ];
    for (headers, passes) in matrix {
        let headers = [headers, &[DATA]].concat();
        let response = server.post("/data/who-am-i", "", &headers).await;
        assert_eq!(response.status() != refused, passes, "{headers:?}: {}", response.status());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_refusal_is_a_page_that_says_what_to_do() {
    let server = TestServer::start().await;
    let response = server.post("/act/sign-in", "email=a", &[PAGE, ("origin", "null")]).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let id = header(&response, "x-request-id");
    let html = response.text().await.expect("a page");
    assert!(html.contains("load the page again") && html.contains(&id), "{html}");
}
