//! What is entered to create or edit a budget, and its fields, listed once for forms, conflicts and audit events.

use super::{AlertThresholds, BudgetFields, Category, Limits};
use crate::draft::FieldValue;
use crate::form::FieldErrors;
use crate::money::Money;
use crate::reset_period::ResetPeriod;
use crate::text::{BudgetName, Description};
use crate::time_zone::TimeZoneName;
use crate::violation::Violation;

/// What is entered to create or edit a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetDraft {
    /// Unique without regard to case.
    pub name: BudgetName,
    /// Immutable while the budget is assigned.
    pub category: Category,
    /// Spend above it is a warning.
    pub soft_limit: Money,
    /// Calls are refused above it.
    pub hard_limit: Money,
    /// How long a window lasts before the spend starts again from zero.
    pub period: ResetPeriod,
    /// Windows begin with the day, the week or the month, not with the assignment.
    pub calendar: bool,
    /// The time zone of calendar windows.
    pub time_zone: TimeZoneName,
    /// When it raises alerts; set by forms alone.
    pub alert_at: AlertThresholds,
    /// What it is for; set by API clients alone.
    pub description: Option<String>,
}

draft_fields! { BudgetDraft {
    NAME: name, "Name", BudgetName::LONGEST, |draft| FieldValue::text(draft.name.as_str());
    CATEGORY: category, "Category", 0, |draft| FieldValue::shown(draft.category.key(), draft.category.title());
    SOFT_LIMIT: soft_limit, "Soft limit", 0,
        |draft| FieldValue::shown(draft.soft_limit.typed(), draft.soft_limit.exact());
    HARD_LIMIT: hard_limit, "Hard limit", 0,
        |draft| FieldValue::shown(draft.hard_limit.typed(), draft.hard_limit.exact());
    PERIOD: period, "Reset period", 0, |draft| FieldValue::shown(draft.period.to_string(), draft.period.length());
    CALENDAR: calendar, "Windows", 0,
        |draft| FieldValue::shown(draft.calendar.to_string(), if draft.calendar { "Calendar" } else { "Rolling" });
    TIME_ZONE: time_zone, "Time zone", TimeZoneName::LONGEST, |draft| FieldValue::text(draft.time_zone.as_str());
    ALERT_AT: alert_at, "Alert at", AlertThresholds::LONGEST,
        |draft| FieldValue::shown(draft.alert_at.typed(), draft.alert_at.shown());
    DESCRIPTION: description, "Description", Description::LONGEST,
        |draft| FieldValue::text(draft.description.clone().unwrap_or_default());
} check |draft: &Self| {
    Limits::new(draft.soft_limit, draft.hard_limit)?;
    check_calendar(draft.calendar, draft.period)
} }

/// Only a day, a week and a month begin with the calendar.
fn check_calendar(is_calendar: bool, period: ResetPeriod) -> Result<(), FieldErrors> {
    if is_calendar && period.calendar_unit().is_none() {
        return Err(FieldErrors::one("calendar", Violation::CalendarPeriod));
    }
    Ok(())
}

