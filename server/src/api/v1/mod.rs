//! Every address under `/v1`, one file an area.

mod budgets;
mod config;
mod local_auth;
mod me;
mod neighbours;
mod projects;
mod users;

use super::{auth, docs_page, idempotency, openapi};
use crate::state::AppState;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;

/// All of it, ready to be surrounded by what the API as a whole needs.
pub fn routes(state: &AppState) -> OpenApiRouter<AppState> {
    let keyed = guarded()
        .route_layer(from_fn_with_state(state.clone(), idempotency::once))
        .route_layer(from_fn(auth::require_own_password));
    let signed_in = signed_in().route_layer(from_fn(auth::require));
    let addresses = open().merge(signed_in).merge(keyed).fallback(nowhere);
    OpenApiRouter::new()
        .nest("/v1", addresses)
        // Not part of what is nested there, and no pages either.
        .route("/v1", any(nowhere))
        .route("/v1/", any(nowhere))
        .route("/v1/openapi.json", get(openapi::send))
        .route("/openapi.json", get(openapi::send))
        .route("/v1/docs", get(docs_page::show))
        .route("/docs", get(docs_page::show))
}

async fn nowhere() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// The same without what surrounds it, for the document.
pub fn described() -> OpenApiRouter<AppState> {
    let mut guarded = signed_in().merge(guarded());
    openapi::secure(guarded.get_openapi_mut());
    OpenApiRouter::new().nest("/v1", open().merge(guarded))
}

/// For everybody.
fn open() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().merge(config::routes()).merge(local_auth::open())
}

/// For whoever is signed in, also with a one-time password.
fn signed_in() -> OpenApiRouter<AppState> {
    local_auth::signed_in()
}

/// For whoever is signed in with a password of their own.
fn guarded() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(me::routes())
        .merge(users::routes())
        .merge(projects::routes())
        .merge(budgets::routes())
        .merge(neighbours::routes())
}
