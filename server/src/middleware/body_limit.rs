//! Forms and bodies of the API are small; whatever is not is refused before it is read.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use tower_http::limit::RequestBodyLimitLayer;

/// Bytes; the largest form of the console has a few fields of at most some thousand characters.
pub const LARGEST_FORM: usize = 64 * 1024;

/// Cuts bodies off.
pub fn cut<const LARGEST: usize>() -> RequestBodyLimitLayer {
    RequestBodyLimitLayer::new(LARGEST)
}

/// Refuses a body that says itself that it is too large, before a byte of it is read.
pub async fn refuse_announced<const LARGEST: usize>(request: Request, next: Next) -> Response {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(request).await
}
