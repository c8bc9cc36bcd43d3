//! Projects and who is in them.

mod applications;
mod body;
mod change;
mod gate;
mod list;
mod many;
mod members;
mod ownership;

pub use change::excluded_changes;
pub use gate::{find, writable};
pub use members::{MemberRole, PERSONAL, no_member, role};

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::projects, change::create))
        .routes(routes!(list::project, change::patch, ownership::delete))
        .routes(routes!(ownership::transfer))
        .routes(routes!(members::assign))
        .routes(routes!(members::update, members::remove))
        .routes(routes!(many::assign, many::remove))
        .routes(routes!(applications::list))
        .routes(routes!(applications::create))
}
