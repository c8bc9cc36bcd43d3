//! One line a request. The route stands in it, not the address: addresses hold what people searched for.

use super::session::SignedIn;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// Writes the line when the answer begins. The request's id stands in the span around it.
pub async fn write(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let user = response.extensions().get::<SignedIn>().map_or_else(|| "-".to_owned(), |user| user.0.to_string());
    let ms = began.elapsed().as_millis();
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, ms, user, "answered");
    } else {
        tracing::info!(%method, route, status, ms, user, "answered");
    }
    response
}
