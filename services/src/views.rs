//! What pages and `/v1` read: one read model per object, with its filter and order as values.
//!
//! A list of the console shows a page of fewer columns, and `/v1` tells all of them with a bounded total.

pub mod budgets;
pub mod drift;
mod holdings;
mod identity_provider;
mod members;
pub mod my_access;
pub mod project_page;
pub mod projects;
mod scope;
pub mod suggestions;
pub mod user_page;
pub mod users;

pub use identity_provider::identity_provider;
pub use scope::ReadScope;
