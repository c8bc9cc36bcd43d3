//! Users management: the list of users, a user's page, creating a user.

pub mod actions;
pub mod create;
pub mod data;
pub mod list;
pub mod person;
mod project_filter;
