//! Every address under `/v1`, one file an area.

mod access;
mod activity_events;
mod analytics;
mod budgets;
mod compat_stubs;
mod config;
mod gateway;
mod local_auth;
mod me;
mod project_budgets;
mod projects;
mod spend_tracking;
mod users;

pub use access::{HolderItem, UserAccessDetail};
pub use projects::excluded_changes as excluded_project_changes;

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
    let gateways = gateway::routes().route_layer(from_fn_with_state(state.clone(), auth::require_gateway));
    let addresses = open().merge(signed_in).merge(keyed).merge(gateways).fallback(nowhere);
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
    let mut keyed = guarded();
    openapi::accept_keys(keyed.get_openapi_mut());
    let mut secured = signed_in().merge(keyed);
    openapi::secure(secured.get_openapi_mut(), &["token", "session"]);
    let mut open = open();
    openapi::secure(open.get_openapi_mut(), &[]);
    let mut gateways = gateway::routes();
    openapi::secure(gateways.get_openapi_mut(), &["gateway"]);
    OpenApiRouter::new().nest("/v1", open.merge(secured).merge(gateways))
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
        .merge(access::routes())
        .merge(activity_events::routes())
        .merge(analytics::routes())
        .merge(project_budgets::routes())
        .merge(spend_tracking::routes())
        .merge(compat_stubs::routes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_is_in_the_document() {
        let (router, document) = described().split_for_parts();
        let described: BTreeSet<String> = document.paths.paths.keys().cloned().collect();
        // axum tells its routes in no other way than to developers.
        let printed = format!("{router:?}");
        let routes = printed.split('"').filter(|text| text.starts_with("/v1/")).map(str::to_owned);
        assert_eq!(routes.collect::<BTreeSet<_>>(), described);
    }
}
