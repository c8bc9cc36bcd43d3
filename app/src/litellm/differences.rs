//! What differs in LiteLLM, and what a push makes of it.

use crate::ui::{
    Badge, BadgeKind, Cell, EmptyKind, EmptyState, Header, Icon, Stacked, Table, TableBody, TableFit, TableHead,
    TableRow, Views as _, Width,
};
use domain::figures::grouped;
use domain::litellm::{Comparison, Difference, FieldDifference, MAX_DIFFERENCES, Push};
use leptos::prelude::*;

/// The differences as a table, or that there are none.
pub(super) fn table(comparison: Comparison) -> AnyView {
    let count = comparison.count();
    if count == 0 {
        return view! {
            <EmptyState
                kind=EmptyKind::Nothing(Icon::CircleCheck)
                title="Nothing differs"
                text="Budgets and customers in LiteLLM are as they are in Bursar."
            />
        }
        .into_any();
    }
    let more = (count > MAX_DIFFERENCES).then(|| {
        let rest = grouped(&(count - MAX_DIFFERENCES).to_string());
        view! { <p class="pt-3 text-sm text-ink-2">{rest} " more are not listed."</p> }
    });
    let rows = comparison.differences.into_iter().map(row).views();
    view! {
        <Table label="Differences" fit=TableFit::Section>
            <TableHead>
                <Header label="Object" />
                <Header label="A push" width=Width::Medium />
                <Header label="In LiteLLM" width=Width::Longer />
                <Header label="In Bursar" width=Width::Longer />
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
        {more}
    }
    .into_any()
}

fn row(difference: Difference) -> impl IntoView {
    let Difference { kind, id, title, push, is_waiting } = difference;
    let is_new = matches!(push, Push::Create(_));
    let there = if is_new {
        view! { <span class="text-ink-2">"Not there"</span> }.into_any()
    } else {
        values(push.fields(), |field| field.there.clone())
    };
    let here = values(push.fields(), |field| field.here.clone());
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <div class="grid min-w-0 gap-0.5 py-1.5 whitespace-normal">
                    <p class="font-strong wrap-anywhere">{title}</p>
                    <p class="text-xs text-ink-2 wrap-anywhere">
                        {kind.title()} " " <code class="font-mono tracking-none">{id}</code>
                    </p>
                </div>
            </Cell>
            <Cell>{action(is_new, is_waiting)}</Cell>
            <Cell label="In LiteLLM" stacked=Stacked::Line>
                {there}
            </Cell>
            <Cell label="In Bursar" stacked=Stacked::Line>
                {here}
            </Cell>
        </TableRow>
    }
}

fn action(is_new: bool, is_waiting: bool) -> AnyView {
    match (is_waiting, is_new) {
        (true, _) => view! { <Badge kind=BadgeKind::Info icon=Icon::RefreshCw>"Under way"</Badge> }.into_any(),
        (false, true) => view! { <Badge kind=BadgeKind::Outline icon=Icon::Plus>"Creates it"</Badge> }.into_any(),
        (false, false) => view! { <Badge kind=BadgeKind::Outline icon=Icon::Pencil>"Changes it"</Badge> }.into_any(),
    }
}

fn values(fields: &[FieldDifference], value: impl Fn(&FieldDifference) -> Option<String>) -> AnyView {
    let lines = fields
        .iter()
        .map(|field| {
            let (name, value) = (field.field.clone(), value(field).unwrap_or_else(|| "None".to_owned()));
            view! {
                <div class="flex min-w-0 gap-1.5">
                    <dt class="shrink-0 text-ink-2">{name}</dt>
                    <dd class="num min-w-0 wrap-anywhere">{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="grid gap-0.5 py-1.5 text-sm whitespace-normal">{lines}</dl> }.into_any()
}
