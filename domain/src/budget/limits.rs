//! The limits of a budget.

use crate::form::FieldErrors;
use crate::money::Money;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// Soft and hard limit of one budget: 0 <= soft <= hard, hard > 0.
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
        if hard == Money::default() {
            return Err(FieldErrors::one("hard_limit", Violation::HardLimitZero));
        }
        if soft > hard {
            let above = Money::from_decimal(soft.as_decimal() - hard.as_decimal()).unwrap_or_default();
            let problem = Violation::SoftLimitAboveHard { above: above.to_string(), hard: hard.to_string() };
            return Err(FieldErrors::one("soft_limit", problem));
        }
        Ok(Self { soft, hard })
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
