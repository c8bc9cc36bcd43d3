//! What can be requested of the list of budgets.

use super::Category;
use crate::page::page_query;
use crate::text::SearchTerm;
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// What the list of budgets can be sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BudgetSort {
    /// By name, without regard to case.
    #[default]
    Name,
    /// By hard limit.
    HardLimit,
    /// By creation; offered by `/v1` alone.
    Created,
    /// By last change.
    Updated,
}

impl BudgetSort {
    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::HardLimit => "hard-limit",
            Self::Created => "created",
            Self::Updated => "updated",
        }
    }

    /// Reads [`BudgetSort::key`].
    ///
    /// # Errors
    /// The value is not a known one.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key([Self::Name, Self::HardLimit, Self::Updated], Self::key, raw, "a column that sorts")
    }
}

page_query! {
    /// What is requested of the list of budgets.
    BudgetQuery by BudgetSort {
        /// Substring of the name, without regard to case.
        "q" search: SearchTerm, parse, as_str;
        /// Only this category.
        "category" category: Category, parse, key;
    }
}
