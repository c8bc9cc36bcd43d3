//! How long the window of a budget lasts before its spend starts again from zero.

mod fields;

pub use fields::{PeriodFields, PeriodUnit};

use crate::form::FieldErrors;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// A length such as `30d`, `24h` or `60m`, from one minute to 366 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResetPeriod {
    minutes: u32,
}

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const LONGEST: u32 = 366 * DAY;

impl ResetPeriod {
    /// The longest period.
    pub const LONGEST: Self = Self { minutes: LONGEST };
    /// The periods the console offers.
    pub const OFFERED: [Self; 3] = [Self { minutes: DAY }, Self { minutes: 7 * DAY }, Self { minutes: 30 * DAY }];

    /// Reads a whole number followed by `d`, `h` or `m`, as API clients send it.
    ///
    /// # Errors
    /// Says what to send.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let problem = || Violation::InvalidResetPeriod;
        let (digits, unit) = [('d', DAY), ('h', HOUR), ('m', 1)]
            .into_iter()
            .find_map(|(letter, unit)| Some((raw.strip_suffix(letter)?, unit)))
            .ok_or_else(problem)?;
        Self::from_count(digits, unit).ok_or_else(problem)
    }

    /// Reads a period of a project budget: as [`ResetPeriod::parse`], and whole minutes in seconds, such as `3600s`.
    ///
    /// # Errors
    /// As [`ResetPeriod::parse`].
    pub fn parse_with_seconds(raw: &str) -> Result<Self, Violation> {
        let Some(digits) = raw.strip_suffix('s') else { return Self::parse(raw) };
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = digits.parse().ok().filter(|seconds: &u32| is_number && seconds.is_multiple_of(60));
        seconds.and_then(|seconds| Self::from_minutes(seconds / 60)).ok_or(Violation::InvalidResetPeriod)
    }

    /// Reads a whole number of a unit.
    fn from_count(digits: &str, unit: u32) -> Option<Self> {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = digits.parse().ok().filter(|_| is_number)?;
        Self::from_minutes(count.checked_mul(unit)?)
    }

    /// Takes a length from the database; `None` outside one minute to 366 days.
    pub fn from_minutes(minutes: u32) -> Option<Self> {
        (1..=LONGEST).contains(&minutes).then_some(Self { minutes })
    }

    /// The length in minutes.
    pub const fn minutes(self) -> u32 {
        self.minutes
    }

    /// Refuses a period of less than an hour, which only API clients set, unless the budget has it already.
    ///
    /// # Errors
    /// A problem at `period`.
    pub fn check_for_form(self, stored: Option<Self>) -> Result<(), FieldErrors> {
        if self.minutes >= HOUR || stored == Some(self) {
            return Ok(());
        }
        Err(FieldErrors::one("period", Violation::ResetPeriodTooShort))
    }

    /// For example "30 days".
    pub fn length(self) -> String {
        let (count, unit) = self.largest_unit();
        let word = match unit {
            'd' => "day",
            'h' => "hour",
            _ => "minute",
        };
        if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
    }

    /// In a sentence, for example "every 30 days" or "every day".
    pub fn in_words(self) -> String {
        let length = self.length();
        format!("every {}", length.strip_prefix("1 ").unwrap_or(&length))
    }

    /// By itself, for example "Every 30 days".
    pub fn title(self) -> String {
        self.in_words().replacen('e', "E", 1)
    }

    /// The unit of the calendar that the period stands for; `None` for other periods than those of
    /// [`ResetPeriod::OFFERED`].
    pub fn calendar_unit(self) -> Option<&'static str> {
        let place = Self::OFFERED.iter().position(|offered| *offered == self)?;
        ["day", "week", "month"].get(place).copied()
    }

    /// When a budget resets, in a sentence: "every 30 days", or "every calendar month, Europe/Warsaw".
    pub fn resets_in_words(self, is_calendar: bool, time_zone: &str) -> String {
        match self.calendar_unit().filter(|_| is_calendar) {
            Some(unit) => format!("every calendar {unit}, {time_zone}"),
            None => self.in_words(),
        }
    }

    const fn largest_unit(self) -> (u32, char) {
        if self.minutes.is_multiple_of(DAY) {
            (self.minutes / DAY, 'd')
        } else if self.minutes.is_multiple_of(HOUR) {
            (self.minutes / HOUR, 'h')
        } else {
            (self.minutes, 'm')
        }
    }
}

