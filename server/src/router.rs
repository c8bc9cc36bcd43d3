//! Every address of the server, and the order of what surrounds them.

use crate::middleware::body_limit::LARGEST_FORM;
use crate::middleware::security_headers::page_policy;
use crate::middleware::{
    access_log, body_limit, csrf, error_pages, posted, readiness, request_id, security_headers, see_other, session,
    timeout,
};
use crate::state::AppState;
use crate::{api, assets, audit_log, health, identity, import_report, spending};
use axum::Router;
use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state};
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use leptos::nonce::use_nonce;
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, ResponseOptions, generate_route_list};
use std::sync::LazyLock;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Every page. Listed once a process: while Leptos makes the list, no read in the whole process begins (its
/// `SuppressResourceLoad` is one switch for all), and a page that is being rendered then waits for ever.
pub static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));

impl FromRef<AppState> for LeptosOptions {
    /// The pages take the addresses of their files from [`app::request::Assets`]; only a name has to be there.
    fn from_ref(_: &AppState) -> Self {
        Self::builder().output_name("app").build()
    }
}

/// The whole server. Serve it with the addresses of the connections, which the middleware asks for.
pub fn build(state: AppState) -> Router {
    let inner = pages(&state)
        .merge(identity::routes(&state))
        .merge(audit_log::routes(&state))
        .merge(import_report::routes(&state))
        .merge(spending::routes(&state))
        .merge(assets::routes(&state.web.site_dir))
        .fallback(error_pages::not_found)
        .layer(from_fn(see_other::after_forms))
        .layer(CatchPanicLayer::custom(error_pages::after_panic))
        .layer(from_fn_with_state(state.clone(), timeout::limit))
        .layer(from_fn_with_state(state.clone(), error_pages::explain));
    // The last layer is the first to see a request.
    inner
        .merge(api::routes(&state))
        .merge(health::routes())
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.clone(), security_headers::add))
        .layer(from_fn_with_state(state.clone(), access_log::write))
        .layer(from_fn_with_state(state.clone(), request_id::name))
        .with_state(state)
}

/// Pages and server functions.
fn pages(state: &AppState) -> Router<AppState> {
    let services = state.services.clone();
    let context = move || {
        provide_context(services.clone());
        app::provide_detours();
        say_policy();
    };
    Router::new()
        .leptos_routes_with_context(state, PAGES.clone(), context, app::shell)
        .layer(from_fn_with_state(state.clone(), session::read))
        .layer(from_fn(posted::keep))
        .layer(body_limit::cut::<LARGEST_FORM>())
        .layer(from_fn(body_limit::refuse_announced::<LARGEST_FORM>))
        .layer(from_fn_with_state(state.clone(), csrf::check))
        .layer(from_fn_with_state(state.clone(), readiness::wait))
}

/// Tells the browser which scripts of the page being rendered may run.
fn say_policy() {
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce))
    {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
