//! Budgets management: the list, a budget's page, creating and editing.

pub mod actions;
pub mod data;
