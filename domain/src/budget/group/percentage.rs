//! Percentages of a total.

use crate::violation::Violation;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A percentage from 0 to 100, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percentage(Decimal);

impl Percentage {
    /// Reads `60`, `33.33` or `33.33 %`. A comma is refused: it separates thousands in one country and decimals in another.
    ///
    /// # Errors
    /// Says what to enter.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = raw.trim();
        let text = text.strip_suffix('%').unwrap_or(text).trim_end();
        let is_plain = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number = text.parse().ok().filter(|_| is_plain && text.bytes().any(|byte| byte.is_ascii_digit()));
        number.and_then(Self::from_decimal).ok_or(Violation::InvalidPercentage)
    }

    /// As [`Percentage::parse`]; blank is 0.
    ///
    /// # Errors
    /// Says what to enter.
    pub fn parse_or_zero(raw: &str) -> Result<Self, Violation> {
        if raw.trim().is_empty() { Ok(Self::default()) } else { Self::parse(raw) }
    }

    /// Takes a number; `None` outside 0 to 100.
    pub fn from_decimal(number: Decimal) -> Option<Self> {
        (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&number).then(|| Self(number.normalize()))
    }

    /// The exact number.
    pub const fn as_decimal(self) -> Decimal {
        self.0
    }

    /// What a part is of a total; zero of nothing.
    pub(super) fn of(part: Decimal, total: Decimal) -> Self {
        let percentage = (part * Decimal::ONE_HUNDRED).checked_div(total).unwrap_or_default();
        Self(percentage.min(Decimal::ONE_HUNDRED).normalize())
    }

    /// What is typed with so many whole percent more or less. `None` outside 0 to 100, and where it is no percentage:
    /// the text stays for the user to correct.
    pub fn step(typed: &str, by: i8) -> Option<String> {
        let percentage = Self::parse_or_zero(typed).ok()?;
        Self::from_decimal(percentage.0 + Decimal::from(by)).map(Self::typed)
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub(super) fn round(self, decimals: u32) -> Self {
        Self(self.0.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize())
    }

    /// The value of a form field.
    pub fn typed(self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentage_is_read_as_it_is_typed() {
        for (raw, typed) in [("60", "60"), (" 33.33 % ", "33.33"), ("0", "0"), ("100.00", "100"), (".5", "0.5")] {
            assert_eq!(Percentage::parse(raw).map(Percentage::typed), Ok(typed.to_owned()), "{raw}");
        }
        for bad in ["", "%", ".", "-1", "+5", "100.01", "33,33", "1e1", "NaN", "inf", "1.2.3", "٣", "1 000"] {
            assert_eq!(Percentage::parse(bad), Err(Violation::InvalidPercentage), "{bad}");
        }
    }

    #[test]
    fn step_leaves_text_that_is_no_percentage() {
        for (typed, by, stepped) in [
            ("33.33", 1, Some("34.33")),
            ("60", -1, Some("59")),
            ("", 1, Some("1")),
            ("", -1, None),
            ("99.5", 1, None),
            ("33,3", 1, None),
            ("sixty", -1, None),
        ] {
            assert_eq!(Percentage::step(typed, by).as_deref(), stepped, "{typed} by {by}");
        }
    }
}
