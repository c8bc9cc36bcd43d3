//! One's own budgets, on My access.

use crate::ui::{LimitFigures, RelativeTime, Section, SvgIcon, Views, category_icon};
use domain::budget::{AssignedBudget, Category};
use leptos::prelude::*;
use time::OffsetDateTime;

/// One line a category, also where there is no budget.
pub(super) fn section(budgets: &[AssignedBudget], now: OffsetDateTime) -> impl IntoView + use<> {
    let lines = Category::ALL.map(|category| {
        let budget = budgets.iter().find(|budget| budget.category == category).cloned();
        line(category, budget, now)
    });
    view! {
        <Section id="budgets" title="Budgets" side=|| "In US dollars">
            <ul class="-mt-1">{lines.views()}</ul>
        </Section>
    }
}

fn line(category: Category, budget: Option<AssignedBudget>, now: OffsetDateTime) -> impl IntoView {
    let facts = match budget {
        Some(budget) => assigned(budget, now).into_any(),
        None => {
            let words = format!("You have no budget for {}.", in_a_sentence(category));
            view! { <p class="text-sm text-ink-2">{words}</p> }.into_any()
        }
    };
    view! {
        <li class="grid grid-cols-[11rem_minmax(0,1fr)] items-center gap-x-5 gap-y-1.5 border-b border-line py-3.5 @max-p1:grid-cols-[minmax(0,1fr)]">
            <div>
                <h3 class="flex items-center gap-2 text-base font-strong [&>svg]:text-ink-2">
                    <SvgIcon icon=category_icon(category) />
                    {category.title()}
                </h3>
                <p class="text-sm text-ink-2">{category.covers()}</p>
            </div>
            {facts}
        </li>
    }
}

fn assigned(budget: AssignedBudget, now: OffsetDateTime) -> impl IntoView {
    let AssignedBudget { name, limits, period, assigned_by, since, .. } = budget;
    let by = assigned_by.map(|name| format!("by {name} "));
    view! {
        <div class="flex min-w-0 flex-wrap items-center justify-between gap-x-5 gap-y-1 text-sm">
            <div class="min-w-0">
                <p class="font-medium wrap-anywhere">{name}</p>
                <p class="text-ink-2">"Assigned " {by} <RelativeTime at=since now /></p>
            </div>
            <div class="text-end @max-p1:text-start">
                <p>
                    <LimitFigures limits />
                </p>
                <p class="text-ink-2">"Resets " {period.in_words()}</p>
            </div>
        </div>
    }
}

const fn in_a_sentence(category: Category) -> &'static str {
    match category {
        Category::Platform => "the platform",
        Category::Cli => "the CLI",
        Category::PremiumModels => "premium models",
    }
}
