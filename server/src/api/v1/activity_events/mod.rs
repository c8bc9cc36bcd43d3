//! The audit log as activity events, for maintainers.

mod event;
mod list;
mod options;

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::events)).routes(routes!(options::filter_options))
}
