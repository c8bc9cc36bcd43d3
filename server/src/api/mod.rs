//! The console for API clients: `/v1`, with the services and the permission table of the pages behind it.

mod auth;
mod body;
pub mod code;
mod docs_page;
mod error;
mod etag;
mod idempotency;
pub mod openapi;
mod openapi_errors;
mod paging;
mod permit;
mod query;
mod rate_limit;
mod schema;
mod v1;
mod wire;

pub use v1::{HolderItem, UserAccessDetail};

use self::body::LARGEST;
use crate::middleware::{body_limit, csrf, error_pages, readiness, timeout};
use crate::state::AppState;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;

/// Every address of the API, in the one shape of answers. The document of the API is `openapi.rs`'s.
pub fn routes(state: &AppState) -> Router<AppState> {
    let (router, _) = v1::routes(state).split_for_parts();
    router
        .layer(from_fn_with_state(state.clone(), rate_limit::limit))
        .layer(from_fn_with_state(state.clone(), auth::identify))
        .layer(from_fn_with_state(state.clone(), rate_limit::limit_network))
        .layer(body_limit::cut::<LARGEST>())
        .layer(from_fn(body_limit::refuse_announced::<LARGEST>))
        .layer(from_fn_with_state(state.clone(), csrf::check))
        .layer(from_fn_with_state(state.clone(), readiness::wait))
        .layer(CatchPanicLayer::custom(error_pages::after_panic))
        .layer(from_fn_with_state(state.clone(), timeout::limit))
        .layer(from_fn(error::explain))
}
