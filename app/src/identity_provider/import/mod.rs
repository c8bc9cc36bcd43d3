//! The one-time import of the users of a Keycloak realm.

pub mod data;
