//! What can be wrong with a declaration.

use domain::access_matrix::Level;
use serde_saphyr::Location;
use std::fmt;

/// A fault and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a declaration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No YAML, or not of the shape of a declaration.
    #[error("{0}")]
    Malformed(String),
    /// A level that does not exist.
    #[error("{0:?} is not a level. Levels are {levels}.", levels = Level::ALL.map(Level::key).join(", "))]
    UnknownLevel(String),
    /// A name that is not declared.
    #[error("{name:?} is not declared under {section}.{suggestion}", suggestion = did_you_mean(suggestion.as_deref()))]
    UnknownName {
        /// The part of the declaration that declares such names.
        section: Section,
        /// The name.
        name: String,
        /// A declared name that it resembles.
        suggestion: Option<String>,
    },
    /// A name that is there already.
    #[error("{name:?} is in this list already: see line {first}.")]
    Duplicate {
        /// The name.
        name: String,
        /// The line of the first one.
        first: u64,
    },
    /// A role with the realm, client and name of another one.
    #[error("The role {0:?} is declared already. Roles differ in realm, client or name.")]
    DuplicateRole(String),
    /// A level of a resource that the grid does not show.
    #[error("The resource {0:?} is not among the columns. Add it there, or remove it here.")]
    NotAColumn(String),
    /// Nothing is written.
    #[error("The text is empty.")]
    Empty,
    /// A footnote says nothing.
    #[error("The footnote {0:?} has no text.")]
    FootnoteWithoutText(String),
    /// No cell refers to a footnote.
    #[error("No cell refers to the footnote {0:?}.")]
    UnusedFootnote(String),
    /// Two roles are needed to keep duties separate.
    #[error("Separate duties are two different roles.")]
    NotAPair,
}

/// A part of a declaration that gives names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Realms.
    Realms,
    /// Resources.
    Resources,
    /// Roles.
    Roles,
    /// Footnotes.
    Footnotes,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Realms => "realms",
            Self::Resources => "resources",
            Self::Roles => "roles",
            Self::Footnotes => "footnotes",
        })
    }
}

impl Fault {
    /// A word for it that does not change.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::UnknownLevel(_) => "unknown_level",
            Self::UnknownName { section: Section::Realms, .. } => "unknown_realm",
            Self::UnknownName { section: Section::Resources, .. } => "unknown_resource",
            Self::UnknownName { section: Section::Roles, .. } => "unknown_role",
            Self::UnknownName { section: Section::Footnotes, .. } => "unknown_footnote",
            Self::Duplicate { .. } | Self::DuplicateRole(_) => "duplicate",
            Self::NotAColumn(_) => "not_a_column",
            Self::Empty => "empty",
            Self::FootnoteWithoutText(_) => "footnote_without_text",
            Self::UnusedFootnote(_) => "unused_footnote",
            Self::NotAPair => "not_a_pair",
        }
    }

    /// At a place in the file.
    pub(super) fn at(self, place: Location) -> Problem {
        Problem { line: place.line(), column: place.column(), fault: self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} [{}]", self.line, self.column, self.fault, self.fault.code())
    }
}

/// Everything that is wrong with a declaration, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// One line for each, as compilers write them, so that editors find the place.
    pub fn in_file<'a>(&'a self, file: &'a str) -> impl Iterator<Item = String> + 'a {
        self.0.iter().map(move |problem| format!("{file}:{problem}"))
    }
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!(" Did you mean {name:?}?")).unwrap_or_default()
}
