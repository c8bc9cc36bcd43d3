//! Budgets: what users and projects may spend.

mod allocation;
mod category;
mod draft;
mod fields;
pub mod group;
mod limits;
mod own;
mod query;
mod read;
#[cfg(not(target_arch = "wasm32"))]
pub mod schedule;
mod slug;
mod usage;

pub use allocation::{Allocation, AllocationMode, EqualPool, Share, allocate};
pub use category::Category;
pub use draft::BudgetDraft;
pub use fields::BudgetFields;
pub use limits::Limits;
pub use own::{BudgetGroup, OwnBudget, OwnBudgetDraft};
pub use query::{BudgetQuery, BudgetSort};
pub use read::{
    AssignedBudget, BudgetAssignment, BudgetDetail, BudgetRow, BudgetTotals, Holder, HolderCounts, PastWindow,
};
pub use slug::BudgetSlug;
pub use usage::{CategoryUsage, Usage, UsageLevel};
