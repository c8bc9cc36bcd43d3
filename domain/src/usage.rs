//! What is spent of a budget in its window: category, limits, window and usage.

mod category;
mod filter;
mod limits;

pub use category::Category;
pub use filter::UsageFilter;
pub use limits::Limits;

use crate::money::Money;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// A window: from its start up to, but without, its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendWindow {
    /// When it began.
    pub starts_at: OffsetDateTime,
    /// When the next one begins.
    pub ends_at: OffsetDateTime,
}

/// How much of a budget a user, a project or a member has used in the window of now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Soft and hard limit as they are now.
    pub limits: Limits,
    /// What was spent. More than the hard limit when calls cost more than was reserved for them.
    pub spent: Money,
    /// What calls under way may still cost.
    pub reserved: Money,
    /// When the window began.
    #[serde(with = "time::serde::rfc3339")]
    pub starts_at: OffsetDateTime,
    /// When the next window begins, with nothing spent.
    #[serde(with = "time::serde::rfc3339")]
    pub resets_at: OffsetDateTime,
}

/// What is spent of the budget of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryUsage {
    /// What the budget pays for.
    pub category: Category,
    /// Spent of its limits.
    pub usage: Usage,
}

/// Which limit the spend has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UsageLevel {
    /// Below the soft limit.
    Below,
    /// The soft limit is reached: a warning.
    OverSoft,
    /// The hard limit is reached: calls are refused.
    OverHard,
}

impl UsageLevel {
    /// As a badge says it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Below => "Below soft limit",
            Self::OverSoft => "Over soft limit",
            Self::OverHard => "At hard limit",
        }
    }
}

impl Usage {
    /// Which limit the spend has reached. A soft limit of zero warns from the first spend on.
    pub fn level(&self) -> UsageLevel {
        if self.spent >= self.limits.hard() {
            UsageLevel::OverHard
        } else if self.spent >= self.limits.soft() && self.spent > Money::default() {
            UsageLevel::OverSoft
        } else {
            UsageLevel::Below
        }
    }

    /// When the hard limit is reached if the spend goes on as it did since the window began; `None` when the window ends
    /// first, when nothing was spent, and when the limit is reached already.
    pub fn runs_out_at(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let left = self.limits.hard().as_decimal() - self.spent.as_decimal();
        let elapsed = Decimal::from((now - self.starts_at).whole_seconds());
        let seconds = (elapsed * left).checked_div(self.spent.as_decimal())?.floor().to_i64()?;
        let at = now.checked_add(Duration::seconds(seconds))?;
        (left > Decimal::ZERO && at < self.resets_at).then_some(at)
    }

    /// What is left below the hard limit for new calls; reserved amounts are not.
    pub fn left(&self) -> Money {
        let left = self.limits.hard().as_decimal() - self.spent.as_decimal() - self.reserved.as_decimal();
        Money::from_decimal(left.max(Decimal::ZERO)).unwrap_or_default()
    }

    /// Holds an amount for a new call. Returns whether what is spent and held then reaches the soft limit.
    pub fn reserve(&mut self, amount: Money) -> bool {
        let held = self.reserved.as_decimal() + amount.as_decimal();
        self.reserved = Money::from_decimal(held).unwrap_or(self.reserved);
        self.spent.as_decimal() + held >= self.limits.soft().as_decimal()
    }

    /// Spent of the hard limit in whole percent, rounded down, so that 100 is never shown below the limit.
    pub fn percent(&self) -> u32 {
        // A member's share of zero is used up.
        let percent = (self.spent.as_decimal() * Decimal::ONE_HUNDRED).checked_div(self.limits.hard().as_decimal());
        percent.map_or(Some(100), |percent| percent.floor().to_u32()).unwrap_or(u32::MAX)
    }

    /// A part of the hard limit in tenths of a percent, rounded down and at most 1,000: where it ends on a meter.
    pub fn permille(&self, part: Money) -> u32 {
        let permille = (part.as_decimal() * Decimal::ONE_THOUSAND).checked_div(self.limits.hard().as_decimal());
        permille.map_or(Some(1000), |permille| permille.floor().to_u32()).unwrap_or(u32::MAX).min(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(spent: &str, soft: &str, hard: &str) -> Usage {
        let money = |raw: &str| Money::parse(raw).expect("an amount");
        Usage {
            limits: Limits::new(money(soft), money(hard)).expect("limits"),
            spent: money(spent),
            reserved: money("0"),
            starts_at: OffsetDateTime::UNIX_EPOCH,
            resets_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn level_and_percent_are_of_the_spend() {
        for (spent, soft, hard, level, percent) in [
            ("0", "0", "100", UsageLevel::Below, 0),
            ("0.000000001", "0", "100", UsageLevel::OverSoft, 0),
            ("79.999999999", "80", "100", UsageLevel::Below, 79),
            ("80", "80", "100", UsageLevel::OverSoft, 80),
            ("99.999999999", "80", "100", UsageLevel::OverSoft, 99),
            ("100", "80", "100", UsageLevel::OverHard, 100),
            ("250", "80", "100", UsageLevel::OverHard, 250),
        ] {
            let usage = usage(spent, soft, hard);
            assert_eq!((usage.level(), usage.percent()), (level, percent), "{spent}");
        }
    }

    #[test]
    fn budget_runs_out_at_the_rate_of_its_window() {
        let day = |day: i64| OffsetDateTime::UNIX_EPOCH + Duration::days(day);
        let runs_out = |spent| Usage { resets_at: day(30), ..usage(spent, "80", "100") }.runs_out_at(day(10));
        assert_eq!(runs_out("50"), Some(day(20)));
        assert_eq!(runs_out("33"), None, "the window ends first");
        assert_eq!([runs_out("0"), runs_out("100"), runs_out("120")], [None; 3]);
    }

    #[test]
    fn amount_that_is_held_reaches_the_soft_limit_with_what_was_spent() {
        let money = |raw: &str| Money::parse(raw).expect("an amount");
        let mut usage = usage("60", "80", "100");
        assert!(!usage.reserve(money("19.99")));
        assert!(usage.reserve(money("0.01")));
        assert_eq!((usage.reserved, usage.left()), (money("20"), money("20")));
    }

    #[test]
    fn share_of_zero_is_used_up() {
        let zero = Usage { limits: Limits::of_share(Money::default(), Money::default()), ..usage("0", "80", "100") };
        assert_eq!((zero.level(), zero.percent(), zero.left()), (UsageLevel::OverHard, 100, Money::default()));
        assert_eq!(zero.permille(Money::default()), 1000);
    }

    #[test]
    fn reserved_amounts_are_not_left() {
        let money = |raw: &str| Money::parse(raw).expect("an amount");
        let with = |spent, reserved| Usage { reserved: money(reserved), ..usage(spent, "80", "100") };
        assert_eq!(with("60", "15").left(), money("25"));
        assert_eq!(with("101", "5").left(), money("0"), "spent above the limit");
    }
}
