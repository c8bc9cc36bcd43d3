//! Budgets: what people and projects may spend. With budgets switched off, nothing here exists.

mod assign;
pub mod assign_many;
mod change;
mod default;
mod delete;
pub mod predefined;
pub(crate) mod stored;
mod undo;

pub use assign::{assign_to_project, assign_to_user, unassign_project, unassign_user};
pub use change::{create, edit, id_of};
pub use default::set_default;
pub use delete::{delete, holders, undo_deletion};
pub use undo::{undo_assignment, undo_unassignment};

pub(crate) use assign::{HeldBudget, assign_to_project_in, assign_to_user_in, hold_budget, lock_holder};
pub(crate) use change::{created, insert};

use crate::Services;
use domain::error::Refusal;
use domain::mode::Mode;

/// Budgets, and what is spent of them, exist in Platform-managed mode unless `ENABLE_BUDGET_MANAGEMENT` is off.
///
/// # Errors
/// [`Refusal::NotFound`] elsewhere.
pub fn switched_on(services: &Services) -> Result<(), Refusal> {
    let settings = &services.settings;
    if settings.budgets && settings.mode == Mode::Platform { Ok(()) } else { Err(Refusal::NotFound) }
}
