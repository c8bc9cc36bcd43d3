//! `/metrics`, on an address of its own: never where people's browsers come.

use super::metrics::Metrics;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use services::Services;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often measurements are summed up although no scraper reads them.
const UPKEEP: Duration = Duration::from_secs(5);
const FORMAT: [(http::HeaderName, &str); 1] = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];

/// Answers until the listener fails.
pub(super) async fn serve(metrics: &Metrics, listener: TcpListener, services: Services) {
    let app = Router::new().route("/metrics", get(render)).with_state((metrics.clone(), services));
    let ended = tokio::select! {
        ended = axum::serve(listener, app) => ended,
        () = sum_up(metrics) => Ok(()),
    };
    if let Err(fault) = ended {
        tracing::error!(%fault, "metrics can no longer be read");
    }
}

async fn render(State((metrics, services)): State<(Metrics, Services)>) -> impl IntoResponse {
    (FORMAT, metrics.render(&services))
}

async fn sum_up(metrics: &Metrics) {
    let mut every = tokio::time::interval(UPKEEP);
    loop {
        every.tick().await;
        metrics.sum_up();
    }
}
