//! Every address with everything a hostile or broken client may send: the answer is a 4xx that says what to do, never a
//! fault of ours, never a look inside.

mod programs;

use crate::server::{DATA, FORM, OUR_SITE, PAGE, TestServer, answer, header};
use domain::role::PlatformRole;
use http::Method;
use leptos::server_fn::axum::server_fn_paths;
use reqwest::{RequestBuilder, Response};
use std::collections::BTreeSet;

/// What only a fault of ours would show.
const INSIDES: [&str; 7] = ["panicked", "backtrace", ".rs:", "sqlx", "postgres", "RUST_", "/src/"];

/// Cookies of different people, alive and dead.
struct Cookies {
    good: String,
    others: String,
    expired: String,
}

impl Cookies {
    async fn new(server: &TestServer, number: usize) -> Self {
        let (_, good) = server.person(&format!("Person {number}"), PlatformRole::Maintainer).await;
        let (_, others) = server.person(&format!("Other {number}"), PlatformRole::User).await;
        let (caller, expired) = server.person(&format!("Gone {number}"), PlatformRole::Maintainer).await;
        sqlx::query("update sessions set expires_at = signed_in_at where id = $1")
            .bind(caller.actor.session_id.0)
            .execute(server.world.services.pool())
            .await
            .expect("a session");
        Self { good, others, expired }
    }
}

type Attack = (&'static str, fn(RequestBuilder, &Cookies) -> RequestBuilder, &'static [u16]);

/// How a request to a function goes wrong, and the answers that are right whatever the function is. A function that is
/// open to everybody may also answer 200 where only the session is wrong.
const ATTACKS: &[Attack] = &[
    ("no cookie", |r, _| form(r).body("a=b"), &[401, 422]),
    ("an expired session", |r, c| form(r).header("cookie", &c.expired).body("a=b"), &[401, 422]),
    ("somebody else's session", |r, c| form(r).header("cookie", &c.others).body("a=b"), &[403, 404, 422]),
    (
        "a malformed cookie",
        |r, _| form(r).header("cookie", b"__Host-bursar=\xff\xfe; =;;".as_slice()).body("a=b"),
        &[401, 422],
    ),
    ("two cookies", |r, c| form(r).header("cookie", format!("{}; {}", c.good, c.others)).body("a=b"), &[401, 422]),
    (
        "another site",
        |r, c| r.header(FORM.0, FORM.1).header("cookie", &c.good).header("sec-fetch-site", "cross-site").body("a=b"),
        &[403],
    ),
    (
        "another origin",
        |r, c| r.header(FORM.0, FORM.1).header("cookie", &c.good).header("origin", "https://evil.example").body("a=b"),
        &[403],
    ),
    ("another type", |r, c| typed(r, c, "application/xml").body("<a/>"), &[400, 415, 422]),
    ("no type", |r, c| ours(r, c).body("a=b"), &[400, 415, 422]),
    ("a body that is too large", |r, c| typed(r, c, FORM.1).body("a".repeat(65 * 1024)), &[413]),
    ("deep JSON", |r, c| typed(r, c, "application/json").body("[".repeat(20_000)), &[400, 415, 422]),
    ("deep fields", |r, c| typed(r, c, FORM.1).body(format!("a{}=1", "[b]".repeat(5_000))), &[400, 422]),
    ("a field with NUL", |r, c| typed(r, c, FORM.1).body(everywhere("%00")), &[400, 403, 404, 409, 422]),
    ("invalid UTF-8", |r, c| typed(r, c, FORM.1).body(everywhere("%FF%FE")), &[400, 403, 404, 409, 422]),
    ("raw bytes", |r, c| typed(r, c, FORM.1).body(vec![0, 255, 254, b'=', 0]), &[400, 422]),
];

fn ours(request: RequestBuilder, cookies: &Cookies) -> RequestBuilder {
    request.header(OUR_SITE.0, OUR_SITE.1).header("cookie", &cookies.good)
}

fn typed(request: RequestBuilder, cookies: &Cookies, kind: &str) -> RequestBuilder {
    ours(request, cookies).header("content-type", kind)
}

fn form(request: RequestBuilder) -> RequestBuilder {
    request.header(FORM.0, FORM.1).header(OUR_SITE.0, OUR_SITE.1)
}

/// A value in every field that any function of ours has, so that each meets it.
fn everywhere(value: &str) -> String {
    const FIELDS: [&str; 29] = [
        "email",
        "password",
        "next",
        "current_password",
        "new_password",
        "session",
        "theme",
        "id",
        "person",
        "name",
        "kind",
        "role",
        "auditor",
        "limit",
        "project",
        "version",
        "display_name",
        "description",
        "budget",
        "category",
        "soft_limit",
        "hard_limit",
        "period",
        "query[search]",
        "query[sort]",
        "query[size]",
        "query[descending]",
        "query[members][size]",
        "query[cursor]",
    ];
    FIELDS.map(|field| format!("{field}={value}")).join("&")
}

