//! Built files. Their names change with their content, so a browser never asks for one twice.

use crate::state::AppState;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, VARY};
use std::path::Path;
use tower_http::services::ServeDir;

/// A year: the most that HTTP speaks of.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// `/assets/…` from the folder `assets` of the site, in brotli where the build made a twin.
pub fn routes(site_dir: &Path) -> Router<AppState> {
    let files = ServeDir::new(site_dir.join("assets")).precompressed_br().append_index_html_on_directories(false);
    Router::new().nest_service("/assets", files).layer(from_fn(keep_for_ever))
}

async fn keep_for_ever(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == http::StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}
