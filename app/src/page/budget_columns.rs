//! What is spent of the budgets of each row of a list: its columns and its filter.

use super::list_parts::{Column, Filter};
use super::listing::ListQuery;
use crate::ui::{Choice, Priority, UsageCell, Width};
use domain::budget::{Category, CategoryUsage, UsageFilter};
use domain::project::ProjectRow;
use domain::user::UserRow;
use leptos::prelude::*;
use time::OffsetDateTime;

/// A row of a list whose budgets are shown.
pub(crate) trait HasBudgets {
    fn budgets(&self) -> &[CategoryUsage];
}

impl HasBudgets for UserRow {
    fn budgets(&self) -> &[CategoryUsage] {
        &self.budgets
    }
}

impl HasBudgets for ProjectRow {
    fn budgets(&self) -> &[CategoryUsage] {
        &self.budgets
    }
}

/// A column a category: spent of the hard limit.
pub(crate) fn budget_columns<Q: ListQuery, R: HasBudgets>() -> [Column<Q, R>; 3] {
    let columns = [
        Column::new("Platform", |row: &R, _: OffsetDateTime| cell(row, Category::Platform)),
        Column::new("CLI", |row: &R, _: OffsetDateTime| cell(row, Category::Cli)),
        Column::new("Premium", |row: &R, _: OffsetDateTime| cell(row, Category::PremiumModels)),
    ];
    columns.map(|column| column.width(Width::Short).figures().labelled().from(Priority::P3))
}

/// The filter by what is spent, given the list without it.
pub(crate) fn usage_filter<Q>(value: Option<UsageFilter>, without: Q) -> Filter<Q> {
    Filter::Choice {
        name: "usage",
        label: "Usage",
        choices: UsageFilter::ALL.map(|usage| Choice::new(usage.key(), usage.title())).into(),
        value: value.map(UsageFilter::key),
        without,
    }
}

fn cell<R: HasBudgets>(row: &R, category: Category) -> AnyView {
    let usage = row.budgets().iter().find(|budget| budget.category == category);
    view! { <UsageCell usage=usage.map(|budget| budget.usage.clone()) /> }.into_any()
}
