//! The LiteLLM proxy that budgets are pushed to.

pub mod actions;
pub mod data;
mod differences;
pub mod page;
pub(crate) mod push_state;
