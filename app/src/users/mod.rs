//! Users management: the list of people, a person's page, creating a person.

pub mod actions;
pub mod create;
pub mod data;
pub mod list;
pub mod person;
mod project_filter;
mod row;
