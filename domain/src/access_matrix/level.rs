//! How much access a role has.

use serde::{Deserialize, Serialize};

/// How much access a role has to a resource, the strongest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Everything.
    Full,
    /// Reads and changes.
    Editor,
    /// Reads.
    Read,
    /// Is granted, and should not be.
    Restrict,
    /// Nothing.
    #[default]
    None,
    /// Roles do not decide about it.
    NotApplicable,
}

impl Level {
    /// Every level, in the order of the legend.
    pub const ALL: [Self; 6] = [Self::Full, Self::Editor, Self::Read, Self::Restrict, Self::None, Self::NotApplicable];

    /// Its word in declarations, exports and addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Editor => "editor",
            Self::Read => "read",
            Self::Restrict => "restrict",
            Self::None => "none",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The level of a word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.key() == key)
    }

    /// Its symbol in Markdown.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Full => "✅",
            Self::Editor => "🔵",
            Self::Read => "👁",
            Self::Restrict => "⚠️",
            Self::None => "❌",
            Self::NotApplicable => "—",
        }
    }

    /// What the symbol means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Full => "Full / Admin access",
            Self::Editor => "Editor / Write access",
            Self::Read => "Read-only / Viewer access",
            Self::Restrict => "Access granted but should be restricted — see security note",
            Self::None => "No access",
            Self::NotApplicable => "Not applicable / cert-based",
        }
    }

    /// Its name on screens.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Full => "Full",
            Self::Editor => "Editor",
            Self::Read => "Read",
            Self::Restrict => "Granted, should be restricted",
            Self::None => "No access",
            Self::NotApplicable => "Not applicable",
        }
    }
}
