//! Projects management: the list, a project's page, creating and editing.

pub mod actions;
pub(crate) mod add_member;
pub mod create;
pub mod data;
mod deleted;
pub mod edit;
pub mod list;
pub(crate) mod member_role;
mod name_rules;
pub mod project;
pub(crate) mod reduced;
pub(crate) mod row;
