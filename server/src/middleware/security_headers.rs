//! Headers that tell browsers what an answer may load, run and be framed by: no script runs but ours.

use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

/// For everything that is not a page: nothing may run, load or be framed.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const ALWAYS: [(HeaderName, &str); 7] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Forms find their way back by it; other sites learn nothing.
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// The policy of a page with scripts that carry `nonce`.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         font-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'"
    )
}

/// The policy of a page without scripts.
pub const STATIC_PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; \
                                      frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The policy of the page that sends the browser to the identity provider's end of the session. Where a form may lead is
/// left open: browsers apply `form-action` to each redirect that follows, and only the provider knows these.
pub fn sign_out_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; font-src 'self'; img-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Adds what the answer does not say itself.
pub async fn add(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    say_unless_said(headers, CONTENT_SECURITY_POLICY, NOTHING);
    say_unless_said(headers, CACHE_CONTROL, "no-store");
    if state.web.public_url.as_ref().is_some_and(crate::config::PublicUrl::is_https)
        && let Some(hsts) = state.web.hsts.header()
    {
        headers.insert(STRICT_TRANSPORT_SECURITY, hsts.clone());
    }
    response
}

fn say_unless_said(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_policy_lets_inline_code_in() {
        for policy in [page_policy("abc"), sign_out_policy("abc"), STATIC_PAGE_POLICY.to_owned(), NOTHING.to_owned()] {
            assert!(policy.starts_with("default-src 'none'"), "{policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
        }
        assert!(page_policy("abc").contains("script-src 'nonce-abc'"));
        assert!(page_policy("abc").ends_with("form-action 'self'"));
    }
}
