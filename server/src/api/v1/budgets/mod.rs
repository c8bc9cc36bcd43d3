//! Budgets and whom they serve.

mod assignments;
mod body;
mod change;
mod delete;
mod list;

pub use list::{missing, slug_of};

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::budgets, change::create))
        .routes(routes!(list::budget, change::patch, delete::delete))
        .routes(routes!(assignments::list, assignments::assign))
        .routes(routes!(assignments::reset))
        .routes(routes!(assignments::assign_many))
}
