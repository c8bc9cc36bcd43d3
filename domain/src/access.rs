//! What a person sees about themselves on My access.

use crate::budget::AssignedBudget;
use crate::user::{Assignment, ProjectAllowance};
use serde::{Deserialize, Serialize};

/// One's own projects, limit and budgets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAccess {
    /// By project name, the personal one last.
    pub projects: Vec<Assignment>,
    /// Shared projects used of allowed.
    pub allowance: ProjectAllowance,
    /// At most one a category.
    pub budgets: Vec<AssignedBudget>,
    /// Whom to ask: names of a few admins, maintainers first.
    pub admins: Vec<String>,
}
