//! For gateways: amounts are reserved before calls, settled or released after them, and spend is reported.
//!
//! Every batch answers each row in its place: the good rows are done, the others refused with their codes.

mod events;
mod reservations;
mod rows;
mod settlements;

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(reservations::reserve))
        .routes(routes!(reservations::reserve_many))
        .routes(routes!(settlements::settle))
        .routes(routes!(settlements::release))
        .routes(routes!(settlements::settle_many))
        .routes(routes!(events::report))
}
