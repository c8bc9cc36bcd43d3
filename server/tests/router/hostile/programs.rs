//! Every address of the API with everything a broken or hostile program may send: the answer is a 4xx in the one shape,
//! never a fault of ours, never a look inside.

use super::Cookies;
use crate::api::gateway::gateway;
use crate::server::{TestServer, answer, header};
use domain::role::PlatformRole;
use http::Method;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use server::api::openapi::DOCUMENT;
use services::testing::rounds;
use std::collections::BTreeSet;
use std::iter::repeat_n;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Who asks, and what of it is alive.
struct Callers {
    /// What opens the operation that is asked: the user's, or the gateway's.
    token: String,
    user: String,
    gateway: String,
    others: String,
    cookies: Cookies,
}

impl Callers {
    /// New people each time: some operations end the session that asks.
    async fn new(server: &TestServer) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (root, _) = server.person(&format!("Root {number}"), PlatformRole::Maintainer).await;
        let (other, _) = server.person(&format!("Nobody {number}"), PlatformRole::User).await;
        let (user, others) = (server.world.token(&root), server.world.token(&other));
        let gateway = gateway(server, &format!("Gateway {number}"), &root).await.token;
        Self { token: user.clone(), user, gateway, others, cookies: Cookies::new(server, number).await }
    }

    /// With the token that opens this operation.
    fn facing(&mut self, operation: &Operation) -> &Self {
        let is_of_gateways = operation.template.starts_with("/v1/gateway/");
        self.token = if is_of_gateways { self.gateway.clone() } else { self.user.clone() };
        self
    }
}

/// The id of nothing.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

const ELSEWHERE: &str = "a cookie from another site";

type Attack = (&'static str, fn(RequestBuilder, &Callers) -> RequestBuilder, &'static [u16]);

/// How a request goes wrong whatever it asks, and the answers that are right unless the address is open to everybody.
const CALLERS: &[Attack] = &[
    ("no caller", |r, _| r, &[401]),
    ("a token that is none", |r, _| r.bearer_auth("a.b.c"), &[401]),
    ("a token with raw bytes", |r, _| r.header("authorization", b"Bearer \xff\xfe".as_slice()), &[400, 401]),
    ("another scheme", |r, c| r.header("authorization", format!("Basic {}", c.token)), &[401]),
    ("an expired session", |r, c| r.header("cookie", &c.cookies.expired), &[401, 403]),
    ("a malformed cookie", |r, _| r.header("cookie", b"__Host-bursar=\xff; =;;".as_slice()), &[401, 403]),
    ("a cookie and a token", |r, c| r.header("cookie", &c.cookies.good).bearer_auth(&c.token), &[401, 403]),
    (ELSEWHERE, |r, c| r.header("cookie", &c.cookies.good).header("sec-fetch-site", "cross-site"), &[401, 403]),
];

