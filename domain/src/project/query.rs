//! What can be looked for in the list of projects and among the members of one.

use crate::page::{Cursor, PageSize, Params, list_params, parse_descending, parse_size};
use crate::text::SearchTerm;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// What the list of projects can be sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectSort {
    /// By display name, without regard to case.
    #[default]
    Name,
    /// By technical name; offered by `/v1` alone, whose clients sort by what they send.
    TechnicalName,
    /// By the day it was made.
    Created,
}

impl ProjectSort {
    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::TechnicalName => "technical-name",
            Self::Created => "created",
        }
    }

    /// Reads [`ProjectSort::key`].
    ///
    /// # Errors
    /// The value is none of them.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        [Self::Name, Self::Created]
            .into_iter()
            .find(|sort| sort.key() == raw)
            .ok_or_else(|| Violation::unknown_choice("a column that sorts"))
    }
}

/// A state that the list of projects can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectState {
    /// Deleted, and can still be restored.
    Deleted,
    /// Shared, in use, and no active user is project admin of it.
    WithoutAdmin,
}

impl ProjectState {
    /// In the order of the filter.
    pub const ALL: [Self; 2] = [Self::Deleted, Self::WithoutAdmin];

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Deleted => "Deleted",
            Self::WithoutAdmin => "Without project admin",
        }
    }

    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::WithoutAdmin => "without-admin",
        }
    }

    /// Reads [`ProjectState::key`].
    ///
    /// # Errors
    /// The value is none of them.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        Self::ALL
            .into_iter()
            .find(|state| state.key() == raw)
            .ok_or_else(|| Violation::unknown_choice("a state from the list"))
    }
}

/// What is asked of the list of projects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectQuery {
    /// Substring of display name, name or description, without regard to case.
    pub search: Option<SearchTerm>,
    /// Only projects in this state; `None` means all in use.
    #[serde(default)]
    pub state: Option<ProjectState>,
    /// Sort column.
    pub sort: ProjectSort,
    /// Falling instead of rising.
    pub descending: bool,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl ProjectQuery {
    /// Reads a URL's parameters, leaving what it does not understand in `params` as ignored.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            search: params.take("q", SearchTerm::parse),
            state: params.take("state", ProjectState::parse),
            sort: params.take("sort", ProjectSort::parse).unwrap_or_default(),
            descending: params.take("dir", parse_descending).unwrap_or_default(),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.search.as_ref().map(|term| ("q", term.to_string())));
        pairs.extend(self.state.map(|state| ("state", state.key().to_owned())));
        list_params(
            &mut pairs,
            self.sort != ProjectSort::default(),
            self.sort.key(),
            self.descending,
            self.cursor.as_ref(),
            self.size,
        );
        pairs
    }

    /// Whether anything narrows the list.
    pub const fn is_filtered(&self) -> bool {
        self.search.is_some() || self.state.is_some()
    }
}

/// Which members a project's page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberQuery {
    /// Substring of name or e-mail, without regard to case.
    pub search: Option<SearchTerm>,
    /// Where the page begins; members are sorted by name.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl MemberQuery {
    /// Reads a URL's parameters, leaving what it does not understand in `params` as ignored.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            search: params.take("q", SearchTerm::parse),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.search.as_ref().map(|term| ("q", term.to_string())));
        list_params(&mut pairs, false, "", false, self.cursor.as_ref(), self.size);
        pairs
    }
}
