//! Keeps what a form posts, so that it can be sent again once its sender has confirmed who they are.

use app::form::Posted;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};

/// Puts [`Posted`] into requests to actions. Stands within [`super::body_limit`].
pub async fn keep(request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.uri().path().starts_with("/act/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, super::body_limit::LARGEST_FORM).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    parts.extensions.insert(Posted(body.clone()));
    next.run(Request::from_parts(parts, Body::from(body))).await
}
