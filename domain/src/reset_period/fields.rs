//! The reset period as fields of a form: one of the offered lengths, or a number and a unit in words.

use super::{DAY, HOUR, ResetPeriod};
use crate::form::FieldErrors;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// The fields `period`, `period_count` and `period_unit`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodFields {
    /// A period such as `30d`, or [`PeriodFields::OTHER`].
    #[serde(rename = "period")]
    pub choice: String,
    /// A number; read only for [`PeriodFields::OTHER`].
    #[serde(rename = "period_count", default)]
    pub count: String,
    /// The [`PeriodUnit::key`] of the number.
    #[serde(rename = "period_unit", default)]
    pub unit: String,
}

/// A unit a form offers. Minutes are for API clients: a typed `1m` may mean a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeriodUnit {
    /// 60 minutes.
    Hours,
    /// 24 hours.
    #[default]
    Days,
}

impl PeriodUnit {
    /// In the order of the choices.
    pub const ALL: [Self; 2] = [Self::Hours, Self::Days];

    /// As the form sends it, and as users read it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    const fn minutes(self) -> u32 {
        match self {
            Self::Hours => HOUR,
            Self::Days => DAY,
        }
    }
}

impl PeriodFields {
    /// The choice that leads to the number and its unit.
    pub const OTHER: &str = "other";

    /// The fields that stand for a period. One that is no whole number of hours, set by an API client, is a choice of
    /// its own.
    pub fn of(period: ResetPeriod) -> Self {
        let fixed = Self { choice: period.to_string(), count: String::new(), unit: PeriodUnit::default().key().into() };
        let unit = PeriodUnit::ALL.into_iter().rev().find(|unit| period.minutes.is_multiple_of(unit.minutes()));
        match unit {
            Some(unit) if !ResetPeriod::OFFERED.contains(&period) => Self {
                choice: Self::OTHER.into(),
                count: (period.minutes / unit.minutes()).to_string(),
                unit: unit.key().into(),
            },
            _ => fixed,
        }
    }

    /// Reads the fields.
    ///
    /// # Errors
    /// A problem at the field to mend, which says what to enter.
    pub fn parse(&self) -> Result<ResetPeriod, FieldErrors> {
        if self.choice != Self::OTHER {
            let period = ResetPeriod::parse(&self.choice);
            return period
                .map_err(|_| FieldErrors::one("period", Violation::unknown_choice("how often the budget resets")));
        }
        let unit = PeriodUnit::ALL.into_iter().find(|unit| unit.key() == self.unit);
        let unit = unit.ok_or_else(|| FieldErrors::one("period_unit", Violation::unknown_choice("hours or days")))?;
        ResetPeriod::from_count(self.count.trim(), unit.minutes()).ok_or_else(|| {
            let most = super::LONGEST / unit.minutes();
            FieldErrors::one("period_count", Violation::ResetCountOutOfRange { unit: unit.key().to_owned(), max: most })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(choice: &str, count: &str, unit: &str) -> PeriodFields {
        PeriodFields { choice: choice.into(), count: count.into(), unit: unit.into() }
    }

    fn period(raw: &str) -> ResetPeriod {
        ResetPeriod::parse(raw).expect("a period")
    }

    #[test]
    fn period_becomes_a_choice_or_a_number_with_its_unit() {
        for (raw, expected) in [
            ("1d", fields("1d", "", "days")),
            ("168h", fields("7d", "", "days")),
            ("45d", fields("other", "45", "days")),
            ("36h", fields("other", "36", "hours")),
            ("60m", fields("other", "1", "hours")),
            ("90m", fields("90m", "", "days")),
        ] {
            assert_eq!(PeriodFields::of(period(raw)), expected, "{raw}");
        }
    }

    #[test]
    fn number_is_read_in_its_unit_and_only_for_other() {
        assert_eq!(fields("other", " 3 ", "days").parse(), Ok(period("3d")));
        assert_eq!(fields("other", "3", "hours").parse(), Ok(period("3h")));
        assert_eq!(fields("30d", "nonsense", "minutes").parse(), Ok(period("30d")));
    }

    #[test]
    fn what_is_no_whole_number_of_a_unit_is_refused_at_its_field() {
        for (count, unit, problem) in [
            ("1m", "days", "Enter a whole number of days from 1 to 366."),
            ("", "days", "Enter a whole number of days from 1 to 366."),
            ("0", "hours", "Enter a whole number of hours from 1 to 8784."),
            ("1.5", "hours", "Enter a whole number of hours from 1 to 8784."),
            ("-1", "hours", "Enter a whole number of hours from 1 to 8784."),
            ("367", "days", "Enter a whole number of days from 1 to 366."),
            ("99999999999", "days", "Enter a whole number of days from 1 to 366."),
        ] {
            let errors = fields("other", count, unit).parse().expect_err(count);
            assert_eq!(errors.at("period_count").map(ToString::to_string).as_deref(), Some(problem), "{count} {unit}");
        }
        assert!(fields("other", "1", "minutes").parse().expect_err("no unit").at("period_unit").is_some());
        for choice in ["", "1w", "month"] {
            assert!(fields(choice, "1", "days").parse().expect_err(choice).at("period").is_some());
        }
    }
}
