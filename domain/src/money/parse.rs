//! Reads an amount that a user typed, and refuses one that can be read in two ways.

use super::{MAX_DECIMALS, Money};
use crate::figures::grouped;
use crate::violation::Violation;
use rust_decimal::Decimal;

/// What separates thousands or decimals somewhere in the world: point, comma, the spaces and apostrophes in use.
const MARKS: [char; 8] = ['.', ',', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '\u{2019}'];

/// The longest text that can be an amount.
const MAX_CHARS: usize = 32;

impl Money {
    /// Reads `1,250`, `$40` or `0.50`: a point before the decimals, commas between thousands.
    ///
    /// # Errors
    /// Says what to enter. An amount that other countries read differently, such as `1.250` or `12,50`, is refused with
    /// the spellings of each reading.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = raw.trim();
        let text = text.strip_prefix('$').unwrap_or(text).trim();
        if text.is_empty() {
            return Err(Violation::required("an amount in US dollars"));
        }
        let is_number = |c: char| c.is_ascii_digit() || MARKS.contains(&c);
        if text.chars().count() > MAX_CHARS || !text.chars().all(is_number) {
            return Err(Violation::InvalidAmount);
        }
        if is_plain(text) { parse_plain(&text.replace(',', "")) } else { Err(ambiguous(text)) }
    }
}

/// Digits with at most one point.
fn parse_plain(digits: &str) -> Result<Money, Violation> {
    let amount = Decimal::from_str_exact(digits).map_err(|_| Violation::InvalidAmount)?;
    if amount.normalize().scale() > MAX_DECIMALS {
        return Err(Violation::TooManyDecimals);
    }
    Money::from_decimal(amount).ok_or(Violation::AmountTooLarge)
}

/// Whether a text has one reading only: commas between thousands, and a point that cannot be taken for one of them.
fn is_plain(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let (first, grouped) = whole.split_once(',').map_or((whole, None), |(first, rest)| (first, Some(rest)));
    let well_grouped = grouped.is_none_or(|rest| can_lead_thousands(first) && rest.split(',').all(|it| it.len() == 3));
    let reads_as_thousands = grouped.is_none() && can_lead_thousands(whole) && decimals.len() == 3;
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    well_grouped && !reads_as_thousands && is_digits(decimals) && whole.split(',').all(is_digits)
}

/// Whether digits can stand before a mark between thousands: `0.250` is no spelling of 250.
fn can_lead_thousands(digits: &str) -> bool {
    (1..=3).contains(&digits.len()) && !digits.starts_with('0')
}

/// The refusal of digits and marks that are no plain amount, with every spelling that may have been meant.
fn ambiguous(text: &str) -> Violation {
    let mut readings: Vec<String> = [with_decimals(text), without_decimals(text)].into_iter().flatten().collect();
    readings.dedup();
    match readings.as_slice() {
        [] => Violation::InvalidAmount,
        [only] => Violation::UnclearAmount { text: text.to_owned(), reading: only.clone() },
        [first, .., last] => {
            Violation::AmbiguousAmount { text: text.to_owned(), first: first.clone(), last: last.clone() }
        }
    }
}

/// The reading in which the last mark stands before the decimals.
fn with_decimals(text: &str) -> Option<String> {
    let (at, mark) = text.char_indices().rfind(|(_, c)| MARKS.contains(c))?;
    let (whole, decimals) = (&text[..at], &text[at + mark.len_utf8()..]);
    let plain = [digits_of(whole)?.as_str(), ".", &digits_of(decimals)?].concat();
    parse_plain(&plain).ok().map(|amount| grouped(&amount.typed()))
}

/// The reading in which every mark stands between thousands.
fn without_decimals(text: &str) -> Option<String> {
    let digits = digits_of(text)?;
    let amount = if digits.starts_with('0') { None } else { parse_plain(&digits).ok() };
    amount.map(|amount| grouped(&amount.as_decimal().to_string()))
}