impl std::fmt::Display for ResetPeriod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (count, unit) = self.largest_unit();
        write!(f, "{count}{unit}")
    }
}

impl TryFrom<String> for ResetPeriod {
    type Error = Violation;
    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<ResetPeriod> for String {
    fn from(period: ResetPeriod) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn period(raw: &str) -> ResetPeriod {
        ResetPeriod::parse(raw).expect("a period")
    }

    #[test]
    fn spellings_of_the_api_are_read() {
        for (raw, shown) in
            [("30d", "30d"), ("24h", "1d"), ("60m", "1h"), ("720h", "30d"), ("1d", "1d"), ("90m", "90m")]
        {
            assert_eq!(period(raw).to_string(), shown);
        }
        for bad in [
            "",
            "30",
            "d",
            "0d",
            "-1d",
            "+1d",
            " 1d",
            "1d ",
            "367d",
            "1w",
            "1mo",
            "1M",
            "1y",
            "monthly",
            "1.5h",
            "99999999999d",
            "１d",
            "1é",
        ] {
            assert!(ResetPeriod::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn period_in_seconds_is_whole_minutes() {
        assert_eq!(ResetPeriod::parse_with_seconds("3600s"), Ok(period("1h")));
        assert_eq!(ResetPeriod::parse_with_seconds("30d"), Ok(period("30d")));
        for bad in ["s", "0s", "59s", "61s", "+60s", "99999999999s", "31622460s", "60S"] {
            assert!(ResetPeriod::parse_with_seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn period_in_words_names_its_unit() {
        for (raw, length, words, title) in [
            ("1d", "1 day", "every day", "Every day"),
            ("30d", "30 days", "every 30 days", "Every 30 days"),
            ("36h", "36 hours", "every 36 hours", "Every 36 hours"),
            ("1m", "1 minute", "every minute", "Every minute"),
            ("11m", "11 minutes", "every 11 minutes", "Every 11 minutes"),
        ] {
            let period = period(raw);
            assert_eq!(
                (period.length(), period.in_words(), period.title()),
                (length.into(), words.into(), title.into())
            );
        }
    }

    #[test]
    fn calendar_period_in_words_names_its_time_zone() {
        for (raw, words) in [
            ("1d", "every calendar day, Asia/Kolkata"),
            ("168h", "every calendar week, Asia/Kolkata"),
            ("30d", "every calendar month, Asia/Kolkata"),
        ] {
            assert_eq!(period(raw).resets_in_words(true, "Asia/Kolkata"), words);
        }
        assert_eq!(period("30d").resets_in_words(false, "Asia/Kolkata"), "every 30 days");
    }

    #[test]
    fn form_keeps_a_short_period_and_sets_none() {
        let (minute, hour) = (period("1m"), period("1h"));
        assert!(hour.check_for_form(None).is_ok());
        assert!(minute.check_for_form(Some(minute)).is_ok());
        for stored in [None, Some(hour), Some(period("2m"))] {
            assert!(minute.check_for_form(stored).expect_err("too short").at("period").is_some());
        }
    }

    proptest! {
        #[test]
        fn every_period_written_is_read_as_the_same(minutes in 1u32..=LONGEST) {
            let period = ResetPeriod::from_minutes(minutes).expect("in range");
            prop_assert_eq!(ResetPeriod::parse(&period.to_string()), Ok(period));
            prop_assert_eq!(PeriodFields::of(period).parse(), Ok(period));
        }

        #[test]
        fn parsing_never_panics(raw in ".*") {
            let _ = ResetPeriod::parse(&raw);
        }
    }
}
