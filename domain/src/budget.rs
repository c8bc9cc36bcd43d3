//! Budgets: what users and projects may spend.

mod category;
mod draft;
mod fields;
mod limits;
mod query;
mod read;
#[cfg(not(target_arch = "wasm32"))]
pub mod schedule;
mod slug;
mod usage;

pub use category::Category;
pub use draft::BudgetDraft;
pub use fields::BudgetFields;
pub use limits::Limits;
pub use query::{BudgetQuery, BudgetSort};
pub use read::{
    AssignedBudget, BudgetAssignment, BudgetDetail, BudgetRow, BudgetTotals, Holder, HolderCounts, PastWindow,
};
pub use slug::BudgetSlug;
pub use usage::{CategoryUsage, Usage, UsageLevel};
