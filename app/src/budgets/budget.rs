//! A budget's page: its facts and the users and projects it is assigned to.

use super::alerts;
use super::assign;
use super::assigned_words::assigned_words;
use super::assignments::assignments;
use super::data::{BudgetView, ReadBudget};
use super::default;
use super::spend::{past_windows, this_window};
use crate::form::Forms;
use crate::litellm::push_state::push_state;
use crate::page::crumbs::below;
use crate::page::events_fact::events_fact;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{
    Amount, Badge, BadgeKind, ButtonKind, Crumb, Fact, Facts, Icon, LinkButton, ObjectHead, RailPart, RelativeTime,
    Section, ShortId, SplitBody, Tile, category_icon,
};
use domain::audit::AuditFilter;
use domain::budget::{BudgetQuery, BudgetRow};
use domain::litellm::PushState;
use domain::suggestion::SuggestionKind;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

/// A budget's page.
pub struct BudgetPage {
    page: PageData<BudgetView>,
}

impl LazyPage for BudgetPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadBudget { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| budget_page(dated, &forms)).into_any()
    }
}

fn budget_page(dated: WithServerTime<BudgetView>, forms: &Forms) -> impl IntoView + use<> {
    let WithServerTime { now, data: BudgetView { detail, may_manage, may_view_events, pushed } } = dated;
    let title = detail.budget.name.clone();
    let head = head(&detail.budget, may_manage);
    let rail = rail(&detail.budget, may_view_events, pushed, now);
    let limits = limits(&detail.budget);
    let default = default::section(&detail.budget, may_manage);
    let assign = may_manage.then(|| assign::section(&detail.budget, forms));
    let spend = this_window(&detail.budget, detail.totals);
    let past = past_windows(detail.past_windows.clone());
    let alerts = alerts::section(&detail.budget, detail.alerts.clone(), now);
    let assignments = assignments(detail, may_manage, now);
    view! {
        <Title text=title />
        {head}
        <SplitBody rail=move || rail>{limits} {spend} {assign} {assignments} {alerts} {past} {default}</SplitBody>
    }
}

fn head(budget: &BudgetRow, may_manage: bool) -> impl IntoView + use<> {
    let crumbs = below::<BudgetQuery>([Crumb::here(budget.name.clone())]);
    let (icon, is_default, is_predefined) = (category_icon(budget.category), budget.is_default, budget.is_predefined);
    let (edit, delete) = (paths::edit_budget(budget.id), paths::delete_budget(budget.id));
    let line = format!("{}: {}", budget.category.title(), budget.category.covers().to_lowercase());
    let actions = move || {
        (may_manage && !is_predefined).then(|| {
            view! {
                <LinkButton href=delete kind=ButtonKind::DangerQuiet icon=Icon::Trash attr:data-palette="Delete budget">
                    "Delete budget"
                </LinkButton>
                <LinkButton href=edit icon=Icon::Pencil attr:data-palette="Edit budget">
                    "Edit budget"
                </LinkButton>
            }
        })
    };
    view! {
        <ObjectHead crumbs kind=SuggestionKind::Budget title=budget.name.clone() picture=move || view! { <Tile icon large=true /> } actions>
            <span>{line}</span>
            {is_default.then(|| view! { <Badge kind=BadgeKind::Outline>"Default"</Badge> })}
            {is_predefined.then(|| view! { <Badge kind=BadgeKind::Outline>"Predefined"</Badge> })}
        </ObjectHead>
    }
}

fn limits(budget: &BudgetRow) -> impl IntoView + use<> {
    let (soft, hard, period) = (budget.limits.soft(), budget.limits.hard(), budget.resets_in_words());
    let predefined = budget.is_predefined.then(|| {
        view! {
            <p class="mt-4 text-sm text-ink-2">
                "Declared in the file of predefined budgets. Operators change it there, and it is stored at the next start."
            </p>
        }
    });
    view! {
        <Section id="limits" title="Limits" side=|| "The same for every user and project">
            <dl class="grid grid-cols-[repeat(auto-fit,minmax(min(100%,11rem),1fr))] gap-x-8 gap-y-4">
                {figure("Soft limit", view! { <Amount amount=soft /> }, "A warning above this amount.")}
                {figure("Hard limit", view! { <Amount amount=hard /> }, "Calls are refused above this amount.")}
                {figure("Resets", period, "Then spend starts again from zero.")}
            </dl>
            {predefined}
        </Section>
    }
}

fn figure(label: &'static str, value: impl IntoView + 'static, meaning: &'static str) -> impl IntoView {
    view! {
        <div class="grid gap-0.5">
            <dt class="text-sm text-ink-2">{label}</dt>
            <dd class="text-xl font-title first-letter:uppercase">{value}</dd>
            <dd class="text-xs text-ink-2">{meaning}</dd>
        </div>
    }
}

fn rail(
    budget: &BudgetRow,
    may_view_events: bool,
    pushed: Option<PushState>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let id = budget.id.to_string();
    let (category, updated) = (budget.category.title(), budget.updated_at);
    let assigned = assigned_words(budget.user_count, budget.project_count);
    let filter = AuditFilter { target: Some(budget.id.0), ..AuditFilter::default() };
    let events = events_fact(may_view_events, vec![("Changes of this budget", filter)]);
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="Budget id">
                    <ShortId id label="Copy budget id" />
                </Fact>
                <Fact label="Category">{category}</Fact>
                <Fact label="Assigned to">{assigned}</Fact>
                <Fact label="Updated">
                    <RelativeTime at=updated now />
                </Fact>
                {pushed.map(|pushed| view! { <Fact label="LiteLLM">{push_state(pushed, now)}</Fact> })}
                {events}
            </Facts>
        </RailPart>
    }
}
