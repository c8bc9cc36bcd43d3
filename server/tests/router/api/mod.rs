//! The API over HTTP. Every answer is checked against the document of the API.

mod access;
mod activity_events;
mod analytics;
mod budgets;
mod document;
mod effective_access;
mod errors;
pub(crate) mod gateway;
mod idempotency;
mod members;
mod paging;
mod project_budgets;
mod projects;
mod session;
mod spend_tracking;
mod users;
mod versions;

use crate::server::{TestServer, answer, header};
use domain::role::PlatformRole;
use http::Method;
use reqwest::Response;
use serde_json::{Value, json};
use server::api::openapi::DOCUMENT;
use services::guard::Caller;
use std::sync::LazyLock;

/// The document as API clients read it.
static READ: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(&*DOCUMENT).expect("a document"));

/// An API client.
pub(crate) struct Program<'a> {
    server: &'a TestServer,
    pub(crate) token: String,
}

/// An answer that fits the document.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    response: http::HeaderMap,
}

impl Reply {
    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.response.get(name).map_or("", |value| value.to_str().expect("plain text"))
    }

    /// The code of an error.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// The message of an error.
    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// The details of an error, where they are a text.
    pub(crate) fn details(&self) -> &str {
        self.body["error"]["details"].as_str().unwrap_or_default()
    }
}

impl<'a> Program<'a> {
    /// An API client without a token.
    pub(crate) fn unauthenticated(server: &'a TestServer) -> Self {
        Self { server, token: String::new() }
    }

    /// An API client of a new user with a role.
    pub(crate) async fn new(server: &'a TestServer, name: &str, role: PlatformRole) -> Self {
        let caller = server.world.person(name, role).await;
        Self::of(server, &caller)
    }

    /// An API client of a user.
    pub(crate) fn of(server: &'a TestServer, caller: &Caller) -> Self {
        Self { server, token: server.world.token(caller) }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PUT, path, &[], Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PATCH, path, &[], Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.ask(Method::DELETE, path, &[], None).await
    }

    /// Sends JSON as it is written and returns the answer as it is written: a [`Value`] rounds numbers.
    pub(crate) async fn send_text(&self, method: Method, path: &str, body: &str) -> String {
        let request = self.server.request(method, path, &[("content-type", "application/json")]);
        answer(request.bearer_auth(&self.token).body(body.to_owned())).await.text().await.expect("a body")
    }

    /// Sends a request, and checks the answer against the document.
    pub(crate) async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Reply {
        let mut request = self.server.request(method.clone(), path, headers);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        read(&method, path, answer(request).await).await
    }
}

/// Reads an answer and holds it against the document.
pub(crate) async fn read(method: &Method, path: &str, response: Response) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let kind = header(&response, "content-type");
    let text = response.text().await.expect("a body");
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect(&text) };
    if status >= 400 || !text.is_empty() {
        assert_eq!(kind, "application/json", "{method} {path}: {text}");
    }
    fits(method, path, status, &body);
    Reply { status, body, response: headers }
}

/// Fails when an answer is not one that the document describes.
fn fits(method: &Method, path: &str, status: u16, body: &Value) {
    let what = format!("{method} {path} answered {status} {body}");
    let described = match operation(method, path) {
        Some(operation) => {
            operation["responses"].get(status.to_string()).unwrap_or_else(|| panic!("not described: {what}"))
        }
        // An address that is not there, and a method it does not take.
        None if [404, 405].contains(&status) => &READ["components"]["responses"]["NotFound"],
        None => panic!("no such operation: {what}"),
    };
    let described = resolved(described);
    let Some(schema) = described.pointer("/content/application~1json/schema") else {
        assert!(body.is_null(), "a body that is not described: {what}");
        return;
    };
    let mut root = json!({"components": READ["components"]});
    root.as_object_mut().expect("an object").extend(schema.as_object().expect("a schema").clone());
    let validator = jsonschema::draft202012::new(&root).expect("a sound schema");
    let wrong: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(wrong.is_empty(), "{what} does not fit: {wrong:?}");
    for entry in body.pointer("/error/details").and_then(Value::as_array).into_iter().flatten() {
        let codes = READ.pointer("/components/schemas/Problem/properties/code/enum").expect("the codes");
        assert!(
            codes.as_array().expect("codes").contains(&entry["code"]),
            "a detail without a code of the list: {what}"
        );
        let is_known =
            entry["loc"].get(1).is_none_or(|field| is_sent(operation(method, path), &entry["loc"][0], field));
        assert!(is_known || entry["code"] == "unknown_field", "a detail at a field that no request has: {what}");
    }
}

/// Whether an operation takes a value of this name in this part of a request: `body`, `query` or `header`.
fn is_sent(operation: Option<&'static Value>, part: &Value, name: &Value) -> bool {
    if part == "body" {
        let body = operation.and_then(|operation| operation.pointer("/requestBody/content/application~1json/schema"));
        let fields = body.and_then(|schema| resolved(schema)["properties"].as_object());
        return fields.is_some_and(|fields| name.as_str().is_some_and(|name| fields.contains_key(name)));
    }
    let parameters = operation.and_then(|operation| operation["parameters"].as_array());
    let mut parameters = parameters.into_iter().flatten().map(resolved);
    parameters.any(|parameter| parameter["name"] == *name && parameter["in"] == *part)
}

/// What stands at a reference, or the value itself.
pub(crate) fn resolved(value: &'static Value) -> &'static Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.map_or(value, |pointer| READ.pointer(pointer).expect(pointer))
}

/// The operation of a method and an address with its values.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        let same = |(template, part): (&&str, &&str)| template.starts_with('{') || template == part;
        template.len() == parts.len() && template.iter().zip(&parts).all(same)
    };
    let paths = READ["paths"].as_object().expect("addresses");
    let method = method.as_str().to_lowercase();
    // An address without values goes before one with them, as in the router.
    let exact = paths.get(path).and_then(|item| item.get(&method));
    exact.or_else(|| paths.iter().filter(|(template, _)| fits(template)).find_map(|(_, item)| item.get(&method)))
}
