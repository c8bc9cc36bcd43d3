//! The realm in Keycloak that signs users in: what Bursar needs of it.

pub mod setup;
