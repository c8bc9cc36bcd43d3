//! A name for every request: in a header of the answer, in every log line, on every error page.

use super::peer;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;

/// The header, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// The name of one request, among its extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Names the request, or takes the name that a trusted proxy gave it.
pub async fn name(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&HEADER).and_then(|value| value.to_str().ok()).filter(|value| is_plain(value));
    let given = given.filter(|_| peer::is_trusted(&state.web, request.extensions()));
    let id = given.map_or_else(|| state.services.random().id(state.services.clock().now()).to_string(), str::to_owned);
    let span = tracing::info_span!("request", request_id = %id);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// Whether a name can stand in a log without being mistaken for something else.
fn is_plain(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken_over() {
        assert!(is_plain("0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"));
        for bad in ["", "a b", "a\"b", "a=b", &"a".repeat(65), "ä"] {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }
}
