//! The realm in Keycloak that signs users in: what Bursar needs of it, and the users it imports from it.

pub mod import;
pub mod setup;
pub mod users;
