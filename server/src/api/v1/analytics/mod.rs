//! Spend as tables: what analytics clients of the wire contract read.

mod params;
mod past_limits;
mod spending;
mod table;
mod usage;

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(spending::projects))
        .routes(routes!(spending::users))
        .routes(routes!(spending::platform_by_users))
        .routes(routes!(spending::cli_by_users))
        .routes(routes!(spending::user_in_projects))
        .routes(routes!(spending::members_of_project))
        .routes(routes!(past_limits::soft))
        .routes(routes!(past_limits::hard))
        .routes(routes!(usage::budgets))
        .routes(routes!(usage::own))
}
