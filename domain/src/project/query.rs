//! What can be requested of the list of projects and of the members of one.

use super::ProjectKind;
use crate::page::{Cursor, PageSize, Params, page_query, parse_size, push_page};
use crate::text::SearchTerm;
use crate::usage::UsageFilter;
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// What the list of projects can be sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectSort {
    /// By display name, without regard to case.
    #[default]
    Name,
    /// By technical name; offered by `/v1` alone, whose clients sort by what they send.
    TechnicalName,
    /// By the day of creation.
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
        parse_key([Self::Name, Self::Created], Self::key, raw, "a column that sorts")
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

    /// As users read it.
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
        parse_key(Self::ALL, Self::key, raw, "a state from the list")
    }
}

/// Which types of projects a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectTypes {
    /// Shared projects alone.
    Shared,
    /// Personal projects alone.
    Personal,
    /// All types.
    All,
}

impl ProjectTypes {
    /// In the order of the filter.
    pub const ALL: [Self; 3] = [Self::Shared, Self::Personal, Self::All];

    /// As users read it.
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
        parse_key(Self::ALL, Self::key, raw, "a type from the list")
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

page_query! {
    /// What is requested of the list of projects.
    ProjectQuery by ProjectSort {
        /// Substring of display name, name or description, without regard to case.
        "q" search: SearchTerm, parse, as_str;
        /// Only projects in this state; `None` means all in use.
        "state" state: ProjectState, parse, key;
        /// Only these types; see [`ProjectQuery::types`].
        "type" types: ProjectTypes, parse, key;
        /// Only projects that have spent this much of one of their budgets.
        "usage" usage: UsageFilter, parse, key;
    }
}

impl ProjectQuery {
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
        push_page(&mut pairs, self.cursor.as_ref(), self.size);
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
