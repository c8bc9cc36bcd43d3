//! What can be looked for in the list of budgets.

use super::Category;
use crate::page::{Cursor, PageSize, Params, list_params, parse_descending, parse_size};
use crate::text::SearchTerm;
use crate::violation::Violation;
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
        [Self::Name, Self::HardLimit, Self::Updated]
            .into_iter()
            .find(|sort| sort.key() == raw)
            .ok_or_else(|| Violation::unknown_choice("a column that sorts"))
    }
}

/// What is asked of the list of budgets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetQuery {
    /// Substring of the name, without regard to case.
    pub search: Option<SearchTerm>,
    /// Only this category.
    pub category: Option<Category>,
    /// Sort column.
    pub sort: BudgetSort,
    /// Falling instead of rising.
    pub descending: bool,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl BudgetQuery {
    /// Reads a URL's parameters, leaving what it does not understand in `params` as ignored.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            search: params.take("q", SearchTerm::parse),
            category: params.take("category", Category::parse),
            sort: params.take("sort", BudgetSort::parse).unwrap_or_default(),
            descending: params.take("dir", parse_descending).unwrap_or_default(),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.search.as_ref().map(|term| ("q", term.to_string())));
        pairs.extend(self.category.map(|category| ("category", category.key().to_owned())));
        list_params(
            &mut pairs,
            self.sort != BudgetSort::default(),
            self.sort.key(),
            self.descending,
            self.cursor.as_ref(),
            self.size,
        );
        pairs
    }

    /// Whether anything narrows the list.
    pub const fn is_filtered(&self) -> bool {
        self.search.is_some() || self.category.is_some()
    }
}
