//! A filter of lists by how much is spent of budgets.

use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// How much is spent at least, in the window of now, of one of a row's budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UsageFilter {
    /// Half of the hard limit.
    Half,
    /// Three quarters of the hard limit.
    ThreeQuarters,
    /// 90 % of the hard limit.
    NineTenths,
    /// The soft limit; the hard limit may be reached, too.
    SoftLimit,
    /// The hard limit.
    HardLimit,
}

impl UsageFilter {
    /// In the order of the filter.
    pub const ALL: [Self; 5] = [Self::Half, Self::ThreeQuarters, Self::NineTenths, Self::SoftLimit, Self::HardLimit];

    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Half => "50",
            Self::ThreeQuarters => "75",
            Self::NineTenths => "90",
            Self::SoftLimit => "soft-limit",
            Self::HardLimit => "hard-limit",
        }
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Half => "50 % or more",
            Self::ThreeQuarters => "75 % or more",
            Self::NineTenths => "90 % or more",
            Self::SoftLimit => "Soft limit reached",
            Self::HardLimit => "Hard limit reached",
        }
    }

    /// Percent of the hard limit, where it is not a limit that has to be reached.
    pub const fn percent(self) -> Option<u8> {
        match self {
            Self::Half => Some(50),
            Self::ThreeQuarters => Some(75),
            Self::NineTenths => Some(90),
            Self::SoftLimit | Self::HardLimit => None,
        }
    }

    /// Reads [`UsageFilter::key`].
    ///
    /// # Errors
    /// The value is not a known one.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "50, 75, 90, soft-limit or hard-limit")
    }
}
