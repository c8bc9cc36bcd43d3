//! The users and projects that a budget is assigned to.

use super::assigned_words::assigned_words;
use super::unassign::{UnassignFrom, unassign_form};
use crate::paths;
use crate::ui::{
    Avatar, AvatarShape, Cell, ExternalBadge, Header, NameCell, RelativeTime, Section, Stacked, Table, TableBody,
    TableFit, TableHead, TableRow, UsageCell, Views, Width, keyed, shown_address,
};
use domain::budget::{BudgetAssignment, BudgetDetail, BudgetRow, Holder};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn assignments(detail: BudgetDetail, may_manage: bool, now: OffsetDateTime) -> impl IntoView {
    let BudgetDetail { budget, assignments, .. } = detail;
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

/// The holders of a budget; each can be unassigned where `budget` is given.
pub(super) fn table(
    assignments: Vec<BudgetAssignment>,
    budget: Option<&BudgetRow>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let rows = keyed(assignments.into_iter().map(|assignment| {
        let key = key(&assignment.holder);
        (key.clone(), row(assignment, budget, &key, now))
    }));
    let unassign = budget.map(|_| view! { <Header label="Unassign" is_hidden=true width=Width::Short /> }).views();
    view! {
        <Table label="Assignments" fit=TableFit::Section>
            <TableHead>
                <Header label="User or project" />
                <Header label="Spent of limit" figures=true width=Width::Medium />
                <Header label="Next reset" width=Width::Short />
                <Header label="Since" width=Width::Short />
                <Header label="Assigned by" width=Width::Medium />
                {unassign}
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
}

fn key(holder: &Holder) -> String {
    match holder {
        Holder::User { id, .. } => id.to_string(),
        Holder::Project { name, .. } => name.to_string(),
    }
}

fn row(
    assignment: BudgetAssignment,
    budget: Option<&BudgetRow>,
    key: &str,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let BudgetAssignment { holder, usage, assigned_by, since } = assignment;
    let resets_at = usage.resets_at;
    let unassign = budget.map(|budget| {
        let (from, name) = match &holder {
            Holder::User { id, name, .. } => (UnassignFrom::User(*id), name),
            Holder::Project { name, title } => (UnassignFrom::Project(name), title),
        };
        unassign_form(key, &budget.name, budget.category, from, name)
    });
    let assigned_by = assigned_by.unwrap_or_else(|| "–".to_owned());
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>{name_cell(holder)}</Cell>
            <Cell label="Spent of limit" figures=true>
                <UsageCell usage=Some(usage) />
            </Cell>
            <Cell label="Next reset" class="num text-sm">
                <RelativeTime at=resets_at now />
            </Cell>
            <Cell label="Since" class="num text-sm">
                <RelativeTime at=since now />
            </Cell>
            <Cell stacked=Stacked::Hidden>
                <span class="block truncate text-sm text-ink-2">{assigned_by}</span>
            </Cell>
            {unassign
                .map(|unassign| {
                    view! {
                        <Cell controls=true stacked=Stacked::End>
                            <div class="flex justify-end">{unassign}</div>
                        </Cell>
                    }
                })}
        </TableRow>
    }
}

pub(super) fn name_cell(holder: Holder) -> AnyView {
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
