//! Requests for a budget with a higher hard limit. A user requests one for themselves, a project admin for a project, and a
//! maintainer decides: budgets are shared by many holders, so that approving assigns a budget and changes none.

mod create;
mod decide;
mod message;
mod request;
mod withdraw;

pub use create::{request_for_project, request_for_self};
pub use decide::{approve, decline};
pub use withdraw::{withdraw_of_project, withdraw_own};
