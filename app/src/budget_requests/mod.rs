//! Requests for budgets: the list, the page of a request, the form that requests a budget, and the state of a request
//! beside the budget that it is about.

pub mod actions;
pub mod data;
pub(crate) mod latest;
pub mod list;
pub mod new;
pub mod request;
mod state;
