//! The document of the API for people: one page of plain HTML, made from the document itself, with nothing fetched
//! from elsewhere.

use super::openapi::{DOCUMENT, is_secured, operations};
use crate::middleware::security_headers::STATIC_PAGE_POLICY;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::header::CONTENT_SECURITY_POLICY;
use serde_json::Value;
use std::fmt::Write as _;
use utoipa::openapi::path::{HttpMethod, Operation};

/// Sends the page.
pub async fn show(State(state): State<AppState>) -> Response {
    let policy = [(CONTENT_SECURITY_POLICY, STATIC_PAGE_POLICY)];
    (policy, Html(page(&state.assets.stylesheet))).into_response()
}

fn page(stylesheet: &str) -> String {
    let mut document = DOCUMENT.clone();
    let mut body = String::new();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            body.push_str(&section(path, &method, operation));
        }
    }
    let schemas = serde_json::to_value(document.components.map(|components| components.schemas)).unwrap_or_default();
    for (name, schema) in schemas.as_object().into_iter().flatten() {
        let name = escaped(name);
        let _ = write!(body, "<details id=\"{name}\"><summary><code>{name}</code></summary>{}</details>", json(schema));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>API · Bursar</title>\n\
         <link rel=\"stylesheet\" href=\"{stylesheet}\">\n</head>\n\
         <body><main class=\"grid gap-4 p-6\"><h1 class=\"text-2xl font-semibold\">Bursar's API</h1>\
         <p>Sign in with <code>POST /v1/local-auth/login</code> and send the token as \
         <code>Authorization: Bearer …</code>. The same for programs: \
         <a class=\"link\" href=\"/v1/openapi.json\">openapi.json</a>.</p>\n{body}</main></body>\n</html>\n"
    )
}

fn section(path: &str, method: &HttpMethod, operation: &Operation) -> String {
    let method = match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        _ => "DELETE",
    };
    let summary = escaped(operation.summary.as_deref().unwrap_or_default());
    let who = if is_secured(operation) { "" } else { " For everybody." };
    let described = serde_json::to_value(operation).unwrap_or_default();
    let parts = ["parameters", "requestBody", "responses"].map(|part| match described.get(part) {
        None => String::new(),
        Some(value) => format!("<h3>{}</h3>{}", title(part), json(value)),
    });
    format!(
        "<details><summary><code>{method} {}</code> {summary}{who}</summary>{}</details>\n",
        escaped(path),
        parts.concat()
    )
}

fn title(part: &str) -> &'static str {
    match part {
        "parameters" => "Parameters",
        "requestBody" => "Body",
        _ => "Answers",
    }
}

fn json(value: &Value) -> String {
    format!("<pre>{}</pre>", escaped(&serde_json::to_string_pretty(value).unwrap_or_default()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_schema_is_on_the_page_and_nothing_runs() {
        let page = page("/assets/s.css");
        for path in DOCUMENT.paths.paths.keys() {
            assert!(page.contains(&escaped(path)), "{path}");
        }
        for name in DOCUMENT.components.as_ref().expect("schemas").schemas.keys() {
            assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
        }
        assert!(
            !page.contains("<script")
                && !page.contains("style=")
                && !page.contains("http://")
                && !page.contains("https://")
        );
    }
}
