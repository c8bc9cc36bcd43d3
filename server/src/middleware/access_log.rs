//! One line, one measurement and one span a request. The route stands in it, not the address: addresses hold what people searched for.

use super::peer;
use super::request_id::RequestId;
use super::session::SignedIn;
use crate::state::AppState;
use crate::telemetry::{metrics, traces};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::{Instrument as _, Span};

/// Writes the line when the answer begins. The request's id stands in the span around it.
pub async fn write(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let span = span(&state, &request, route);
    let began = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    traces::answered(&span, response.status());
    let status = response.status().as_u16();
    let user = response.extensions().get::<SignedIn>().map_or_else(|| "-".to_owned(), |user| user.0.to_string());
    metrics::request(&method, route, response.status(), began.elapsed());
    let ms = began.elapsed().as_millis();
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, ms, user, "answered");
    } else {
        tracing::info!(%method, route, status, ms, user, "answered");
    }
    response
}

/// The span of a trace, which a trusted proxy may have begun.
fn span(state: &AppState, request: &Request, route: &str) -> Span {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.as_str()).unwrap_or_default();
    let headers = peer::is_trusted(&state.web, request.extensions()).then(|| request.headers());
    traces::span(request.method(), route, id, headers)
}
