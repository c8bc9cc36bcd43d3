//! What a budget pays for.

use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// What a budget pays for; a user or a project has at most one budget of each category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Category {
    /// Chat, assistants, workflows.
    Platform,
    /// Command-line tools.
    Cli,
    /// The costlier models.
    PremiumModels,
}

impl Category {
    /// In the order of the columns.
    pub const ALL: [Self; 3] = [Self::Platform, Self::Cli, Self::PremiumModels];

    /// As stored, and as it stands in a URL or a form.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Cli => "cli",
            Self::PremiumModels => "premium_models",
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Platform => "Platform",
            Self::Cli => "CLI",
            Self::PremiumModels => "Premium models",
        }
    }

    /// What it pays for.
    pub const fn covers(self) -> &'static str {
        match self {
            Self::Platform => "Chat, assistants, workflows",
            Self::Cli => "Command-line tools",
            Self::PremiumModels => "Costlier models",
        }
    }

    /// Reads [`Category::key`].
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "platform, CLI or premium models")
    }
}
