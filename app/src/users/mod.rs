//! Users management: the list of users, a user's page, creating a user; and the users of Keycloak.

pub mod actions;
pub mod create;
pub mod data;
mod handover;
pub mod keycloak;
pub mod list;
mod project_filter;
pub mod user_page;
