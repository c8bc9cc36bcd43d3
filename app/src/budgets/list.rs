//! The list of budgets.

use super::assigned_words::assigned_words;
use super::data::ListBudgets;
use crate::me::Me;
use crate::page::LazyPage;
use crate::page::list_page::{ListData, ListPage};
use crate::page::list_parts::{self, Filter};
use crate::page::listing::empty;
use crate::paths;
use crate::ui::{
    Choice, EmptyKind, EmptyState, Icon, IconSize, NameCell, Priority, RelativeTime, ShortAmount, Stacked, SvgIcon,
    Tile, Width, category_icon,
};
use domain::budget::{BudgetQuery, BudgetRow, BudgetSort, Category};
use domain::permission::Permission;
use leptos::prelude::*;
use time::OffsetDateTime;

type Column = list_parts::Column<BudgetQuery, BudgetRow>;

/// The list of budgets.
pub struct BudgetsPage(ListData<BudgetQuery, BudgetRow>);

impl LazyPage for BudgetsPage {
    fn load() -> Self {
        Self(ListData::load(BudgetQuery::from_params, |query| ListBudgets { query }, |_| None))
    }

    fn view(self) -> AnyView {
        let page: ListPage<BudgetQuery, BudgetRow> = ListPage {
            one: "budget",
            title: "Budgets",
            subtitle: |_| "In US dollars",
            may_open: |me| me.budgets && me.may(Permission::ViewBudgets),
            create: |me| me.may(Permission::ManageBudgets).then_some(paths::NEW_BUDGET),
            files: |_| Vec::new(),
            searched: "Name",
            key: |budget| budget.id.to_string(),
            filters: |query, _, ()| {
                vec![Filter::Choice {
                    name: "category",
                    label: "Category",
                    choices: Category::ALL.map(|category| Choice::new(category.key(), category.title())).into(),
                    value: query.category.map(Category::key),
                    without: BudgetQuery { category: None, ..query.clone() },
                }]
            },
            table: |_, _| ("Budgets", columns()),
            empty: no_budgets,
        };
        self.0.view(page, ())
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("Name", name).sorted_by(BudgetSort::Name).stacked(|_| Stacked::Line),
        Column::new("Category", category).width(Width::Medium),
        Column::new("Soft limit", |budget, _| view! { <ShortAmount amount=budget.limits.soft() /> }.into_any())
            .width(Width::Medium)
            .figures()
            .from(Priority::P2)
            .labelled()
            .class("text-ink-2"),
        Column::new("Hard limit", |budget, _| view! { <ShortAmount amount=budget.limits.hard() /> }.into_any())
            .sorted_by(BudgetSort::HardLimit)
            .width(Width::Medium)
            .figures()
            .labelled()
            .class("font-strong"),
        Column::new("Resets", |budget, _| budget.resets_in_words().into_any())
            .width(Width::Medium)
            .from(Priority::P3)
            .labelled()
            .class("text-sm"),
        Column::new("Assigned to", assigned_to).width(Width::Long).stacked(|_| Stacked::Line),
        Column::new("Updated", |budget, now| view! { <RelativeTime at=budget.updated_at now /> }.into_any())
            .sorted_by(BudgetSort::Updated)
            .width(Width::Medium)
            .from(Priority::P4)
            .stacked(|_| Stacked::Hidden)
            .class("num text-sm text-ink-2"),
    ]
}

fn name(budget: &BudgetRow, _: OffsetDateTime) -> AnyView {
    let icon = category_icon(budget.category);
    let default = budget.is_default.then(|| format!("Default for {}", budget.category.title()));
    let detail = match (default, budget.is_predefined) {
        (Some(default), true) => Some(default + ", predefined"),
        (None, true) => Some("Predefined".to_owned()),
        (default, false) => default,
    };
    view! {
        <NameCell href=paths::budget(budget.id) name=budget.name.clone() detail>
            <Tile icon />
        </NameCell>
    }
    .into_any()
}

fn category(budget: &BudgetRow, _: OffsetDateTime) -> AnyView {
    view! {
        <span class="inline-flex items-center gap-1.5 text-sm whitespace-nowrap [&>svg]:text-ink-2">
            <SvgIcon icon=category_icon(budget.category) size=IconSize::Small />
            {budget.category.title()}
        </span>
    }
    .into_any()
}

fn assigned_to(budget: &BudgetRow, _: OffsetDateTime) -> AnyView {
    let words = assigned_words(budget.user_count, budget.project_count);
    view! { <span class="num block truncate text-sm">{words}</span> }.into_any()
}

fn no_budgets(query: &BudgetQuery, _: Option<&Me>) -> AnyView {
    let no_match = query.search.as_ref().map_or_else(
        || "No budgets match these filters.".to_owned(),
        |term| format!("No budget with “{term}” in the name matches these filters."),
    );
    let nothing = view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Wallet)
            title="No budgets yet"
            text="A budget says how much a user or a project may spend in one category. A maintainer creates it once and assigns it to many."
        />
    };
    empty(query, "budget", no_match, nothing.into_any())
}
