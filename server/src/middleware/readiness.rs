//! Nothing is answered before the schema is up to date.

use super::error_pages::{self, Problem};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

/// Answers 503 until the server is ready.
pub async fn wait(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.readiness.is_ready() {
        return next.run(request).await;
    }
    error_pages::page(&state, request.headers(), request.extensions(), Problem::STARTING)
}
