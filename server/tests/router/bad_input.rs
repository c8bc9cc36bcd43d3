//! Whatever is sent, the answer is never a fault of ours.

use crate::server::{DATA, OUR_SITE, PAGE, TestServer, answer};
use domain::role::PlatformRole;
use http::Method;
use leptos::server_fn::axum::server_fn_paths;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_cookies_are_unauthenticated() {
    let server = TestServer::start().await;
    let (_, good) = server.person("Ada Lovelace", PlatformRole::User).await;
    let long = format!("__Host-bursar={}", "a".repeat(4000));
    let doubled = format!("{good}; {good}");
    let cookies: [&[u8]; 10] = [
        b"__Host-bursar",
        b"__Host-bursar=",
        b"__Host-bursar=%00%ff",
        b"__Host-bursar=\xff\xfe\xfd",
        b"__Host-bursar=a; __Host-bursar=b",
        b"=;;=;__Host-bursar==;",
        b"__Host-bursar='; drop table users; --",
        b"__Host-bursar-theme=\x80; __Host-bursar-form=../../etc",
        long.as_bytes(),
        doubled.as_bytes(),
    ];
    for cookie in cookies {
        let request = server.request(Method::POST, "/data/who-am-i", &[DATA, OUR_SITE]);
        let response = answer(request.header("cookie", cookie)).await;
        assert!(!response.status().is_server_error(), "{}: {}", cookie.escape_ascii(), response.status());
        let text = response.text().await.expect("an answer");
        assert!(!text.contains("Ada Lovelace"), "{}: {text}", cookie.escape_ascii());
        let page = answer(server.request(Method::GET, "/sign-in", &[PAGE]).header("cookie", cookie)).await;
        assert_eq!(page.status(), 200, "{}", cookie.escape_ascii());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_bodies_never_fault_a_server_function() {
    let server = TestServer::start().await;
    let bodies = [
        "",
        "&&==&",
        "%",
        "%ff%fe=%00",
        "query[search]=a&query[",
        "{",
        "{\"a\":1}",
        "id=not-an-id&version=x",
        "project=00000000",
    ];
    for (number, (path, method)) in server_fn_paths().enumerate() {
        // Each function meets a session of its own: some of them end it.
        let (_, cookie) = server.person(&format!("Person {number}"), PlatformRole::Maintainer).await;
        let cookie = ("cookie", cookie.as_str());
        for body in bodies {
            for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain", ""] {
                let headers = [cookie, OUR_SITE, DATA, ("content-type", kind)];
                let response = answer(server.request(method.clone(), path, &headers).body(body)).await;
                let what = format!("{method} {path} {kind:?} {body:?}: {}", response.status());
                assert!(!response.status().is_server_error(), "{what}: {}", response.text().await.unwrap_or_default());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_addresses_never_fault_a_page() {
    let server = TestServer::start().await;
    let (_, cookie) = server.person("Ada Lovelace", PlatformRole::Maintainer).await;
    let cookie = ("cookie", cookie.as_str());
    let queries = [
        "after=garbage",
        "after=%FF%00",
        "before=AAAA&after=AAAA",
        "sort=nothing",
        "role=king&status=",
        "search=%25_%5C'\"",
        "search=%F0%9F%98%80",
        "limit=-1",
        "limit=999999999999999999999",
        "=&=&&&",
        "%",
        "search=%00",
    ];
    for list in ["users", "projects", "budgets"] {
        for query in queries {
            let path = format!("/settings/administration/{list}?{query}");
            let response = server.get(&path, &[cookie, PAGE]).await;
            assert!(!response.status().is_server_error(), "{path}: {}", response.status());
        }
        for id in
            ["not-an-id", "00000000-0000-0000-0000-00000000000", "%00", "..%2f", "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"]
        {
            let path = format!("/settings/administration/{list}/{id}");
            let response = server.get(&path, &[cookie, PAGE]).await;
            assert!(!response.status().is_server_error(), "{path}: {}", response.status());
        }
    }
}
