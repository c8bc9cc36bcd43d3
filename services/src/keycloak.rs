//! The realm in Keycloak that signs users in: what Bursar needs of it, whether it has that, and the users it imports.

mod admin_api;
mod attributes;
pub mod doctor;
pub mod import;
mod issuer;
mod role_map;
pub mod setup;
mod shell;
pub mod snapshot;
pub mod users;

pub use admin_api::AdminApi;
pub use issuer::issuer;
pub use role_map::written_role_map;
pub use shell::quoted;
