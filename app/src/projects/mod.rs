//! Projects management: the list, a project's page, creating and editing.

pub mod actions;
pub mod data;
pub mod list;