/// What is wrong with a body that somebody sends who may send it. Addresses that take none do not look at it.
const BODIES: &[Attack] = &[
    ("another type", |r, c| r.bearer_auth(&c.token).header("content-type", "application/xml").body("<a/>"), &[415]),
    ("no type", |r, c| r.bearer_auth(&c.token).body("{}"), &[415]),
    ("no JSON", |r, c| typed(r, c).body("{\"a\":"), &[422]),
    ("a list", |r, c| typed(r, c).body("[1]"), &[422]),
    ("deep JSON", |r, c| typed(r, c).body("[".repeat(100_000)), &[422]),
    ("deep objects", |r, c| typed(r, c).body(repeat_n("{\"a\":", 20_000).collect::<String>()), &[422]),
    ("NUL in every field", |r, c| typed(r, c).body(everywhere(&json!("a\0b"))), &[400, 403, 404, 409, 422]),
    ("numbers in every field", |r, c| typed(r, c).body(everywhere(&json!(-1e300))), &[400, 403, 404, 409, 422]),
    ("null in every field", |r, c| typed(r, c).body(everywhere(&Value::Null)), &[400, 403, 404, 409, 422]),
    ("invalid UTF-8", |r, c| typed(r, c).body(b"{\"name\":\"\xff\xfe\"}".to_vec()), &[422]),
    ("half a surrogate", |r, c| typed(r, c).body(r#"{"name":"\ud800"}"#), &[400, 404, 422]),
    ("a body that is too large", |r, c| typed(r, c).body(" ".repeat(257 * 1024)), &[413]),
];

fn typed(request: RequestBuilder, callers: &Callers) -> RequestBuilder {
    request.bearer_auth(&callers.token).header("content-type", "application/json")
}

/// Every field that the document knows.
static FIELDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let document = serde_json::to_value(&*DOCUMENT).expect("a document");
    let schemas = document["components"]["schemas"].as_object().expect("schemas").values();
    let fields: BTreeSet<String> = schemas
        .filter_map(|schema| schema["properties"].as_object())
        .flat_map(|fields| fields.keys().cloned())
        .collect();
    fields.into_iter().collect()
});

/// A value in every field.
fn everywhere(value: &Value) -> String {
    let body: serde_json::Map<String, Value> = FIELDS.iter().map(|field| (field.clone(), value.clone())).collect();
    Value::Object(body).to_string()
}

/// A body of fields that are known and values that may be right or wrong, the same for the same number.
fn drawn(number: u64) -> Value {
    fn value(draw: &mut fastrand::Rng, depth: u8) -> Value {
        match draw.u8(0..if depth > 2 { 9 } else { 12 }) {
            0 => Value::Null,
            1 => json!(draw.bool()),
            2 => json!(draw.i64(..)),
            3 => json!(draw.f64() * 1e12),
            4 => json!(""),
            5 => json!("a".repeat(draw.usize(..300))),
            6 => json!((0..draw.usize(..40)).map(|_| draw.char(..)).collect::<String>()),
            7 => json!(["30d", "2026-01-01T00:00:00Z", "cli", "user", "admin", NOBODY][draw.usize(..6)]),
            8 => json!(["-1", "1e400", "NaN", "💳", "a@b", "' or 1=1 --"][draw.usize(..6)]),
            9 => (0..draw.usize(..4)).map(|_| value(draw, depth + 1)).collect(),
            _ => object(draw, depth + 1),
        }
    }
    fn object(draw: &mut fastrand::Rng, depth: u8) -> Value {
        let many = draw.usize(..12);
        let fields = draw.choose_multiple(FIELDS.iter(), many);
        Value::Object(fields.into_iter().map(|field| (field.clone(), value(draw, depth))).collect())
    }
    object(&mut fastrand::Rng::with_seed(number), 0)
}

/// An operation of the document.
struct Operation {
    method: Method,
    template: String,
    is_open: bool,
    takes_a_body: bool,
}

impl Operation {
    fn all() -> Vec<Self> {
        let document = serde_json::to_value(&*DOCUMENT).expect("a document");
        let paths = document["paths"].as_object().expect("addresses").iter();
        let of_path = |(path, item): (&String, &Value)| {
            let operations = item.as_object().expect("operations").iter();
            let read = |(method, operation): (&String, &Value)| Self {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"),
                template: path.clone(),
                is_open: operation.get("security").is_none_or(|security| *security == json!([])),
                takes_a_body: operation.get("requestBody").is_some(),
            };
            operations.map(read).collect::<Vec<_>>()
        };
        paths.flat_map(of_path).collect()
    }

