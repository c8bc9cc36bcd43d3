//! What is entered to create or edit a budget, and its fields, listed once for forms, conflicts and audit events.

use super::{BudgetFields, Category, Limits};
use crate::draft::FieldValue;
use crate::form::FieldErrors;
use crate::money::Money;
use crate::reset_period::ResetPeriod;
use crate::text::{BudgetName, Description};

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
    DESCRIPTION: description, "Description", Description::LONGEST,
        |draft| FieldValue::text(draft.description.clone().unwrap_or_default());
} check |draft: &Self| Limits::new(draft.soft_limit, draft.hard_limit).map(|_| ()) }

impl BudgetDraft {
    /// Parses the fields `name`, `category`, `soft_limit`, `hard_limit` and `period` together, with a period such as
    /// `30d`.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(name: &str, category: &str, soft: &str, hard: &str, period: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let period = errors.take("period", ResetPeriod::parse(period));
        Self::build(name, category, (soft, hard), period, errors)
    }

    /// Parses the console's form.
    ///
    /// # Errors
    /// As [`BudgetDraft::parse`].
    pub fn parse_form(fields: &BudgetFields) -> Result<Self, FieldErrors> {
        let (period, errors) = match fields.period.parse() {
            Ok(period) => (Some(period), FieldErrors::default()),
            Err(errors) => (None, errors),
        };
        Self::build(&fields.name, &fields.category, (&fields.soft_limit, &fields.hard_limit), period, errors)
    }

    fn build(
        name: &str,
        category: &str,
        (soft, hard): (&str, &str),
        period: Option<ResetPeriod>,
        mut errors: FieldErrors,
    ) -> Result<Self, FieldErrors> {
        let name = errors.take("name", BudgetName::parse(name));
        let category = errors.take("category", Category::parse(category));
        let soft = errors.take("soft_limit", Money::parse(soft));
        let hard = errors.take("hard_limit", Money::parse(hard));
        if let Some(crossed) = soft.zip(hard).and_then(|(soft, hard)| Limits::new(soft, hard).err()) {
            crossed.iter().for_each(|(field, problem)| errors.add(field, problem.clone()));
        }
        match (name, category, soft, hard, period) {
            (Some(name), Some(category), Some(soft_limit), Some(hard_limit), Some(period)) if errors.is_empty() => {
                Ok(Self { name, category, soft_limit, hard_limit, period, description: None })
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
    use crate::violation::Violation;

    #[test]
    fn draft_names_every_problem_at_its_field() {
        let errors = BudgetDraft::parse("", "gold", "x", "", "1w").expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["category", "hard_limit", "name", "period", "soft_limit"]);
        let period = PeriodFields { choice: "other".into(), count: "1m".into(), unit: "days".into() };
        let [category, soft_limit, hard_limit] = ["gold", "x", "1.250"].map(str::to_owned);
        let form = BudgetFields { name: String::new(), category, soft_limit, hard_limit, period };
        let errors = BudgetDraft::parse_form(&form).expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["category", "hard_limit", "name", "period_count", "soft_limit"]);
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
            ("description", "", ""),
        ];
        assert_eq!(fields, expected.map(|(name, value, shown)| (name, value.to_owned(), shown.to_owned())));
        let [name, category, soft, hard, period] = [0, 1, 2, 3, 4].map(|place| fields[place].1.as_str());
        assert_eq!(BudgetDraft::parse(name, category, soft, hard, period), Ok(draft));
    }
}
