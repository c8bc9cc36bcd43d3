//! One's own budgets, on My access.

use crate::budget_requests::latest::{latest, request_link};
use crate::ui::{
    LimitFigures, MeterSize, RelativeTime, Section, SvgIcon, UsageConsequence, UsageMeter, Views, category_icon,
};
use domain::budget::{AssignedBudget, Category, Usage};
use domain::view::OwnAccess;
use leptos::prelude::*;
use time::OffsetDateTime;

/// One line a category, also where there is no budget, with the latest request for more.
pub(super) fn section(own: &OwnAccess, may_request: bool, now: OffsetDateTime) -> impl IntoView + use<> {
    let lines = Category::ALL.map(|category| {
        let budget = own.budgets.iter().find(|budget| budget.category == category).cloned();
        let request = own.requests.iter().find(|request| request.category == category);
        let link = may_request.then(|| request_link(category, budget.is_some(), None, request));
        let request = request.cloned().map(|request| latest(request, None, now));
        line(category, budget, view! { {request} <div class="empty:hidden">{link.flatten()}</div> }, now)
    });
    view! {
        <Section id="budgets" title="Budgets" side=|| "In US dollars">
            <ul class="-mt-1">{lines.views()}</ul>
        </Section>
    }
}

fn line(
    category: Category,
    budget: Option<AssignedBudget>,
    requests: impl IntoView + 'static,
    now: OffsetDateTime,
) -> impl IntoView {
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
            <div class="grid min-w-0 gap-2.5">{facts} {requests}</div>
        </li>
    }
}

fn assigned(budget: AssignedBudget, now: OffsetDateTime) -> impl IntoView {
    let resets = budget.resets_in_words();
    let AssignedBudget { name, category, limits, usage, is_default, assigned_by, since, .. } = budget;
    let origin = if is_default {
        ": the default for users without a budget of their own".into_any()
    } else {
        let by = assigned_by.map(|name| format!("by {name} "));
        view! { ": assigned " {by} <RelativeTime at=since now /> }.into_any()
    };
    let spend = usage.map(|usage| spend(usage, category, now));
    view! {
        <div class="grid min-w-0 gap-2 text-sm">
            {spend}
            <div class="flex min-w-0 flex-wrap items-baseline justify-between gap-x-5 gap-y-0.5">
                <p class="min-w-0 wrap-anywhere">
                    <span class="font-medium">{name}</span>
                    <span class="text-ink-2">{origin}</span>
                </p>
                <p class="text-ink-2">
                    <LimitFigures limits />
                    ", resets "
                    {resets}
                </p>
            </div>
        </div>
    }
}

/// What is left, how far the window has come, and when the next one begins.
fn spend(usage: Usage, category: Category, now: OffsetDateTime) -> impl IntoView {
    let label = format!("Spend of your {} budget", category.title());
    let (left, resets_at) = (usage.left().cents(), usage.resets_at);
    view! {
        <div class="flex flex-wrap items-baseline justify-between gap-x-5">
            <p>
                <span class="money text-md font-semibold">{left}</span>
                <span class="ms-1.5 text-ink-2">"left"</span>
            </p>
            <p class="text-ink-2">
                <span class="money">{usage.spent.cents()}</span>
                " of "
                <span class="money">{usage.limits.hard().cents()}</span>
                ", resets "
                <RelativeTime at=resets_at now />
            </p>
        </div>
        <UsageMeter usage=usage.clone() label size=MeterSize::Line />
        <UsageConsequence usage />
    }
}

const fn in_a_sentence(category: Category) -> &'static str {
    match category {
        Category::Platform => "the platform",
        Category::Cli => "the CLI",
        Category::PremiumModels => "premium models",
    }
}
