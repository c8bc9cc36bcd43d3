//! Sums of what was spent.

use super::Money;
use crate::figures::grouped;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, Sub};

/// A sum or a difference of amounts of US dollars, exact. A correction can make it negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NetAmount(Decimal);

/// The sign of a negative amount, as wide as a plus.
const MINUS: char = '\u{2212}';

impl NetAmount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Takes a sum from the database.
    pub fn new(amount: Decimal) -> Self {
        Self(amount.normalize())
    }

    /// The exact amount.
    pub const fn as_decimal(self) -> Decimal {
        self.0
    }

    /// Whether nothing is left.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Without the sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Exact, for example `$1,702.6425` and `−$3.20`.
    pub fn exact(self) -> String {
        self.signed(Money(self.0.abs()).exact())
    }

    /// In whole cents, rounded toward zero, for columns of figures: `$1,702.64`. Less than a cent is exact.
    pub fn cents(self) -> String {
        let cents = self.0.abs().trunc_with_scale(2);
        let is_shown = !cents.is_zero() || self.0.is_zero();
        if is_shown { self.signed(format!("${}", grouped(&format!("{cents:.2}")))) } else { self.exact() }
    }

    /// Rounded to dollars, for estimates: `$106,540`.
    pub fn dollars(self) -> String {
        let rounded = self.0.abs().round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        self.signed(format!("${}", grouped(&rounded.to_string())))
    }

    /// A difference with its sign, in cents: `+$867.47`, `−$208.65`.
    pub fn change(self) -> String {
        if self.0 > Decimal::ZERO { format!("+{}", self.cents()) } else { self.cents() }
    }

    /// Its share of a total as text, with one decimal: `33.3 %`. A part that rounding would turn into nothing is `< 0.1 %`,
    /// and one that it would turn into the whole `> 99.9 %`. `None` when the total is not positive.
    pub fn share_of(self, total: Self) -> Option<String> {
        let percent = self.percent_of(total)?;
        let text = match () {
            () if percent.is_zero() && self.0 > Decimal::ZERO => "< 0.1 %".to_owned(),
            () if percent == Decimal::ONE_HUNDRED && self.0 < total.0 => "> 99.9 %".to_owned(),
            () => format!("{percent:.1} %"),
        };
        Some(text)
    }

    /// Its share of a total in percent, with one decimal; `None` when the total is not positive.
    fn percent_of(self, total: Self) -> Option<Decimal> {
        (total.0 > Decimal::ZERO).then(|| {
            let percent = self.0 * Decimal::ONE_HUNDRED / total.0;
            percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
        })
    }

    /// The width of its bar beside one of the largest amount: "43%", and a sliver for what would not be seen.
    pub fn width_of(self, largest: Self) -> String {
        match self.percent_of(largest) {
            Some(percent) if percent >= Decimal::TWO => format!("{}%", percent.min(Decimal::ONE_HUNDRED)),
            Some(_) if self.0 > Decimal::ZERO => "2%".to_owned(),
            _ => "0".to_owned(),
        }
    }

    fn signed(self, unsigned: String) -> String {
        if self.0.is_sign_negative() && !self.0.is_zero() { format!("{MINUS}{unsigned}") } else { unsigned }
    }
}

impl std::fmt::Display for NetAmount {
    /// The plain exact number, for files and programs: `-3.2`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.normalize().fmt(f)
    }
}

impl From<Money> for NetAmount {
    fn from(amount: Money) -> Self {
        Self(amount.as_decimal())
    }
}

impl Add for NetAmount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self((self.0 + other.0).normalize())
    }
}

impl Sub for NetAmount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self((self.0 - other.0).normalize())
    }
}

impl Sum for NetAmount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(raw: &str) -> NetAmount {
        NetAmount::new(raw.parse().expect("a decimal"))
    }

    #[test]
    fn amount_is_shown_with_its_sign() {
        for (raw, exact, cents, dollars, change) in [
            ("0", "$0.00", "$0.00", "$0", "$0.00"),
            ("58952.409", "$58,952.4090", "$58,952.40", "$58,952", "+$58,952.40"),
            ("-208.65", "−$208.65", "−$208.65", "−$209", "−$208.65"),
            ("0.004999", "$0.004999", "$0.004999", "$0", "+$0.004999"),
            ("0.5", "$0.50", "$0.50", "$1", "+$0.50"),
            ("-0.000000001", "−$0.000000001", "−$0.000000001", "−$0", "−$0.000000001"),
        ] {
            let amount = net(raw);
            assert_eq!((amount.exact().as_str(), amount.cents().as_str()), (exact, cents));
            assert_eq!((amount.dollars().as_str(), amount.change().as_str()), (dollars, change));
        }
    }

    #[test]
    fn sums_are_exact() {
        let tenth = net("0.1");
        assert_eq!([tenth; 3].into_iter().sum::<NetAmount>(), net("0.3"));
        assert_eq!((net("0.3") - net("0.3000")).to_string(), "0");
        assert_eq!((net("1") - net("4.2")).to_string(), "-3.2");
    }

    #[test]
    fn share_of_nothing_is_unknown() {
        assert_eq!(net("1").share_of(net("3")).as_deref(), Some("33.3 %"));
        assert_eq!(net("1").share_of(net("0")), None);
        assert_eq!(net("1").share_of(net("-2")), None);
    }

    #[test]
    fn part_of_a_total_is_neither_nothing_nor_all() {
        for (part, share) in [
            ("0", "0.0 %"),
            ("0.000000001", "< 0.1 %"),
            ("1.249", "< 0.1 %"),
            ("1.25", "0.1 %"),
            ("2498.7", "99.9 %"),
            ("2499.999999999", "> 99.9 %"),
            ("2500", "100.0 %"),
            ("2525", "101.0 %"),
            ("-25", "-1.0 %"),
        ] {
            assert_eq!(net(part).share_of(net("2500")).as_deref(), Some(share), "{part}");
        }
    }

    #[test]
    fn bar_is_as_wide_as_the_share_of_the_largest() {
        for (amount, width) in [("43.21", "43.2%"), ("100", "100%"), ("0.001", "2%"), ("0", "0"), ("-5", "0")] {
            assert_eq!(net(amount).width_of(net("100")), width);
        }
        assert_eq!(net("1").width_of(net("0")), "0");
    }
}
