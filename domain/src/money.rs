//! Money in US dollars (`behaviour.md` section 11, decision 17), exact to nine decimals, never a float.

use crate::form::FieldProblem;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An amount of US dollars, not negative, below one billion, with at most two decimals when typed by a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(Decimal);

/// The first amount that does not fit.
const TOO_MUCH: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

impl Money {
    /// Reads what a person typed: `1,250`, `$40`, `0.50`.
    ///
    /// # Errors
    /// Says what to enter when it is not an amount, negative, too large, or finer than a cent.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        let text = raw.trim();
        let text = text.strip_prefix('$').unwrap_or(text).trim();
        if text.is_empty() {
            return Err(FieldProblem::new("Enter an amount in US dollars."));
        }
        let grouped = text.contains(',');
        if grouped && !well_grouped(text) {
            return Err(FieldProblem::new("Put commas between thousands only, as in 1,250.00."));
        }
        let digits = text.replace(',', "");
        let plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.') && digits.len() <= 32;
        let Some(amount) = plain.then(|| digits.parse::<Decimal>().ok()).flatten() else {
            return Err(FieldProblem::new("Enter an amount of zero or more, like 250 or 250.00."));
        };
        if amount.normalize().scale() > 2 {
            return Err(FieldProblem::new("Enter whole cents: at most two decimals."));
        }
        Self::from_decimal(amount).ok_or_else(|| FieldProblem::new("Enter less than $1,000,000,000."))
    }

    /// Takes an amount from the database or a partner; `None` when negative or too large.
    pub fn from_decimal(amount: Decimal) -> Option<Self> {
        (amount >= Decimal::ZERO && amount < TOO_MUCH).then_some(Self(amount))
    }

    /// The exact amount.
    pub const fn as_decimal(self) -> Decimal {
        self.0
    }

    /// Two decimals with grouping and sign, for example `$1,702.64`; for object pages and forms.
    pub fn exact(self) -> String {
        format!("${}", self.plain_grouped(2, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Whole dollars rounded down, for example `$1,702`; for lists.
    pub fn whole(self) -> String {
        format!("${}", self.plain_grouped(0, RoundingStrategy::ToZero))
    }

    /// As typed into a field: two decimals, no sign, no grouping.
    pub fn typed(self) -> String {
        format!("{:.2}", self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }

    fn plain_grouped(self, decimals: u32, strategy: RoundingStrategy) -> String {
        let rounded = self.0.round_dp_with_strategy(decimals, strategy);
        let text = format!("{rounded:.*}", decimals as usize);
        let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped + rest
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.exact())
    }
}

/// Whether commas part groups of three from the right, before the decimal point.
fn well_grouped(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    first && groups.all(|group| group.len() == 3) && !text[whole.len()..].contains(',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(raw: &str) -> Money {
        Money::parse(raw).expect("a good amount")
    }

    #[test]
    fn amounts_read_as_people_type_them() {
        assert_eq!(money("$1,250.5").exact(), "$1,250.50");
        assert_eq!(money("0").exact(), "$0.00");
        assert_eq!(money("1702.64").whole(), "$1,702");
        assert_eq!(money("250.10").typed(), "250.10");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for bad in ["", "-1", "1e9", "1000000000", "1.005", "12,50", "1,2345", "abc", "1.2.3", "$", ".", "1,000.0,0"] {
            assert!(Money::parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_exactly(cents in 0u64..100_000_000_000) {
            let amount = Money::from_decimal(Decimal::new(i64::try_from(cents).expect("fits"), 2)).expect("fits");
            prop_assert_eq!(Money::parse(&amount.exact()), Ok(amount));
            prop_assert_eq!(Money::parse(&amount.typed()), Ok(amount));
        }

        #[test]
        fn parsing_never_panics(raw in ".*") {
            let _ = Money::parse(&raw);
        }
    }
}
