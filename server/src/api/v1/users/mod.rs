//! People, as administrators manage them.

mod body;
mod change;
mod list;
mod projects;

pub use body::{UserDetail, UserProject, projects_of};
pub use list::missing;

use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::schema::user_id;
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
        .routes(routes!(projects::set_default, projects::clear_default))
}

/// The user of an id in an address; no user has what is not an id.
pub fn parse_id(raw: &str) -> Result<UserId, ApiError> {
    user_id(raw).ok_or_else(user_not_found)
}

/// There is no such user.
pub fn user_not_found() -> ApiError {
    ApiError::new(Code::UserNotFound, "User not found")
}
