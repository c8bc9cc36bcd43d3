//! The budgets of a user: at most one a category.

use crate::budgets::actions::AssignBudgetToUser;
use crate::budgets::chooser::{ASSIGN_FORM, budget_chooser};
use crate::budgets::reset::{ResetOf, reset_form};
use crate::budgets::unassign::{UnassignFrom, unassign_form};
use crate::form::{Forms, Hidden, PostForm};
use crate::paths;
use crate::ui::{
    Button, LimitFigures, MeterSize, RelativeTime, Section, SvgIcon, UsageBadge, UsageFigures, UsageMeter, Views,
    category_icon,
};
use crate::users::data::UserView;
use domain::budget::{AssignedBudget, Category, Usage};
use domain::id::UserId;
use domain::user::UserStatus;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

pub(super) fn section(view: &UserView, forms: &Forms, now: OffsetDateTime) -> impl IntoView + use<> {
    let person = &view.person;
    let rows = Category::ALL.map(|category| {
        let budget = person.budgets.iter().find(|budget| budget.category == category);
        let controls = view.may_manage_budgets.then(|| {
            let assign = (person.status != UserStatus::Deactivated).then(|| {
                assign_form(category, person.id, &person.name, budget.filter(|budget| !budget.is_default), forms)
            });
            let unassign = budget.filter(|budget| !budget.is_default).map(|budget| {
                let from = UnassignFrom::User(person.id);
                unassign_form(category.key(), &budget.name, category, from, &person.name)
            });
            let reset = budget.and_then(|budget| reset_form(budget, ResetOf::User(person.id), &person.name));
            let unassign =
                budget.map(|_| view! { <div class="flex flex-wrap gap-1">{reset} {unassign}</div> }.into_any());
            Controls { assign, unassign }
        });
        row(category, budget, controls, now)
    });
    view! {
        <Section id="budgets" title="Budgets" side=|| "In US dollars, at most one a category">
            <ul class="border-t border-line">{rows.views()}</ul>
        </Section>
    }
}

/// What a maintainer may do about one category.
#[derive(Default)]
struct Controls {
    assign: Option<AnyView>,
    unassign: Option<AnyView>,
}

fn row(
    category: Category,
    budget: Option<&AssignedBudget>,
    controls: Option<Controls>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let Controls { assign, unassign } = controls.unwrap_or_default();
    // As a quiet button below the others it stands out to the left by what surrounds its words.
    let unassign = unassign.map(|unassign| view! { <div class="@max-p2:-ms-2.25">{unassign}</div> }.into_any());
    let (beside, below) = if budget.is_some() { (unassign, assign) } else { (assign, None) };
    let facts = match budget.cloned() {
        Some(budget) => assigned(budget, now).into_any(),
        None => view! { <p class="text-sm text-ink-2">"No budget"</p> }.into_any(),
    };
    view! {
        <li class="grid grid-cols-[9.5rem_minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 border-b border-line py-3 @max-p2:grid-cols-[minmax(0,1fr)]">
            <p class="flex items-center gap-2 text-base font-strong [&>svg]:text-ink-2">
                <SvgIcon icon=category_icon(category) />
                {category.title()}
            </p>
            {facts}
            <div class="empty:hidden @max-p2:order-last">{beside}</div>
            <div class="col-span-2 col-start-2 empty:hidden @max-p2:col-span-1 @max-p2:col-start-1">{below}</div>
        </li>
    }
}

fn assigned(budget: AssignedBudget, now: OffsetDateTime) -> impl IntoView {
    let resets = budget.resets_in_words();
    let assigned = assignment(&budget, now);
    let limits = budget.limits;
    let spend = budget.usage.map(|usage| spend(usage, budget.category, now));
    view! {
        <div class="grid min-w-0 gap-1 text-sm">
            {spend}
            <p class="flex flex-wrap gap-x-2.5">
                <a href=paths::budget(budget.id) class="rounded-sm font-medium hover:underline hover:underline-offset-[0.2em]">
                    {budget.name}
                </a>
                <LimitFigures limits />
            </p>
            <p class="text-ink-2">
                "Resets " {resets} ", " {assigned}
            </p>
        </div>
    }
}

/// Since when, and by whom; or why it applies.
fn assignment(budget: &AssignedBudget, now: OffsetDateTime) -> AnyView {
    if budget.is_default {
        return "default for users without a budget of their own".into_any();
    }
    let (since, by) = (budget.since, budget.assigned_by.as_ref().map(|name| format!("by {name} ")));
    view! { "assigned " {by} <RelativeTime at=since now /> }.into_any()
}

fn spend(usage: Usage, category: Category, now: OffsetDateTime) -> impl IntoView {
    let label = format!("Spend of the {} budget", category.title());
    let (level, resets_at) = (usage.level(), usage.resets_at);
    view! {
        <div class="flex flex-wrap items-center justify-between gap-x-5 gap-y-1">
            <div class="flex flex-wrap items-center gap-x-2">
                <UsageFigures usage=usage.clone() />
                <UsageBadge level />
            </div>
            <p class="text-ink-2">"Next reset " <RelativeTime at=resets_at now /></p>
        </div>
        <div class="mb-1">
            <UsageMeter usage label size=MeterSize::Line />
        </div>
    }
}

fn assign_form(
    category: Category,
    person: UserId,
    name: &str,
    current: Option<&AssignedBudget>,
    forms: &Forms,
) -> AnyView {
    let label = format!("{} budget of {name}", category.title());
    let chooser = budget_chooser(category, label, forms);
    let verb = if current.is_some() { "Replace" } else { "Assign" };
    view! {
        <PostForm action=AssignBudgetToUser::url() class=ASSIGN_FORM>
            <Hidden fields=vec![("person", person.to_string())] />
            {chooser}
            <Button submit=true>{verb}</Button>
        </PostForm>
    }
    .into_any()
}
