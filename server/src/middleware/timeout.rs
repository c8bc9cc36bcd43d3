//! No request goes on for ever.

use super::error_pages::{self, Problem};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

/// Gives up on a request after the configured time. A transaction it had open is rolled back.
pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    match tokio::time::timeout(state.web.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request took too long");
            error_pages::page(&state, &headers, &extensions, Problem::SLOW)
        }
    }
}
