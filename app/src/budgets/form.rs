//! The fields of a budget, for creating and editing it.

use crate::ui::{Choice, MoneyField, SelectField, TextField};
use domain::budget::{BudgetRow, Category};
use domain::reset_period::ResetPeriod;
use leptos::prelude::*;

/// Field names and what they are called, for the summary of problems.
pub(super) fn labels() -> Vec<(&'static str, &'static str)> {
    vec![
        ("name", "Name"),
        ("category", "Category"),
        ("soft_limit", "Soft limit"),
        ("hard_limit", "Hard limit"),
        ("period", "Reset period"),
    ]
}

/// The fields, with the values of a budget or those of a new one.
pub(super) fn fields(budget: Option<&BudgetRow>) -> impl IntoView + use<> {
    let categories = Category::ALL.map(|category| {
        Choice::new(category.key(), format!("{}: {}", category.title(), category.covers().to_lowercase()))
    });
    let name = budget.map(|budget| budget.name.clone()).unwrap_or_default();
    let category = budget.map_or(Category::Platform, |budget| budget.category).key();
    let soft = budget.map(|budget| budget.limits.soft().typed()).unwrap_or_default();
    let hard = budget.map(|budget| budget.limits.hard().typed()).unwrap_or_default();
    let period = budget.map_or_else(|| "30d".to_owned(), |budget| budget.period.to_string());
    let is_assigned = budget.is_some_and(|budget| budget.user_count + budget.project_count > 0);
    let category_hint =
        if is_assigned { "Cannot change while the budget is assigned." } else { "What the budget pays for." };
    view! {
        <TextField name="name" label="Name" value=name hint="Unique, for example: Engineering, CLI." required=true maxlength=128 autocomplete="off" />
        <SelectField name="category" label="Category" options=categories.into() selected=category hint=category_hint />
        <MoneyField name="soft_limit" label="Soft limit" value=soft hint="A warning from here on." required=true />
        <MoneyField name="hard_limit" label="Hard limit" value=hard hint="Calls are refused from here on." required=true />
        <TextField
            name="period"
            label="Reset period"
            value=period
            suggestions=ResetPeriod::OFFERED.map(|period| (period.to_string(), period.in_words())).into()
            hint="1d, 7d or 30d, or another length up to 366d: a number followed by d, h or m."
            required=true
            autocomplete="off"
        />
    }
}