impl BudgetDraft {
    /// Parses the fields `name`, `category`, `soft_limit`, `hard_limit` and `period` together, with a period such as
    /// `30d` and rolling windows.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(name: &str, category: &str, soft: &str, hard: &str, period: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let period = errors.take("period", ResetPeriod::parse(period));
        let windows = Some((false, TimeZoneName::default()));
        Self::build(name, category, (soft, hard), period.zip(windows), errors)
    }

    /// Parses the console's form.
    ///
    /// # Errors
    /// As [`BudgetDraft::parse`].
    pub fn parse_form(fields: &BudgetFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let period = errors.take_all(fields.period.parse());
        let time_zone = errors.take("time_zone", TimeZoneName::parse(&fields.time_zone));
        if let Some(period) = period {
            errors.take_all(check_calendar(fields.is_calendar(), period));
        }
        let alert_at = errors.take("alert_at", AlertThresholds::parse(&fields.alert_at));
        let windows = time_zone.map(|time_zone| (fields.is_calendar(), time_zone));
        let limits = (fields.soft_limit.as_str(), fields.hard_limit.as_str());
        let draft = Self::build(&fields.name, &fields.category, limits, period.zip(windows), errors)?;
        Ok(Self { alert_at: alert_at.unwrap_or_default(), ..draft })
    }

    fn build(
        name: &str,
        category: &str,
        (soft, hard): (&str, &str),
        schedule: Option<(ResetPeriod, (bool, TimeZoneName))>,
        mut errors: FieldErrors,
    ) -> Result<Self, FieldErrors> {
        let name = errors.take("name", BudgetName::parse(name));
        let category = errors.take("category", Category::parse(category));
        let soft = errors.take("soft_limit", Money::parse(soft));
        let hard = errors.take("hard_limit", Money::parse(hard));
        if let Some((soft, hard)) = soft.zip(hard) {
            errors.take_all(Limits::new(soft, hard));
        }
        match (name, category, soft, hard, schedule) {
            (Some(name), Some(category), Some(soft_limit), Some(hard_limit), Some((period, (calendar, time_zone))))
                if errors.is_empty() =>
            {
                let (alert_at, description) = (AlertThresholds::default(), None);
                Ok(Self { name, category, soft_limit, hard_limit, period, calendar, time_zone, alert_at, description })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft as _;
    use crate::reset_period::PeriodFields;

    #[test]
    fn draft_names_every_problem_at_its_field() {
        let errors = BudgetDraft::parse("", "gold", "x", "", "1w").expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["category", "hard_limit", "name", "period", "soft_limit"]);
        let period = PeriodFields { choice: "other".into(), count: "1m".into(), unit: "days".into() };
        let [category, soft_limit, hard_limit] = ["gold", "x", "1.250"].map(str::to_owned);
        let [calendar, time_zone] = ["true", "Mars/Phobos"].map(str::to_owned);
        let (name, alert_at) = (String::new(), "120".to_owned());
        let form = BudgetFields { name, category, soft_limit, hard_limit, period, calendar, time_zone, alert_at };
        let errors = BudgetDraft::parse_form(&form).expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["alert_at", "category", "hard_limit", "name", "period_count", "soft_limit", "time_zone"]);
    }

    #[test]
    fn calendar_needs_a_day_a_week_or_a_month() {
        let form = |choice: &str, count: &str, calendar: &str| {
            let period = PeriodFields { choice: choice.into(), count: count.into(), unit: "days".into() };
            let [name, category, soft_limit, hard_limit] = ["Leads", "cli", "80", "100"].map(str::to_owned);
            let (calendar, time_zone) = (calendar.to_owned(), "europe/warsaw".to_owned());
            BudgetDraft::parse_form(&BudgetFields {
                name,
                category,
                soft_limit,
                hard_limit,
                period,
                calendar,
                time_zone,
                alert_at: "100, 80".to_owned(),
            })
        };
        for (choice, count) in [("1d", ""), ("7d", ""), ("30d", ""), ("other", "30")] {
            let draft = form(choice, count, "true").expect("a unit of the calendar");
            assert_eq!((draft.calendar, draft.time_zone.as_str()), (true, "Europe/Warsaw"));
            assert_eq!(draft.alert_at, AlertThresholds::Percent(vec![80, 100]));
        }
        let refused = FieldErrors::one("calendar", Violation::CalendarPeriod);
        assert_eq!(form("other", "45", "true"), Err(refused.clone()));
        let rolling = form("other", "45", "false").expect("rolling windows last as long as one likes");
        assert_eq!(BudgetDraft { calendar: true, ..rolling }.check(), Err(refused), "after a merge");
    }

    #[test]
    fn crossed_limits_say_by_how_much() {
        let errors = BudgetDraft::parse("Leads", "cli", "300", "250", "30d").expect_err("crossed");
        let crossed =
            |above: &str, hard: &str| Violation::SoftLimitAboveHard { above: above.into(), hard: hard.into() };
        assert_eq!(errors, FieldErrors::one("soft_limit", crossed("$50.00", "$250.00")));
        let errors = BudgetDraft::parse("Leads", "cli", "0.0041", "0.004", "30d").expect_err("crossed");
        assert_eq!(errors, FieldErrors::one("soft_limit", crossed("$0.0001", "$0.0040")), "by less than a cent");
        assert!(BudgetDraft::parse("Leads", "cli", "0", "0", "30d").expect_err("zero").at("hard_limit").is_some());
        assert!(BudgetDraft::parse("Leads", "cli", "250", "250", "30d").is_ok());
    }

    #[test]
    fn fields_have_the_value_of_the_form_and_that_of_pages() {
        let draft = BudgetDraft::parse("Leads", "premium_models", "33.3330", "1,250", "30d").expect("a draft");
        let fields = draft.fields().into_iter().map(|field| (field.name, field.value.typed, field.value.shown));
        let fields: Vec<_> = fields.collect();
        let expected = [
            ("name", "Leads", "Leads"),
            ("category", "premium_models", "Premium models"),
            ("soft_limit", "33.3330", "$33.3330"),
            ("hard_limit", "1250.00", "$1,250.00"),
            ("period", "30d", "30 days"),
            ("calendar", "false", "Rolling"),
            ("time_zone", "UTC", "UTC"),
            ("alert_at", "", "Soft limit and hard limit"),
            ("description", "", ""),
        ];
        assert_eq!(fields, expected.map(|(name, value, shown)| (name, value.to_owned(), shown.to_owned())));
        let [name, category, soft, hard, period] = [0, 1, 2, 3, 4].map(|place| fields[place].1.as_str());
        assert_eq!(BudgetDraft::parse(name, category, soft, hard, period), Ok(draft));
    }
}
