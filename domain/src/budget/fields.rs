//! The fields of a budget's form, as they are sent.

use super::BudgetRow;
use crate::reset_period::PeriodFields;
use crate::time_zone::TimeZoneName;
use serde::{Deserialize, Serialize};

/// The values of the form for creating and editing a budget, as they stand in it and as they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetFields {
    /// What it is called.
    pub name: String,
    /// The [`super::Category::key`].
    pub category: String,
    /// An amount that [`crate::money::Money::parse`] reads.
    pub soft_limit: String,
    /// As `soft_limit`.
    pub hard_limit: String,
    /// How often the budget resets.
    #[serde(flatten)]
    pub period: PeriodFields,
    /// `true` for calendar windows.
    #[serde(default)]
    pub calendar: String,
    /// A name that [`crate::time_zone::TimeZoneName::parse`] reads.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// A list that [`super::AlertThresholds::parse`] reads.
    #[serde(default)]
    pub alert_at: String,
}

/// For forms that were rendered before budgets had a time zone.
fn utc() -> String {
    TimeZoneName::default().as_str().to_owned()
}

impl BudgetFields {
    /// The form of a stored budget. Sent unchanged, it changes nothing.
    pub fn of(budget: &BudgetRow) -> Self {
        Self {
            name: budget.name.clone(),
            category: budget.category.key().to_owned(),
            soft_limit: budget.limits.soft().typed(),
            hard_limit: budget.limits.hard().typed(),
            period: PeriodFields::of(budget.period),
            calendar: budget.calendar.to_string(),
            time_zone: budget.time_zone.clone(),
            alert_at: budget.alert_at.typed(),
        }
    }

    /// Whether windows begin with the day, the week or the month.
    pub fn is_calendar(&self) -> bool {
        self.calendar == "true"
    }

    /// Names and values, to show them again when the form is refused.
    pub fn values(&self) -> [(&str, &str); 10] {
        let Self { name, category, soft_limit, hard_limit, period, calendar, time_zone, alert_at } = self;
        [
            ("name", name),
            ("category", category),
            ("soft_limit", soft_limit),
            ("hard_limit", hard_limit),
            ("period", &period.choice),
            ("period_count", &period.count),
            ("period_unit", &period.unit),
            ("calendar", calendar),
            ("time_zone", time_zone),
            ("alert_at", alert_at),
        ]
    }
}
