//! What can be requested of the report: whose, which outcome, which page.

use super::{ImportCounts, ImportKind, Outcome, ReportRow};
use crate::id::UserId;
use crate::page::{Cursor, PageSize, Params, parse_size, push_page};
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// The rows of one tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportTab {
    /// Users with one outcome.
    Outcome(Outcome),
    /// Users in more shared projects than `USER_PROJECT_LIMIT` allows.
    OverLimit,
}

impl ReportTab {
    /// All of them, those that need a decision last.
    pub const ALL: [Self; 6] = [
        Self::Outcome(Outcome::Created),
        Self::Outcome(Outcome::Updated),
        Self::Outcome(Outcome::Skipped),
        Self::Outcome(Outcome::Conflict),
        Self::Outcome(Outcome::Failed),
        Self::OverLimit,
    ];

    /// As it stands in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Outcome(outcome) => outcome.key(),
            Self::OverLimit => "over-limit",
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Outcome(Outcome::Conflict) => "Conflicts",
            Self::Outcome(outcome) => outcome.title(),
            Self::OverLimit => "Over project limit",
        }
    }

    /// Reads [`ReportTab::key`].
    ///
    /// # Errors
    /// No tab has the key.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let found = Self::ALL.into_iter().find(|tab| tab.key() == raw);
        found.ok_or_else(|| Violation::unknown_choice("an outcome"))
    }

    /// The outcome of its rows, if they have one.
    pub const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Outcome(outcome) => Some(outcome),
            Self::OverLimit => None,
        }
    }

    /// How many users it has.
    pub const fn count(self, counts: ImportCounts) -> u32 {
        match self {
            Self::Outcome(outcome) => counts.of(outcome),
            Self::OverLimit => counts.over_limit,
        }
    }
}

impl ImportKind {
    /// As it stands in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "import",
        }
    }

    /// Reads [`ImportKind::key`].
    ///
    /// # Errors
    /// Another word.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let found = [Self::Plan, Self::Apply].into_iter().find(|kind| kind.key() == raw);
        found.ok_or_else(|| Violation::unknown_choice("plan or import"))
    }
}

/// A page of the report, in the order in which the users were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportQuery {
    /// Of the plan or of the import; `None` stands for the one that began last.
    pub of: Option<ImportKind>,
    /// Only these users.
    pub tab: Option<ReportTab>,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl ReportQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            of: params.take("of", ImportKind::parse),
            tab: params.take("result", ReportTab::parse),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.of.map(|kind| ("of", kind.key().to_owned())));
        pairs.extend(self.tab.map(|tab| ("result", tab.key().to_owned())));
        push_page(&mut pairs, self.cursor.as_ref(), self.size);
        pairs
    }
}

/// A row of the report, with the user of Bursar that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLine {
    /// What became of the user of the realm.
    pub row: ReportRow,
    /// The user in Bursar: the same one, or the one who is in the way.
    pub user: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_in_an_address_reads_back() {
        for tab in ReportTab::ALL.map(Some).into_iter().chain([None]) {
            for of in [None, Some(ImportKind::Plan), Some(ImportKind::Apply)] {
                let query = ReportQuery { of, tab, ..ReportQuery::default() };
                let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
                assert_eq!(ReportQuery::from_params(&mut Params::new(pairs)), query);
            }
        }
    }

    #[test]
    fn unknown_result_in_an_address_is_dropped_and_named() {
        let mut params = Params::new([("result".to_owned(), "lost".to_owned())]);
        assert_eq!(ReportQuery::from_params(&mut params), ReportQuery::default());
        assert_eq!(params.into_ignored(), ["result"]);
    }
}
