//! The budgets of a project: at most one a category, side by side.

use crate::budget_requests::latest::{latest, request_link};
use crate::budgets::actions::AssignBudgetToProject;
use crate::budgets::chooser::{ASSIGN_FORM, budget_chooser};
use crate::budgets::reset::{ResetOf, reset_form};
use crate::budgets::unassign::{UnassignFrom, unassign_form};
use crate::form::{Forms, Hidden, PostForm};
use crate::paths;
use crate::projects::data::ProjectView;
use crate::ui::{
    Amount, Button, ButtonSize, Card, Cards, LinkButton, MeterSize, RelativeTime, Section, SvgIcon, UsageBadge,
    UsageFigures, UsageMeter, Views, category_icon,
};
use domain::budget::{AssignedBudget, Category, Limits, Usage, UsageLevel};
use domain::project::ProjectFacts;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

pub(super) fn section(view: &ProjectView, forms: &Forms, now: OffsetDateTime) -> impl IntoView + use<> {
    let facts = &view.project.facts;
    let cards = Category::ALL.map(|category| {
        let budget = view.project.budgets.iter().find(|budget| budget.category == category);
        let controls = view.may_manage_budgets.then(|| controls(category, facts, budget, forms));
        let request = requests(category, budget.is_some(), view, now);
        card(category, budget.cloned(), budget.and_then(|budget| href(budget, view)), (request, controls), now)
    });
    let split = view.may_view_shares.then(|| paths::project_split(facts.name.as_str()));
    let verb = if view.may_manage_budgets { "Edit split" } else { "Show split" };
    let split = move || split.map(|href| view! { <LinkButton href size=ButtonSize::Small>{verb}</LinkButton> });
    view! {
        <Section id="budgets" title="Budgets" side=|| "In US dollars, at most one a category" actions=split>
            <Cards>{cards.views()}</Cards>
        </Section>
    }
}

/// The latest request for a budget of the category, and the link to request one.
fn requests(category: Category, has_budget: bool, view: &ProjectView, now: OffsetDateTime) -> impl IntoView + use<> {
    let name = &view.project.facts.name;
    let request = view.project.requests.iter().find(|request| request.category == category);
    let link = view.may_request_budgets.then(|| request_link(category, has_budget, Some(name), request)).flatten();
    let request = request.cloned().map(|request| latest(request, Some(name), now));
    view! {
        {request}
        <div class="empty:hidden">{link}</div>
    }
}

/// Where a budget is shown in full: a project's own one as part of the split.
fn href(budget: &AssignedBudget, view: &ProjectView) -> Option<String> {
    if budget.is_own {
        view.may_view_shares.then(|| paths::project_split(view.project.facts.name.as_str()))
    } else {
        view.may_view_all_budgets.then(|| paths::budget(budget.id))
    }
}

fn card(
    category: Category,
    budget: Option<AssignedBudget>,
    href: Option<String>,
    controls: impl IntoView + 'static,
    now: OffsetDateTime,
) -> impl IntoView {
    let level = budget.as_ref().and_then(|budget| budget.usage.as_ref()).map_or(UsageLevel::Below, Usage::level);
    let facts = match budget {
        Some(budget) => assigned(budget, href, now).into_any(),
        None => view! { <p class="text-sm text-ink-2">"No budget"</p> }.into_any(),
    };
    view! {
        <Card>
            <div class="flex min-h-6 flex-wrap items-center gap-x-2 gap-y-1">
                <h3 class="flex items-center gap-2 text-sm font-strong [&>svg]:text-ink-2">
                    <SvgIcon icon=category_icon(category) />
                    {category.title()}
                </h3>
                <UsageBadge level />
            </div>
            {facts}
            {controls}
        </Card>
    }
}

fn assigned(budget: AssignedBudget, href: Option<String>, now: OffsetDateTime) -> impl IntoView {
    let resets = budget.resets_in_words();
    let AssignedBudget { name, category, limits, usage, assigned_by, since, .. } = budget;
    let by = assigned_by.map(|name| format!("by {name} "));
    let name = if let Some(href) = href {
        view! {
            <a href=href class="rounded-sm font-medium hover:underline hover:underline-offset-[0.2em]">
                {name}
            </a>
        }
        .into_any()
    } else {
        view! { <span class="font-medium">{name}</span> }.into_any()
    };
    let line = |label: &'static str, value: AnyView| {
        view! {
            <div class="flex justify-between gap-3">
                <dt class="text-ink-2">{label}</dt>
                <dd class="min-w-0 text-end wrap-anywhere">{value}</dd>
            </div>
        }
    };
    let (head, left, next) = match usage {
        None => (hard_limit(limits).into_any(), None, None),
        Some(usage) => {
            let (left, next) = (usage.left().cents(), usage.resets_at);
            (
                spent(usage, category).into_any(),
                Some(line("Left", view! { <span class="money">{left}</span> }.into_any())),
                Some(line("Next reset", view! { <RelativeTime at=next now /> }.into_any())),
            )
        }
    };
    view! {
        {head}
        <dl class="grid gap-1 text-sm">
            {line("Soft limit", view! { <Amount amount=limits.soft() /> }.into_any())}
            {left}
            {next}
            {line("Resets", resets.into_any())}
            {line("Budget", name)}
        </dl>
        <p class="text-xs text-ink-2">"Assigned " {by} <RelativeTime at=since now /></p>
    }
}

fn spent(usage: Usage, category: Category) -> impl IntoView {
    let label = format!("Spend of the {} budget", category.title());
    view! {
        <UsageFigures usage=usage.clone() />
        <UsageMeter usage label size=MeterSize::Card />
    }
}

/// For those who may not see what is spent.
fn hard_limit(limits: Limits) -> impl IntoView {
    view! {
        <p>
            <span class="money text-xl font-semibold">{limits.hard().exact()}</span>
            <span class="ms-1.5 text-sm text-ink-2">"hard limit"</span>
        </p>
    }
}

fn controls(category: Category, facts: &ProjectFacts, budget: Option<&AssignedBudget>, forms: &Forms) -> AnyView {
    // A project's own budget is part of its split and is replaced there.
    let is_own = budget.is_some_and(|budget| budget.is_own);
    let assign = (!is_own).then(|| assign_form(category, facts, budget, forms));
    let unassign = budget.filter(|_| !is_own).map(|budget| {
        let key = category.key();
        unassign_form(key, &budget.name, category, UnassignFrom::Project(&facts.name), facts.title())
    });
    let reset = budget.and_then(|budget| reset_form(budget, ResetOf::Project(facts.id), facts.title()));
    view! {
        <div class="grid gap-1.5 border-t border-line pt-2.5">
            {assign} <div class="-ms-2.25 flex flex-wrap gap-1 empty:hidden">{reset} {unassign}</div>
        </div>
    }
    .into_any()
}

fn assign_form(
    category: Category,
    facts: &ProjectFacts,
    current: Option<&AssignedBudget>,
    forms: &Forms,
) -> impl IntoView + use<> {
    let label = format!("{} budget of {}", category.title(), facts.title());
    let chooser = budget_chooser(category, label, forms);
    let verb = if current.is_some() { "Replace" } else { "Assign" };
    let fields = vec![("project", facts.name.to_string())];
    view! {
        <PostForm action=AssignBudgetToProject::url() class=ASSIGN_FORM>
            <Hidden fields />
            {chooser}
            <Button submit=true>{verb}</Button>
        </PostForm>
    }
}
