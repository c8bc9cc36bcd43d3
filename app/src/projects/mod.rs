//! Projects management: the list, a project's page, creating and editing.

pub mod actions;
pub(crate) mod add_member;
pub(crate) mod badges;
pub(crate) mod claims_only_list;
pub mod create;
pub mod data;
mod deleted_list;
pub mod edit;
pub mod list;
pub(crate) mod member_role;
mod name_rules;
pub mod project;
pub mod split;
