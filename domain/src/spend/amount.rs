//! Amounts as API clients send them.

use crate::money::Money;
use crate::violation::Violation;
use rust_decimal::Decimal;

/// The longest text that can be an amount.
const MAX_CHARS: usize = 32;

/// The most of one call. It catches amounts in another unit, such as millionths of a dollar.
pub const MAX_AMOUNT: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// An amount of US dollars other than zero, negative in a correction, with at most nine decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendAmount(Decimal);

impl SpendAmount {
    /// Reads a decimal number such as `0.0125` or `-3`.
    ///
    /// # Errors
    /// Says what to send.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let (is_negative, digits) = raw.strip_prefix('-').map_or((false, raw), |digits| (true, digits));
        let amount = parse_amount(digits)?.as_decimal();
        if amount.is_zero() {
            return Err(Violation::AmountOfNothing);
        }
        Ok(Self(if is_negative { -amount } else { amount }))
    }

    /// The exact amount.
    pub const fn as_decimal(self) -> Decimal {
        self.0
    }

    /// Whether it takes back what was reported.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }
}

/// Reads a decimal number of zero or more, as programs write it: `1.250` has one meaning here.
///
/// # Errors
/// Says what to send.
pub(super) fn parse_amount(raw: &str) -> Result<Money, Violation> {
    if raw.starts_with('-') && parse_amount(&raw[1..]).is_ok() {
        return Err(Violation::NegativeAmount);
    }
    let (whole, decimals) = raw.split_once('.').unwrap_or((raw, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if raw.len() > MAX_CHARS || !is_number(whole) || !is_number(decimals) {
        return Err(Violation::NotADecimalNumber);
    }
    if decimals.trim_end_matches('0').len() > 9 {
        return Err(Violation::TooManyDecimals);
    }
    let too_large = || Violation::SpendTooLarge { max: Money::from_decimal(MAX_AMOUNT).unwrap_or_default().exact() };
    let amount = Decimal::from_str_exact(raw).ok().filter(|amount| *amount <= MAX_AMOUNT);
    amount.and_then(Money::from_decimal).ok_or_else(too_large)
}

/// As [`parse_amount`], above zero.
///
/// # Errors
/// Says what to send.
pub(super) fn parse_positive(raw: &str) -> Result<Money, Violation> {
    match parse_amount(raw)? {
        zero if zero == Money::default() => Err(Violation::AmountNotPositive),
        amount => Ok(amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amount_of_a_program_is_read_exactly() {
        for (raw, typed) in [
            ("0.000000001", "0.000000001"),
            ("1.250", "1.25"),
            ("1.2500000000000", "1.25"),
            ("999999.999999999", "999999.999999999"),
            ("1000000", "1000000.00"),
            ("007", "7.00"),
        ] {
            assert_eq!(parse_positive(raw).map(Money::typed).as_deref(), Ok(typed), "{raw}");
        }
        assert_eq!(SpendAmount::parse("-0.5").map(SpendAmount::as_decimal), Ok(Decimal::new(-5, 1)));
    }

    #[test]
    fn bad_amounts_have_codes() {
        for (raw, code) in [
            ("0", "amount_not_positive"),
            ("0.000000000", "amount_not_positive"),
            ("-1", "negative_amount"),
            ("1234567890123456789", "spend_too_large"),
            ("1000000.000000001", "spend_too_large"),
            ("99999999999999999999999999999999", "spend_too_large"),
            ("0.0000000001", "too_many_decimals"),
            ("1e3", "not_a_decimal_number"),
            ("1E-7", "not_a_decimal_number"),
            ("NaN", "not_a_decimal_number"),
            ("Infinity", "not_a_decimal_number"),
            ("--1", "not_a_decimal_number"),
            ("+1", "not_a_decimal_number"),
            ("1,250", "not_a_decimal_number"),
            ("1.2.3", "not_a_decimal_number"),
            (".5", "not_a_decimal_number"),
            ("5.", "not_a_decimal_number"),
            (" 5", "not_a_decimal_number"),
            ("$5", "not_a_decimal_number"),
            ("", "not_a_decimal_number"),
            ("٣", "not_a_decimal_number"),
            ("-é", "not_a_decimal_number"),
        ] {
            assert_eq!(parse_positive(raw).map_err(|problem| problem.code()), Err(code), "{raw:?}");
        }
        assert_eq!(SpendAmount::parse("-0"), Err(Violation::AmountOfNothing));
        assert_eq!(SpendAmount::parse("--1"), Err(Violation::NegativeAmount));
    }
}
