//! The limits of a budget.

use crate::form::FieldErrors;
use crate::money::Money;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// Soft and hard limit of one budget: 0 <= soft <= hard, hard > 0. Only the share of a member may have a hard limit of 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    soft: Money,
    hard: Money,
}

impl Limits {
    /// Checks the two against each other.
    ///
    /// # Errors
    /// A problem at `hard_limit` or `soft_limit` that says what to enter.
    pub fn new(soft: Money, hard: Money) -> Result<Self, FieldErrors> {
        let hard = Self::hard_limit(hard).map_err(|problem| FieldErrors::one("hard_limit", problem))?;
        if soft > hard {
            let above = Money::from_decimal(soft.as_decimal() - hard.as_decimal()).unwrap_or_default();
            let problem = Violation::SoftLimitAboveHard { above: above.to_string(), hard: hard.to_string() };
            return Err(FieldErrors::one("soft_limit", problem));
        }
        Ok(Self { soft, hard })
    }

    /// The limits of a member's share, which may be zero.
    pub(crate) const fn of_share(soft: Money, hard: Money) -> Self {
        Self { soft, hard }
    }

    /// Checks a hard limit alone.
    ///
    /// # Errors
    /// It is zero: every call would be refused.
    pub fn hard_limit(hard: Money) -> Result<Money, Violation> {
        if hard == Money::default() { Err(Violation::HardLimitZero) } else { Ok(hard) }
    }

    /// Where a warning begins.
    pub const fn soft(self) -> Money {
        self.soft
    }

    /// Where calls are refused.
    pub const fn hard(self) -> Money {
        self.hard
    }
}