/// Whether an answer tells what to do and nothing of what is inside; returns its text.
async fn look(response: Response, what: &str, right: impl Fn(u16) -> bool) -> String {
    let (status, id) = (response.status().as_u16(), header(&response, "x-request-id"));
    let text = response.text().await.unwrap_or_else(|fault| panic!("{what}: {fault}"));
    assert!(right(status), "{what}: {status} {text}");
    assert!(!id.is_empty(), "{what}: an answer has an id");
    if status >= 400 {
        // A script that sent a form is told where its words wait.
        let says_something = text.len() > 10 || text.starts_with(r#"{"to":"#);
        assert!(says_something, "{what}: {status} says nothing: {text:?}");
    }
    for inside in INSIDES {
        assert!(!text.contains(inside), "{what}: {status} shows {inside}: {text}");
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_withstands_every_attack() {
    let server = TestServer::start().await;
    let mut met = BTreeSet::new();
    for (number, (path, method)) in server_fn_paths().enumerate() {
        let cookies = Cookies::new(&server, number).await;
        for (attack, send, right) in ATTACKS {
            for accept in [DATA, PAGE] {
                let request = send(server.request(method.clone(), path, &[accept]), &cookies);
                let what = format!("{method} {path}, {attack}, {}", accept.1);
                let may_succeed = !right.contains(&403) || right.len() > 1;
                // A browser is led back to its form (303), or to the sign-in (302); functions without fields, which a rule may
                // refuse (409), and those
                // that are open to everybody, do what they do.
                let is_right = |status| {
                    right.contains(&status) || (may_succeed && [200, 302, 303, 401, 403, 404, 409].contains(&status))
                };
                look(answer(request).await, &what, is_right).await;
                met.insert(*attack);
            }
        }
        for wrong in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let request = ours(server.request(wrong.clone(), path, &[DATA]), &cookies);
            look(answer(request).await, &format!("{wrong} {path}"), |status| [404, 405].contains(&status)).await;
        }
    }
    assert_eq!(met.len(), ATTACKS.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_withstands_what_is_no_page_view() {
    let server = TestServer::start().await;
    let cookies = Cookies::new(&server, 0).await;
    for pattern in server::router::PAGES.iter().map(|route| route.path()) {
        let path = pattern.replace("{id}", "not-an-id").replace("{name}", "%00%FF");
        for (attack, cookie) in [
            ("no cookie", "a=b".to_owned()),
            ("an expired session", cookies.expired.clone()),
            ("somebody else's session", cookies.others.clone()),
            ("a malformed cookie", "__Host-bursar=%00; =;;".to_owned()),
            ("two cookies", format!("{}; {}", cookies.good, cookies.others)),
            ("another site", cookies.good.clone()),
        ] {
            let site = if attack == "another site" { "cross-site" } else { "none" };
            let request = server.request(Method::GET, &path, &[PAGE, ("cookie", &cookie), ("sec-fetch-site", site)]);
            let right = |status| [200, 302, 400, 403, 404].contains(&status);
            look(answer(request).await, &format!("GET {path}, {attack}"), right).await;
        }
        for wrong in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let request = ours(server.request(wrong.clone(), &path, &[PAGE]), &cookies);
            let right = |status| [400, 404, 405].contains(&status);
            look(answer(request).await, &format!("{wrong} {path}"), right).await;
        }
        let long = format!("{path}?search={}", "a".repeat(20_000));
        let right = |status| [200, 302, 400, 404, 414, 431].contains(&status);
        look(server.get(&long, &[PAGE, ("cookie", &cookies.good)]).await, &format!("GET {path}, long"), right).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_gets_a_page_and_a_script_gets_data() {
    let server = TestServer::start().await;
    let cookies = Cookies::new(&server, 0).await;
    // A script renders the sentence of the code itself.
    let expected = [(PAGE, "text/html", "Load the page again"), (DATA, "application/json", "foreign_form")];
    for (accept, kind, says) in expected {
        let request =
            typed(server.request(Method::POST, "/act/projects/edit", &[accept]), &cookies, FORM.1).body("a=b");
        let response = answer(request).await;
        assert_eq!(response.status(), 422);
        assert!(header(&response, "content-type").starts_with(kind), "{:?}", response.headers());
        assert!(response.text().await.expect("a text").contains(says));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_say_how_large_it_is_ends_at_the_limit() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = TestServer::start().await;
    let address = server.origin().replace("http://", "");
    let mut connection = tokio::net::TcpStream::connect(&address).await.expect("a connection");
    let head = format!(
        "POST /act/sign-in HTTP/1.1\r\nhost: {address}\r\nsec-fetch-site: same-origin\r\naccept: application/json\r\n\
         content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await.expect("sent");
    for _ in 0..66 {
        // The server may have answered and closed already.
        let _ = connection.write_all(format!("400\r\n{}\r\n", "a".repeat(1024)).as_bytes()).await;
    }
    let _ = connection.write_all(b"0\r\n\r\n").await;
    let mut text = Vec::new();
    let _ = connection.read_to_end(&mut text).await;
    let text = String::from_utf8_lossy(&text);
    assert!(text.starts_with("HTTP/1.1 413") || text.starts_with("HTTP/1.1 422"), "{text}");
}
