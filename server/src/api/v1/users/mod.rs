//! People, as administrators manage them.

mod body;
mod change;
mod list;
mod projects;

pub use body::{UserDetail, UserProject, projects_of};
pub use list::missing;

use crate::api::error::ApiError;
use crate::state::AppState;
use domain::id::UserId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::users, change::create))
        .routes(routes!(list::user, change::update, change::deactivate))
        .routes(routes!(change::set_password))
        .routes(routes!(projects::list, projects::grant))
        .routes(routes!(projects::update, projects::remove))
}

/// A person by the id in an address; what is no id is nobody's.
pub fn parse_id(raw: &str) -> Result<UserId, ApiError> {
    raw.parse().map_err(|_| nobody())
}

/// There is no such person.
pub fn nobody() -> ApiError {
    ApiError::not_found("User not found")
}
