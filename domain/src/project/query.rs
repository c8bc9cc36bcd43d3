//! What can be looked for in the list of projects and among the members of one.

use super::ProjectKind;
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
    /// The value is not a known one.
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
    /// The value is not a known one.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        Self::ALL
            .into_iter()
            .find(|state| state.key() == raw)
            .ok_or_else(|| Violation::unknown_choice("a state from the list"))
    }
}

/// Which types of projects a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectTypes {
    /// Shared projects alone.
    Shared,
    /// Personal projects alone.
    Personal,
    /// Both.
    All,
}

impl ProjectTypes {
    /// In the order of the filter.
    pub const ALL: [Self; 3] = [Self::Shared, Self::Personal, Self::All];

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Shared => ProjectKind::Shared.title(),
            Self::Personal => ProjectKind::Personal.title(),
            Self::All => "All types",
        }
    }

    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Shared => ProjectKind::Shared.key(),
            Self::Personal => ProjectKind::Personal.key(),
            Self::All => "all",
        }
    }

    /// Reads [`ProjectTypes::key`].
    ///
    /// # Errors
    /// The value is not a known one.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        Self::ALL
            .into_iter()
            .find(|types| types.key() == raw)
            .ok_or_else(|| Violation::unknown_choice("a type from the list"))
    }

    /// The only type that is listed; `None` for all.
    pub const fn only(self) -> Option<ProjectKind> {
        match self {
            Self::Shared => Some(ProjectKind::Shared),
            Self::Personal => Some(ProjectKind::Personal),
            Self::All => None,
        }
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
    /// Only these types; see [`ProjectQuery::types`].
    #[serde(default)]
    pub types: Option<ProjectTypes>,
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
            types: params.take("type", ProjectTypes::parse),
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
        pairs.extend(self.types.map(|types| ("type", types.key().to_owned())));
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
        self.search.is_some() || self.state.is_some() || self.types.is_some()
    }

    /// The types that are listed. The list of the whole platform begins with shared projects, because as many personal
    /// ones as there are users would bury them; the own projects of a user are few.
    pub fn types(&self, of_platform: bool) -> ProjectTypes {
        self.types.unwrap_or(if of_platform { ProjectTypes::Shared } else { ProjectTypes::All })
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_url_gives_a_query_and_a_query_reads_back(pairs in prop::collection::vec(("[a-z]{1,5}", ".{0,20}"), 0..9)) {
            let query = ProjectQuery::from_params(&mut Params::new(pairs));
            let written = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
            prop_assert_eq!(ProjectQuery::from_params(&mut Params::new(written)), query);
        }
    }

    #[test]
    fn type_in_the_address_reads_back_and_is_a_filter() {
        for types in ProjectTypes::ALL {
            let query = ProjectQuery { types: Some(types), ..ProjectQuery::default() };
            assert_eq!(query.to_params(), [("type", types.key().to_owned())]);
            assert_eq!(ProjectTypes::parse(types.key()), Ok(types));
            assert!(query.is_filtered());
            assert_eq!([query.types(true), query.types(false)], [types; 2]);
        }
        let first = ProjectQuery::default();
        assert_eq!([first.types(true), first.types(false)], [ProjectTypes::Shared, ProjectTypes::All]);
    }
}
