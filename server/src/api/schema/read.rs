//! How single values are read, as the document says of them.

use super::MAX_EXACT_INTEGER;
use domain::id::UserId;
use domain::project::ProjectName;
use domain::text::{BudgetName, Description, DisplayName, GroupName, PersonName, SearchTerm, ShareReason};
use domain::violation::Violation;
use serde::{Deserialize as _, Deserializer};
use serde_json::Number;
use std::fmt::Display;

/// Text that is bounded as it was sent: JSON Schema counts the blanks at its ends, which `parse` takes away.
pub trait SentText: Sized {
    /// What it is called in sentences.
    const LABEL: &str;
    /// The most characters.
    const LONGEST: usize;

    /// Checks the text but for the blanks at its ends.
    ///
    /// # Errors
    /// Says what to enter.
    fn parse_trimmed(raw: &str) -> Result<Self, Violation>;

    /// Reads text that has to be there.
    ///
    /// # Errors
    /// Says what to enter.
    fn parse_sent(raw: &str) -> Result<Self, Violation> {
        check_sent(raw, Self::LABEL, Self::LONGEST)?;
        Self::parse_trimmed(raw)
    }

    /// Reads text that may be missing: blank means none.
    ///
    /// # Errors
    /// Says what to enter.
    fn parse_optional(raw: Option<&str>) -> Result<Option<Self>, Violation> {
        let Some(raw) = raw else { return Ok(None) };
        check_sent(raw, Self::LABEL, Self::LONGEST)?;
        if raw.trim().is_empty() { Ok(None) } else { Self::parse_trimmed(raw).map(Some) }
    }
}

/// What a schema counts and excludes, before blanks are taken away: some control characters are blanks.
fn check_sent(raw: &str, label: &str, longest: usize) -> Result<(), Violation> {
    let length = raw.chars().count();
    if length > longest {
        return Err(Violation::too_long(label, length, longest));
    }
    if raw.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Violation::ControlCharacters { what: label.to_owned() });
    }
    Ok(())
}

macro_rules! sent_text {
    ($($name:ty),*) => {$(
        impl SentText for $name {
            const LABEL: &str = Self::LABEL;
            const LONGEST: usize = Self::LONGEST;

            fn parse_trimmed(raw: &str) -> Result<Self, Violation> {
                Self::parse(raw)
            }
        }
    )*};
}

sent_text!(PersonName, DisplayName, Description, BudgetName, GroupName, ShareReason, SearchTerm);

/// The name of a project that exists.
impl SentText for ProjectName {
    const LABEL: &str = Self::LABEL;
    const LONGEST: usize = Self::LONGEST_EXISTING;

    fn parse_trimmed(raw: &str) -> Result<Self, Violation> {
        if raw.contains(char::is_control) {
            return Err(Violation::ControlCharacters { what: Self::LABEL.to_owned() });
        }
        Self::parse_existing(raw)
    }
}

/// Reads the id of a user: the one spelling of a UUID that JSON Schema knows.
pub fn user_id(raw: &str) -> Option<UserId> {
    raw.parse().ok().filter(|_| raw.len() == uuid::fmt::Hyphenated::LENGTH)
}

/// Checks an identifier by `parse`, which takes blanks away, and refuses what it would change: an identifier is what
/// was sent.
///
/// # Errors
/// Says what to enter.
pub fn exact<T: Display>(raw: &str, parse: impl FnOnce(&str) -> Result<T, Violation>) -> Result<T, Violation> {
    let parsed = parse(raw)?;
    if parsed.to_string() == raw {
        return Ok(parsed);
    }
    Err(Violation::NotNormalized)
}

/// Reads an optional whole number, also in the spelling `3.0`, which is an integer for JSON Schema.
pub fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(from)? else { return Ok(None) };
    let exact = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= MAX_EXACT_INTEGER as f64);
    let whole = number.as_i64().or_else(|| exact.map(|float| float as i64));
    whole.map(Some).ok_or_else(|| serde::de::Error::custom("Input should be a whole number"))
}

/// Reads the optional version of an object; versions begin with 1.
pub fn version<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let version = whole(from)?;
    if version.is_some_and(|version| !(1..=MAX_EXACT_INTEGER).contains(&version)) {
        return Err(serde::de::Error::custom(format!("Input should be from 1 to {MAX_EXACT_INTEGER}")));
    }
    Ok(version)
}

/// Reads a whole number of a field that may be left out, null, or given: the three mean different things.
pub fn given_whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    whole(from).map(Some)
}
