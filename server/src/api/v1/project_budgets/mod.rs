//! Budgets that belong to projects, their groups, and the members' shares of them.

mod body;
mod change;
mod gate;
mod group_body;
mod groups;
mod list;
mod reset;
mod shares;

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::budgets, change::create))
        .routes(routes!(list::budget, change::patch, change::delete))
        .routes(routes!(change::rebalance))
        .routes(routes!(reset::budget))
        .routes(routes!(shares::list))
        .routes(routes!(shares::set))
        .routes(routes!(shares::clear))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::group, groups::put, groups::delete))
        .routes(routes!(groups::rebalance))
        .routes(routes!(reset::group))
}
