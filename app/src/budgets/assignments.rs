//! Whom and what a budget serves.

use super::actions::{TakeBudgetFromPerson, TakeBudgetFromProject};
use super::assigned_words::assigned_words;
use crate::form::ConfirmForm;
use crate::paths;
use crate::ui::{
    Avatar, AvatarShape, ButtonKind, ButtonSize, Cell, DialogButton, ExternalBadge, Header, NameCell, RelativeTime,
    Section, Stacked, Table, TableBody, TableFit, TableHead, TableRow, Views, Width, shown_address,
};
use domain::budget::{BudgetAssignment, BudgetDetail, BudgetRow, Holder};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

pub(super) fn assignments(detail: BudgetDetail, may_manage: bool, now: OffsetDateTime) -> impl IntoView {
    let BudgetDetail { budget, assignments } = detail;
    let total = budget.user_count + budget.project_count;
    let shown = assignments.len();
    let side = if i64::try_from(shown).is_ok_and(|shown| shown < total) {
        format!("{}, the latest {shown} shown", assigned_words(budget.user_count, budget.project_count))
    } else {
        assigned_words(budget.user_count, budget.project_count)
    };
    let body = if assignments.is_empty() {
        view! { <p class="text-sm text-ink-2">"Not assigned yet."</p> }.into_any()
    } else {
        table(assignments, may_manage.then_some(&budget), now).into_any()
    };
    view! {
        <Section id="assignments" title="Assigned to" side=move || side>
            {body}
        </Section>
    }
}

/// The holders of a budget; each can be unassigned where the budget is given.
pub(super) fn table(
    assignments: Vec<BudgetAssignment>,
    budget: Option<&BudgetRow>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let rows: Vec<_> =
        assignments.into_iter().enumerate().map(|(place, assignment)| row(assignment, budget, place, now)).collect();
    let unassign = budget.map(|_| view! { <Header label="Unassign" is_hidden=true width=Width::Short /> }).views();
    view! {
        <Table label="Assignments" fit=TableFit::Section>
            <TableHead>
                <Header label="User or project" />
                <Header label="Since" width=Width::Medium />
                <Header label="Assigned by" width=Width::Long />
                {unassign}
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
}

fn row(
    assignment: BudgetAssignment,
    budget: Option<&BudgetRow>,
    place: usize,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let BudgetAssignment { holder, assigned_by, since } = assignment;
    let take = budget.map(|budget| take_form(&holder, budget, place));
    let assigned_by = assigned_by.unwrap_or_else(|| "–".to_owned());
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>{name_cell(holder)}</Cell>
            <Cell label="Since" class="num text-sm">
                <RelativeTime at=since now />
            </Cell>
            <Cell stacked=Stacked::Hidden>
                <span class="block truncate text-sm text-ink-2">{assigned_by}</span>
            </Cell>
            {take
                .map(|take| {
                    view! {
                        <Cell controls=true stacked=Stacked::End>
                            <div class="flex justify-end">{take}</div>
                        </Cell>
                    }
                })}
        </TableRow>
    }
}

fn name_cell(holder: Holder) -> AnyView {
    match holder {
        Holder::User { id, name, email, email_verified, kind } => {
            let (shown, seed) = (name.clone(), id.to_string());
            view! {
                <NameCell href=paths::user(id) name=shown detail=shown_address(&email, email_verified)>
                    <Avatar name seed />
                </NameCell>
                <ExternalBadge kind />
            }
            .into_any()
        }
        Holder::Project { name, title } => {
            let (shown, seed) = (title.clone(), name.to_string());
            view! {
                <NameCell href=paths::project(name.as_str()) name=shown detail=name.to_string() code=true>
                    <Avatar name=title seed shape=AvatarShape::Project />
                </NameCell>
            }
            .into_any()
        }
    }
}

fn take_form(holder: &Holder, budget: &BudgetRow, place: usize) -> impl IntoView + use<> {
    let (action, holder_field, who) = match holder {
        Holder::User { id, name, .. } => (TakeBudgetFromPerson::url(), ("person", id.to_string()), name.clone()),
        Holder::Project { name, title } => (TakeBudgetFromProject::url(), ("project", name.to_string()), title.clone()),
    };
    let id = format!("take-{place}");
    let target = id.clone();
    let fields = vec![holder_field, ("category", budget.category.key().to_owned())];
    let opener = move || {
        view! {
            <DialogButton target kind=ButtonKind::DangerQuiet size=ButtonSize::Small>
                "Take away"
            </DialogButton>
        }
    };
    view! {
        <ConfirmForm
            action
            fields
            id
            question=format!("Take {} away from {who}?", budget.name)
            consequence=format!("{who} then has no {} budget. The budget itself and everybody else it serves stay.", budget.category.title())
            verb="Take budget away"
            opener
        />
    }
}
