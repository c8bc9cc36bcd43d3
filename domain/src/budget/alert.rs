//! Alerts: at which part of its limits a budget raises one.

use super::{Holder, Limits};
use crate::money::Money;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The most percentages of one budget.
const MOST: usize = 5;
/// Typed for a budget that raises no alerts.
const NONE: &str = "none";

/// A part of the limits that spend can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertThreshold {
    /// The soft limit.
    SoftLimit,
    /// So many percent of the hard limit.
    Percent(u8),
}

impl AlertThreshold {
    /// As stored: null stands for the soft limit.
    pub fn from_stored(percent: Option<i16>) -> Self {
        percent.and_then(|percent| u8::try_from(percent).ok()).map_or(Self::SoftLimit, Self::Percent)
    }

    /// Its name in webhooks: `soft_limit` or `hard_limit`, or a percentage of the hard limit such as `80%`.
    pub fn key(self) -> String {
        match self {
            Self::SoftLimit => "soft_limit".to_owned(),
            Self::Percent(100) => "hard_limit".to_owned(),
            Self::Percent(percent) => format!("{percent}%"),
        }
    }
}

impl std::fmt::Display for AlertThreshold {
    /// At the beginning of a sentence: "80 % of the hard limit".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SoftLimit => f.write_str("Soft limit"),
            Self::Percent(100) => f.write_str("Hard limit"),
            Self::Percent(percent) => write!(f, "{percent} % of the hard limit"),
        }
    }
}

/// When a budget raises alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertThresholds {
    /// At the soft limit and at the hard limit.
    #[default]
    Limits,
    /// At percentages of the hard limit, rising; never when there are none.
    Percent(Vec<u8>),
}

impl AlertThresholds {
    /// The most characters that are worth reading.
    pub const LONGEST: usize = 40;

    /// Reads a list such as `80, 100` or `80 % 100 %`. Blank stands for the limits, and `none` for no alerts.
    ///
    /// # Errors
    /// Says what to enter.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let raw = raw.trim();
        if raw.is_empty() {
            return Ok(Self::Limits);
        }
        if raw.eq_ignore_ascii_case(NONE) {
            return Ok(Self::Percent(Vec::new()));
        }
        let words = raw.split([',', ';', ' ', '%']).filter(|word| !word.is_empty());
        let percent = words.map(|word| word.parse().ok().filter(|percent| (1..=100).contains(percent)));
        let mut percents: Vec<u8> = percent.collect::<Option<_>>().ok_or(Violation::InvalidAlertThresholds)?;
        percents.sort_unstable();
        percents.dedup();
        if percents.is_empty() {
            return Err(Violation::InvalidAlertThresholds);
        }
        if percents.len() > MOST {
            return Err(Violation::TooManyAlertThresholds { max: MOST });
        }
        Ok(Self::Percent(percents))
    }

    /// As stored: null stands for the limits.
    pub fn from_stored(stored: Option<Vec<i16>>) -> Self {
        let percents = |stored: Vec<i16>| stored.into_iter().filter_map(|percent| u8::try_from(percent).ok()).collect();
        stored.map_or(Self::Limits, |stored| Self::Percent(percents(stored)))
    }

    /// To store.
    pub fn stored(&self) -> Option<Vec<i16>> {
        match self {
            Self::Limits => None,
            Self::Percent(percents) => Some(percents.iter().copied().map(i16::from).collect()),
        }
    }

    /// The value of the form's field.
    pub fn typed(&self) -> String {
        match self {
            Self::Limits => String::new(),
            Self::Percent(percents) if percents.is_empty() => NONE.to_owned(),
            Self::Percent(percents) => listed(percents, ""),
        }
    }

    /// As pages show it.
    pub fn shown(&self) -> String {
        match self {
            Self::Limits => "Soft limit and hard limit".to_owned(),
            Self::Percent(percents) if percents.is_empty() => "None".to_owned(),
            Self::Percent(percents) => format!("{} of the hard limit", listed(percents, " %")),
        }
    }
}

fn listed(percents: &[u8], unit: &str) -> String {
    percents.iter().map(|percent| format!("{percent}{unit}")).collect::<Vec<_>>().join(", ")
}

/// An alert that was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetAlert {
    /// What was reached.
    pub threshold: AlertThreshold,
    /// Whose spend; `None` for a user or a project that was deleted since.
    pub holder: Option<Holder>,
    /// What was spent then.
    pub spent: Money,
    /// The limits as they were.
    pub limits: Limits,
    /// When it was raised.
    #[serde(with = "time::serde::rfc3339")]
    pub raised_at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_as_they_are_typed() {
        for (raw, typed, shown) in [
            ("", "", "Soft limit and hard limit"),
            ("80, 100", "80, 100", "80 %, 100 % of the hard limit"),
            (" 100 80;80 ", "80, 100", "80 %, 100 % of the hard limit"),
            ("50%", "50", "50 % of the hard limit"),
            ("80 %, 95 %", "80, 95", "80 %, 95 % of the hard limit"),
            ("None", "none", "None"),
        ] {
            let thresholds = AlertThresholds::parse(raw).expect(raw);
            assert_eq!((thresholds.typed(), thresholds.shown()), (typed.to_owned(), shown.to_owned()), "{raw}");
            assert_eq!(AlertThresholds::parse(&thresholds.typed()), Ok(thresholds.clone()), "{raw}");
            assert_eq!(AlertThresholds::from_stored(thresholds.stored()), thresholds, "{raw}");
        }
    }

    #[test]
    fn other_text_is_no_list_of_thresholds() {
        for bad in ["0", "101", "-5", "80.5", "1e1", "half", "80, none", ",", "%", "256", "٨٠"] {
            assert_eq!(AlertThresholds::parse(bad), Err(Violation::InvalidAlertThresholds), "{bad}");
        }
        let refused = Err(Violation::TooManyAlertThresholds { max: MOST });
        assert_eq!(AlertThresholds::parse("10 20 30 40 50 60"), refused);
    }

    #[test]
    fn full_hard_limit_is_called_by_its_name() {
        let words = |percent| AlertThreshold::from_stored(percent).to_string();
        assert_eq!(
            [words(None), words(Some(80)), words(Some(100))],
            ["Soft limit", "80 % of the hard limit", "Hard limit"]
        );
    }
}
