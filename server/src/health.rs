//! What an orchestrator asks.

use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use std::time::Duration;

/// An orchestrator asks every few seconds and gives up after one.
const PATIENCE: Duration = Duration::from_secs(1);

/// `/health/live`: the process answers. `/health/ready`, also as `/health`: the schema is up to date and the database
/// answers.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .route("/health", get(ready))
}

async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if !state.readiness.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "starting: the schema is not up to date yet\n");
    }
    let asked = state.services.check_database();
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
