//! After a form, a browser must GET the next page: 303 says so, 302 leaves it open (RFC 9110).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{Method, StatusCode};

/// Turns a 302 that answers a form into a 303.
pub async fn after_forms(request: Request, next: Next) -> Response {
    let is_form = request.method() == Method::POST;
    let mut response = next.run(request).await;
    if is_form && response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    response
}
