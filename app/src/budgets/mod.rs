//! Budgets management: the list, a budget's page, creating and editing.

pub mod actions;
mod alerts;
mod assign;
mod assigned_words;
mod assignments;
pub mod budget;
pub(crate) mod chooser;
pub mod create;
pub mod data;
mod default;
pub mod delete;
pub mod edit;
mod form;
pub mod list;
pub(crate) mod reset;
mod spend;
pub(crate) mod unassign;