/// The digits of a text whose marks each stand between two digits.
fn digits_of(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(MARKS).collect();
    groups.iter().all(|group| !group.is_empty()).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(raw: &str) -> String {
        Money::parse(raw).expect_err(raw).to_string()
    }

    fn parsed(raw: &str) -> Money {
        Money::parse(raw).expect(raw)
    }

    fn decimal(raw: &str) -> Decimal {
        raw.parse().expect("a decimal")
    }

    #[test]
    fn unambiguous_amount_is_read_as_typed() {
        for (raw, amount) in [
            ("$1,250.5", "1250.5"),
            (" $ 40 ", "40"),
            ("1,250", "1250"),
            (".5", "0.5"),
            ("0.250", "0.25"),
            ("0.004", "0.004"),
            ("33.3330", "33.333"),
            ("1250.125", "1250.125"),
            ("1,250.125", "1250.125"),
            ("33.333333333", "33.333333333"),
            ("1.0000000000", "1"),
            ("999,999,999.999999999", "999999999.999999999"),
        ] {
            assert_eq!(parsed(raw).as_decimal(), decimal(amount), "{raw}");
        }
    }

    #[test]
    fn ambiguous_amount_is_refused_with_both_readings() {
        for (raw, first, second) in [
            ("1.250", "1.25", "1,250"),
            ("$33.333", "33.3330", "33,333"),
            ("12,50", "12.50", "1,250"),
            ("1,23", "1.23", "123"),
            ("1.000", "1.00", "1,000"),
            ("1.234,56", "1,234.56", "123,456"),
            ("1 250,00", "1,250.00", "125,000"),
            ("1\u{202f}250,00", "1,250.00", "125,000"),
            ("1'250", "1.25", "1,250"),
            ("1’250", "1.25", "1,250"),
            ("1 250", "1.25", "1,250"),
            ("1.234.567", "1,234.5670", "1,234,567"),
            ("1,23,456", "123.4560", "123,456"),
            ("1,2,3", "12.30", "123"),
            ("1,000.0,0", "10,000.00", "100,000"),
        ] {
            let text = raw.trim_start_matches('$');
            assert_eq!(refusal(raw), format!("“{text}” is ambiguous. Write {first} or {second}."));
            for reading in [first, second] {
                assert!(Money::parse(reading).is_ok(), "the suggestion {reading} can be typed");
            }
        }
    }

    #[test]
    fn foreign_spelling_with_one_reading_is_refused_with_it() {
        assert_eq!(refusal("0,50"), "Write 0.50 instead of “0,50”.");
        assert_eq!(refusal("0,250"), "Write 0.25 instead of “0,250”.");
        assert_eq!(refusal("1.234.567,5"), "“1.234.567,5” is ambiguous. Write 1,234,567.50 or 12,345,675.");
        assert_eq!(refusal("123.456.789,12"), "Write 123,456,789.12 instead of “123.456.789,12”.");
    }

    #[test]
    fn text_that_is_no_amount_is_refused() {
        for raw in [
            "-1", "(40)", "1e9", "1k", "abc", "€40", "40 USD", ".", ",", "..", "1..2", "1,,250", "1, 250", "250,", "٣",
            "１",
        ] {
            assert_eq!(refusal(raw), "Enter an amount of zero or more, like 250 or 250.00.", "{raw:?}");
        }
        assert_eq!(refusal("$"), "Enter an amount in US dollars.");
        assert_eq!(refusal("1000000000"), "Enter less than $1,000,000,000.");
        assert_eq!(refusal("0.1234567891"), "Enter at most nine decimals.");
        assert_eq!(refusal(&"1".repeat(33)), "Enter an amount of zero or more, like 250 or 250.00.");
    }

    proptest! {
        #[test]
        fn parsing_never_panics(raw in ".*") {
            let _ = Money::parse(&raw);
        }

        #[test]
        fn digits_and_marks_parse_or_name_spellings_that_do(raw in "[0-9]{1,4}([., '][0-9]{1,4}){0,3}") {
            let Err(problem) = Money::parse(&raw) else { return Ok(()) };
            let readings = match problem {
                Violation::UnclearAmount { reading, .. } => vec![reading],
                Violation::AmbiguousAmount { first, last, .. } => vec![first, last],
                _ => Vec::new(),
            };
            for reading in readings {
                prop_assert!(Money::parse(&reading).is_ok(), "{}: {}", raw, reading);
            }
        }
    }
}
