//! Money in US dollars: exact to nine decimals, never a float.
//!
//! Every spelling that is shown can be typed again and means the same amount. An amount is never written with exactly
//! three decimals, because `1.250` is 1.25 to some readers and 1,250 to others: `33.333` is written `33.3330`.

mod net;
mod parse;

pub use net::NetAmount;

use crate::figures::grouped;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An amount of US dollars: zero or more, below one billion, with at most nine decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(Decimal);

/// The first amount that does not fit.
const TOO_MUCH: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// The largest amount that fits, in units of the last decimal.
const LARGEST: i128 = 999_999_999_999_999_999;

/// The most decimals of an amount, as the database keeps them.
const MAX_DECIMALS: u32 = 9;

impl Money {
    /// Takes an amount from the database or from another system; `None` when it is negative, too large, or finer than
    /// nine decimals.
    pub fn from_decimal(amount: Decimal) -> Option<Self> {
        let amount = amount.normalize();
        let fits = amount >= Decimal::ZERO && amount < TOO_MUCH && amount.scale() <= MAX_DECIMALS;
        fits.then_some(Self(amount))
    }

    /// Rounds to nine decimals, for API clients that compute with floats: `33.333333333333336` is `33.333333333`.
    /// `None` when the amount is negative or too large.
    pub fn rounded(amount: Decimal) -> Option<Self> {
        let is_negative = amount < Decimal::ZERO;
        let rounded = amount.round_dp_with_strategy(MAX_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
        if is_negative { None } else { Self::from_decimal(rounded) }
    }

    /// Takes a sum of amounts from the database. One beyond every amount is the largest amount, and one that corrections
    /// made negative is zero.
    pub fn of_sum(sum: Decimal) -> Self {
        Self(sum.clamp(Decimal::ZERO, Decimal::from_i128_with_scale(LARGEST, MAX_DECIMALS)).normalize())
    }

    /// The exact amount.
    pub const fn as_decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Exact, with sign and grouping and at least two decimals, for example `$1,702.64`: for pages and sentences.
    pub fn exact(self) -> String {
        format!("${}", grouped(&self.typed()))
    }

    /// For lists: `$1,702` when the amount is whole, otherwise [`Money::exact`].
    pub fn short(self) -> String {
        if self.0.is_integer() { format!("${}", grouped(&self.0.trunc().to_string())) } else { self.exact() }
    }

    /// In whole cents, rounded down, for example `$1,702.64`; less than a cent is exact. For pages that give the exact
    /// amount in a tooltip.
    pub fn cents(self) -> String {
        let cents = self.0.trunc_with_scale(2);
        if cents.is_zero() { self.exact() } else { format!("${}", grouped(&format!("{cents:.2}"))) }
    }

    /// In whole dollars, rounded down, for example `1,702`; less than a dollar in cents, so that it is not shown as nothing.
    /// For narrow columns that give the exact amount in a tooltip.
    pub fn dollars(self) -> String {
        let cents = self.0.trunc_with_scale(2);
        if self.0 >= Decimal::ONE || self.0.is_zero() {
            grouped(&self.0.trunc().to_string())
        } else if cents.is_zero() {
            "< 0.01".to_owned()
        } else {
            format!("{cents:.2}")
        }
    }

    /// Exact, with at least two decimals, without sign and grouping: the value of a form field and of an audit event.
    pub fn typed(self) -> String {
        let decimals = match self.0.normalize().scale() {
            0..=2 => 2,
            3 => 4,
            more => more,
        };
        format!("{:.*}", decimals as usize, self.0.normalize())
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.exact())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(raw: &str) -> Money {
        Money::parse(raw).expect("an amount")
    }

    fn decimal(raw: &str) -> Decimal {
        raw.parse().expect("a decimal")
    }

    #[test]
    fn amount_on_a_page_is_exact_with_at_least_two_decimals() {
        for (raw, exact, typed) in [
            ("1250.5", "$1,250.50", "1250.50"),
            ("0", "$0.00", "0.00"),
            ("0.004", "$0.0040", "0.0040"),
            ("33.3330", "$33.3330", "33.3330"),
            ("33.333333333", "$33.333333333", "33.333333333"),
            ("123456789.123456789", "$123,456,789.123456789", "123456789.123456789"),
        ] {
            assert_eq!((money(raw).exact().as_str(), money(raw).typed().as_str()), (exact, typed));
        }
    }

    #[test]
    fn amount_in_a_list_drops_decimals_only_when_it_is_whole() {
        for (raw, short) in [
            ("0", "$0"),
            ("250.00", "$250"),
            ("1,250", "$1,250"),
            ("0.5", "$0.50"),
            ("1702.64", "$1,702.64"),
            ("999999999.999999999", "$999,999,999.999999999"),
        ] {
            assert_eq!(money(raw).short(), short);
        }
    }

    #[test]
    fn short_spelling_of_spend_is_rounded_down() {
        for (raw, cents, dollars) in [
            ("0", "$0.00", "0"),
            ("99.999999999", "$99.99", "99"),
            ("1702.6", "$1,702.60", "1,702"),
            ("1", "$1.00", "1"),
            ("0.999999999", "$0.99", "0.99"),
            ("0.1", "$0.10", "0.10"),
            ("0.01", "$0.01", "0.01"),
            ("0.0041", "$0.0041", "< 0.01"),
            ("1234567", "$1,234,567.00", "1,234,567"),
        ] {
            assert_eq!((money(raw).cents().as_str(), money(raw).dollars().as_str()), (cents, dollars));
        }
    }

    #[test]
    fn amount_that_does_not_fit_is_refused() {
        for refused in ["-0.000000001", "1000000000", "0.0000000001"] {
            assert_eq!(Money::from_decimal(decimal(refused)), None, "{refused}");
        }
        assert_eq!(Money::from_decimal(decimal("-0.00")), Some(Money::default()));
        assert_eq!(Money::rounded(decimal("-0.0000000001")), None);
        assert_eq!(Money::rounded(decimal("999999999.9999999996")), None);
        assert_eq!(Money::rounded(decimal("33.333333333333336")), Some(money("33.333333333")));
        assert_eq!(Money::rounded(decimal("0.0000000005")), Some(money("0.000000001")));
    }

    #[test]
    fn sum_beyond_every_amount_is_the_largest() {
        assert_eq!(Money::of_sum(decimal("1000000000.5")), money("999999999.999999999"));
        assert_eq!(Money::of_sum(decimal("-3")), Money::default());
        assert_eq!(Money::of_sum(decimal("2.500")), money("2.5"));
    }

    #[test]
    fn trailing_zeros_of_the_database_change_no_spelling() {
        let stored = Money::from_decimal(decimal("250.000000000")).expect("an amount");
        assert_eq!(
            (stored.exact(), stored.short(), stored.typed()),
            ("$250.00".into(), "$250".into(), "250.00".into())
        );
        let read: Money = serde_json::from_str("\"250.000000000\"").expect("an amount");
        assert_eq!((read.exact(), read.short(), read.typed()), ("$250.00".into(), "$250".into(), "250.00".into()));
    }

    proptest! {
        #[test]
        fn every_spelling_shown_parses_as_the_same_amount(units in 0i64..1_000_000_000_000_000_000, scale in 0u32..=9) {
            let amount = Decimal::new(units / 10i64.pow(9 - scale), scale);
            let amount = Money::from_decimal(amount).expect("fits");
            prop_assert_eq!(Money::parse(&amount.exact()), Ok(amount));
            prop_assert_eq!(Money::parse(&amount.short()), Ok(amount));
            prop_assert_eq!(Money::parse(&amount.typed()), Ok(amount));
        }
    }
}
