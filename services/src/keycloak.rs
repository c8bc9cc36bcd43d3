//! The realm in Keycloak that signs users in: what Bursar needs of it, whether it has that, and the users it imports.

mod admin_api;
pub mod doctor;
pub mod import;
pub mod setup;
pub mod users;

pub use admin_api::AdminApi;