    /// The address with the same value wherever the template has a gap.
    fn path(&self, value: &str) -> String {
        let part = |part: &str| if part.starts_with('{') { value.to_owned() } else { part.to_owned() };
        self.template.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// Whether an answer has the one shape, tells what to do and nothing of what is inside; returns its status.
async fn look(request: RequestBuilder, what: &str) -> u16 {
    let response = answer(request).await;
    let (status, kind) = (response.status().as_u16(), header(&response, "content-type"));
    // What is not configured is not available, by the wire contract.
    let is_right = |status| status < 500 || (status == 503 && what.contains("/v1/admin/spend-tracking/collect"));
    let text = super::look(response, what, is_right).await;
    if status >= 400 {
        assert_eq!(kind, "application/json", "{what}: {status} {text}");
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{what}: {status} {text}"));
        assert!(body["error"]["message"].as_str().is_some_and(|message| message.len() > 5), "{what}: {text}");
    }
    status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_withstands_every_caller() {
    let server = TestServer::start().await;
    for operation in Operation::all() {
        let (mut callers, path) = (Callers::new(&server).await, operation.path(NOBODY));
        let callers = callers.facing(&operation);
        for (attack, change, right) in CALLERS {
            let what = format!("{} {path}, {attack}", operation.method);
            let request = server.request(operation.method.clone(), &path, &[]);
            let status = look(change(request, callers), &what).await;
            // Reading is the same from everywhere: another site does not get to see what was read.
            let is_read = operation.method == Method::GET && *attack == ELSEWHERE;
            assert!(operation.is_open || is_read || right.contains(&status), "{what}: {status}");
        }
        let request = server.request(operation.method.clone(), &path, &[]).bearer_auth(&callers.others);
        look(request, &format!("{} {path}, somebody without rights", operation.method)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_withstands_every_body() {
    let server = TestServer::start().await;
    for operation in Operation::all() {
        let path = operation.path(NOBODY);
        for (attack, change, right) in BODIES {
            let mut callers = Callers::new(&server).await;
            let callers = callers.facing(&operation);
            let what = format!("{} {path}, {attack}", operation.method);
            let request = server.request(operation.method.clone(), &path, &[]);
            let status = look(change(request, callers), &what).await;
            // What the address names is looked for first.
            let is_missing = path != operation.template && status == 404;
            let is_looked_at = operation.takes_a_body && !operation.is_open;
            assert!(!is_looked_at || is_missing || right.contains(&status), "{what}: {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_withstands_malformed_bodies() {
    let server = TestServer::start().await;
    let operations: Vec<_> = Operation::all().into_iter().filter(|operation| operation.takes_a_body).collect();
    for number in 0..rounds(20, 1_000) {
        let mut callers = Callers::new(&server).await;
        let body = drawn(number as u64).to_string();
        for operation in &operations {
            let path = operation.path(NOBODY);
            let request = typed(server.request(operation.method.clone(), &path, &[]), callers.facing(operation))
                .body(body.clone());
            look(request, &format!("{} {path}, {body}", operation.method)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_withstands_every_address() {
    let server = TestServer::start().await;
    let query = "?page=-1&per_page=0&cursor=%00&search=%FF&filters={&limit=x&user_id=%00&sort_by=%00&category='";
    let long = "a".repeat(5_000);
    for operation in Operation::all() {
        for value in [NOBODY, "%00", "%FF%FE", "..%2F..%2Fetc", "'%20or%201=1--", "%F0%9F%A6%80", &long] {
            let mut callers = Callers::new(&server).await;
            let path = operation.path(value) + query;
            let what = format!("{} {path}", operation.method);
            look(
                typed(server.request(operation.method.clone(), &path, &[]), callers.facing(&operation)).body("{}"),
                &what,
            )
            .await;
        }
        let mut callers = Callers::new(&server).await;
        let callers = callers.facing(&operation);
        let path = operation.path(NOBODY);
        for wrong in [Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
            let is_one =
                Operation::all().iter().any(|other| other.method == wrong && other.template == operation.template);
            if !is_one {
                let status = look(typed(server.request(wrong.clone(), &path, &[]), callers).body("{}"), &path).await;
                assert!([404, 405].contains(&status), "{wrong} {path}: {status}");
            }
        }
    }
}
