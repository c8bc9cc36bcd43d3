//! Days and times as API clients send them: as RFC 3339 writes them, digit by digit.

use crate::violation::Violation;
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime};

/// The years in which a moment can lie.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2999;

/// A time, to the microsecond as it is stored, or a whole day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    start: OffsetDateTime,
    length: Duration,
}

impl Moment {
    /// Reads `2026-11-17T09:00:00Z` or `2026-11-17`. A time without an offset is in UTC.
    ///
    /// # Errors
    /// It is neither, or not in the years from 2000 to 2999.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let time = || {
            let time = parse_time(raw)?;
            let start = time.replace_nanosecond(time.nanosecond() / 1_000 * 1_000).ok()?;
            Some(Self { start, length: Duration::MICROSECOND })
        };
        let day = || Some(Self { start: parse_date(raw)?.midnight().assume_utc(), length: Duration::DAY });
        let moment = time().or_else(day).filter(|moment| YEARS.contains(&moment.start.year()));
        moment.ok_or_else(|| Violation::unknown_choice("a time such as 2026-11-17T09:00:00Z"))
    }

    /// Its first microsecond.
    pub const fn start(self) -> OffsetDateTime {
        self.start
    }

    /// The first microsecond after it.
    pub fn end(self) -> OffsetDateTime {
        self.start + self.length
    }
}

/// Reads a time; without an offset in UTC. The library takes any character between day and time of day.
pub fn parse_time(raw: &str) -> Option<OffsetDateTime> {
    raw.get(10..11).filter(|separator| separator.eq_ignore_ascii_case("T"))?;
    OffsetDateTime::parse(raw, &Rfc3339).or_else(|_| OffsetDateTime::parse(&format!("{raw}Z"), &Rfc3339)).ok()
}

/// Reads a day.
pub fn parse_date(raw: &str) -> Option<Date> {
    OffsetDateTime::parse(&format!("{raw}T00:00:00Z"), &Rfc3339).ok().map(OffsetDateTime::date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    /// RFC 3339, section 5.6, without the ranges of its numbers; the offset may be missing.
    fn is_in_the_grammar(text: &str) -> bool {
        let kind = |c: char| if c.is_ascii_digit() { '0' } else { c.to_ascii_uppercase() };
        let shape: String = text.chars().map(kind).collect();
        let Some(rest) = shape.strip_prefix("0000-00-00") else { return false };
        let time = |rest: &str| {
            let rest = rest.strip_prefix("T00:00:00")?;
            let offset = rest.strip_prefix(".0").map_or(rest, |more| more.trim_start_matches('0'));
            Some(["", "Z", "+00:00", "-00:00"].contains(&offset))
        };
        rest.is_empty() || time(rest) == Some(true)
    }

    fn time_text() -> impl Strategy<Value = String> {
        "2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])([Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?"
    }

    proptest! {
        #[test]
        fn every_day_and_time_of_the_grammar_is_read(text in time_text()) {
            prop_assert!(is_in_the_grammar(&text), "{}", text);
            let moment = Moment::parse(&text);
            prop_assert!(moment.is_ok_and(|moment| moment.start() < moment.end()), "{}", text);
        }

        #[test]
        fn text_outside_the_grammar_is_refused(
            text in time_text(), at in any::<prop::sample::Index>(), with in "[0-9TtZz:+. W,\u{e9}-]{0,2}", cut in 0..3_usize
        ) {
            let mut characters: Vec<char> = text.chars().collect();
            let at = at.index(characters.len());
            let end = (at + cut).min(characters.len());
            characters.splice(at..end, with.chars());
            let text: String = characters.into_iter().collect();
            prop_assert!(Moment::parse(&text).is_err() || is_in_the_grammar(&text), "{}", text);
        }
    }

    #[test]
    fn moment_is_as_long_as_it_was_written() {
        let moment = |start, length| Some(Moment { start, length });
        for (raw, expected) in [
            ("2026-11-17", moment(datetime!(2026-11-17 00:00 UTC), Duration::DAY)),
            ("2026-11-17T09:00:00+02:00", moment(datetime!(2026-11-17 07:00 UTC), Duration::MICROSECOND)),
            ("2026-11-17t09:00:00", moment(datetime!(2026-11-17 09:00 UTC), Duration::MICROSECOND)),
            ("2026-11-17T09:00:00.1234567Z", moment(datetime!(2026-11-17 09:00:00.123456 UTC), Duration::MICROSECOND)),
            ("2026-11-17 09:00:00Z", None),
            ("2026-11-17T09:00Z", None),
            ("20261117T090000Z", None),
            ("2026-W47-2", None),
            ("2026-321", None),
            ("+2026-11-17", None),
            ("2026-2-3", None),
            ("2026-02-30", None),
            ("1999-12-31", None),
            ("3000-01-01", None),
            ("2026-11-17T24:00:00Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(Moment::parse(raw).ok(), expected, "{raw}");
        }
    }
}
