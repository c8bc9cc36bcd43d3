//! The fields of a budget, for creating and editing it.

use crate::paths;
use crate::ui::{Choice, MoneyField, PeriodField, SelectField, TextField, WindowsField};
use domain::budget::{BudgetDraft, BudgetFields, BudgetRow, Category};
use domain::draft::Draft;
use domain::reset_period::ResetPeriod;
use domain::time_zone::TimeZoneName;
use leptos::prelude::*;

/// Field names and what they are called, for the summary of problems.
pub(super) fn labels() -> Vec<(&'static str, &'static str)> {
    let period = BudgetDraft::PERIOD.label;
    [BudgetDraft::labels(), vec![("period_count", period), ("period_unit", period)]].concat()
}

/// The fields, with the values of a budget or those of a new one.
pub(super) fn fields(budget: Option<&BudgetRow>, time_zones: Vec<String>) -> impl IntoView + use<> {
    let categories = Category::ALL.map(|category| {
        Choice::new(category.key(), format!("{}: {}", category.title(), category.covers().to_lowercase()))
    });
    let new = || BudgetFields {
        category: Category::Platform.key().to_owned(),
        time_zone: TimeZoneName::default().as_str().to_owned(),
        ..BudgetFields::default()
    };
    let fields = budget.map_or_else(new, BudgetFields::of);
    let calendar = fields.is_calendar();
    let BudgetFields { name, category, soft_limit, hard_limit, time_zone, alert_at, .. } = fields;
    let [_, _, month] = ResetPeriod::OFFERED;
    let period = budget.map_or(month, |budget| budget.period);
    let assigned = budget.filter(|budget| budget.user_count + budget.project_count > 0);
    let category_hint = if assigned.is_some() {
        "Cannot change while the budget is assigned. Create another budget for a different category."
    } else {
        "What the budget pays for."
    };
    let assignments = assigned.map(|budget| {
        view! {
            <a href=paths::assignments(budget.id) class="w-fit text-sm underline underline-offset-[0.2em]">
                "Show assignments"
            </a>
        }
    });
    view! {
        <TextField
            name=BudgetDraft::NAME.name
            label=BudgetDraft::NAME.label
            value=name
            hint="Unique, for example: Engineering, CLI."
            autofocus=budget.is_none()
            required=true
            maxlength=BudgetDraft::NAME.max_length
            autocomplete="off"
        />
        <div class="grid gap-1.5">
            <SelectField
                name=BudgetDraft::CATEGORY.name
                label=BudgetDraft::CATEGORY.label
                options=categories.into()
                selected=category
                hint=category_hint
                disabled=assigned.is_some()
            />
            {assignments}
        </div>
        <div class="grid grid-cols-[repeat(auto-fit,minmax(min(100%,12rem),1fr))] gap-x-3 gap-y-5">
            <MoneyField
                name=BudgetDraft::SOFT_LIMIT.name
                label=BudgetDraft::SOFT_LIMIT.label
                value=soft_limit
                hint="A warning above this amount."
                required=true
            />
            <MoneyField
                name=BudgetDraft::HARD_LIMIT.name
                label=BudgetDraft::HARD_LIMIT.label
                value=hard_limit
                hint="Calls are refused above this amount."
                required=true
            />
        </div>
        <PeriodField period />
        <WindowsField calendar time_zone time_zones />
        <TextField
            name=BudgetDraft::ALERT_AT.name
            label=BudgetDraft::ALERT_AT.label
            value=alert_at
            hint="Percentages of the hard limit, for example: 80, 100. Leave it empty for alerts at the soft limit and at the hard limit, or enter “none”."
            optional=true
            maxlength=BudgetDraft::ALERT_AT.max_length
            autocomplete="off"
        />
    }
}
