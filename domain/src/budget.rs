//! Budgets: what users and projects may spend.

mod alert;
mod allocation;
mod draft;
mod fields;
pub mod group;
mod own;
mod query;
mod read;
mod request;
#[cfg(not(target_arch = "wasm32"))]
pub mod schedule;
mod shown_shares;
mod slug;

pub use crate::usage::{Category, CategoryUsage, Limits, Usage, UsageFilter, UsageLevel};
pub use alert::{AlertThreshold, AlertThresholds, BudgetAlert};
pub use allocation::{Allocation, AllocationMode, EqualPool, Share, allocate};
pub use draft::BudgetDraft;
pub use fields::BudgetFields;
pub use own::{BudgetGroup, OwnBudget, OwnBudgetDraft};
pub use query::{BudgetQuery, BudgetSort};
pub use read::{
    AssignedBudget, BudgetAssignment, BudgetDetail, BudgetRow, BudgetTotals, Holder, HolderCounts, PastWindow,
};
pub use request::{
    BudgetRequest, BudgetRequestDraft, BudgetRequestQuery, MAX_WAITING_COUNT, RequestDecision, RequestFacts,
    RequestState, WaitingRequests, check_approval,
};
pub use shown_shares::{SharePrecondition, ShownShares};
pub use slug::BudgetSlug;
