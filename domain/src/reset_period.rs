//! How long a budget lasts before it starts again from zero.

use crate::form::FieldProblem;
use serde::{Deserialize, Serialize};

/// A length such as `30d`, `24h` or `60m` (`behaviour.md` section 4.1), from one minute to 366 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResetPeriod {
    minutes: u32,
}

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const LONGEST: u32 = 366 * DAY;

impl ResetPeriod {
    /// The periods the console offers.
    pub const OFFERED: [Self; 3] = [Self { minutes: DAY }, Self { minutes: 7 * DAY }, Self { minutes: 30 * DAY }];

    /// Reads a whole number followed by `d`, `h` or `m`.
    ///
    /// # Errors
    /// Says what to enter.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        let problem = || FieldProblem::new("Enter a number followed by d, h or m, up to 366d, like 30d.");
        let text = raw.trim();
        let unit = match text.chars().last() {
            Some('d') => DAY,
            Some('h') => HOUR,
            Some('m') => 1,
            _ => return Err(problem()),
        };
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(problem());
        }
        let count: u32 = digits.parse().map_err(|_| problem())?;
        Self::from_minutes(count.checked_mul(unit).ok_or_else(problem)?).ok_or_else(problem)
    }

    /// Takes a length from the database; `None` outside one minute to 366 days.
    pub fn from_minutes(minutes: u32) -> Option<Self> {
        (1..=LONGEST).contains(&minutes).then_some(Self { minutes })
    }

    /// The length in minutes.
    pub const fn minutes(self) -> u32 {
        self.minutes
    }

    /// In words, for example "every 30 days".
    pub fn in_words(self) -> String {
        let (count, unit) = self.largest_unit();
        let word = match unit {
            'd' => "day",
            'h' => "hour",
            _ => "minute",
        };
        if count == 1 { format!("every {word}") } else { format!("every {count} {word}s") }
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
    type Error = FieldProblem;
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

    #[test]
    fn the_reference_spellings_read() {
        for (raw, shown) in
            [("30d", "30d"), ("24h", "1d"), ("60m", "1h"), ("720h", "30d"), ("1d", "1d"), ("90m", "90m")]
        {
            assert_eq!(ResetPeriod::parse(raw).expect("good").to_string(), shown);
        }
        for bad in ["", "30", "d", "0d", "-1d", "367d", "1w", "1.5h", "99999999999d", "１d", "1é"] {
            assert!(ResetPeriod::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(ResetPeriod::parse("1d").expect("good").in_words(), "every day");
        assert_eq!(ResetPeriod::parse("30d").expect("good").in_words(), "every 30 days");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minutes in 1u32..=LONGEST) {
            let period = ResetPeriod::from_minutes(minutes).expect("in range");
            prop_assert_eq!(ResetPeriod::parse(&period.to_string()), Ok(period));
        }

        #[test]
        fn parsing_never_panics(raw in ".*") {
            let _ = ResetPeriod::parse(&raw);
        }
    }
}
