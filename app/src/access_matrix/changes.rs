//! What changed between two snapshots.

use crate::paths;
use crate::ui::{
    Badge, BadgeKind, Banner, BannerKind, BareSelect, Button, Cell, Choice, Header, Section, Stacked, Table, TableBody,
    TableFit, TableHead, TableRow, Views as _, Width, absolute,
};
use domain::access_snapshot::{ChangeKind, Comparison, GrantChange, SnapshotRow, SnapshotState, Snapshots};
use leptos::prelude::*;

pub(super) fn changes(snapshots: &Snapshots) -> impl IntoView + use<> {
    let content = match &snapshots.comparison {
        Some(comparison) => view! { {partial(comparison).views()} {list(comparison)} }.into_any(),
        None => view! {
            <p data-result class="text-sm text-ink-2">"Two different snapshots are needed to see what changed."</p>
        }
        .into_any(),
    };
    let form = form(snapshots);
    view! {
        <Section id="changes" title="Changes">
            {form}
            {content}
        </Section>
    }
}

/// Chooses the two snapshots; nothing where there is none to choose.
fn form(snapshots: &Snapshots) -> Option<impl IntoView + use<>> {
    let title = |row: &SnapshotRow| format!("{} (number {})", absolute(row.at), row.number);
    let stored = snapshots.rows.iter().filter(|row| row.state.is_stored());
    let options: Vec<Choice> = stored.map(|row| Choice::new(row.number.to_string(), title(row))).collect();
    if options.len() < 2 {
        return None;
    }
    let number = |row: &SnapshotRow| row.number.to_string();
    let compared = snapshots.comparison.as_ref();
    let from = compared.map(|pair| number(&pair.from)).unwrap_or_default();
    let to = compared.map(|pair| number(&pair.to)).unwrap_or_default();
    Some(view! {
        <form method="get" action=paths::ACCESS_SNAPSHOTS aria-label="Compare" class="mb-3 flex flex-wrap items-center gap-2 text-sm print:hidden">
            <span aria-hidden="true">"From"</span>
            <BareSelect name="from" label="From snapshot" options=options.clone() selected=from edged=true />
            <span aria-hidden="true">"to"</span>
            <BareSelect name="to" label="To snapshot" options selected=to edged=true />
            <Button submit=true>"Compare"</Button>
        </form>
    })
}

/// What a snapshot lacks looks like a change.
fn partial(comparison: &Comparison) -> Option<impl IntoView + use<>> {
    let is_partial = |row: &SnapshotRow| row.state == SnapshotState::Partial;
    let fact = match (is_partial(&comparison.from), is_partial(&comparison.to)) {
        (false, false) => return None,
        (true, false) => "The earlier snapshot is partial.",
        (false, true) => "The later snapshot is partial.",
        (true, true) => "Both snapshots are partial.",
    };
    Some(view! {
        <Banner kind=BannerKind::Warn fact>
            "Grants that could not be read then may be listed here as gained or lost."
        </Banner>
    })
}

fn list(comparison: &Comparison) -> AnyView {
    if comparison.changes.is_empty() {
        return view! { <p data-result class="text-sm text-ink-2">"No role was gained or lost between these snapshots."</p> }
            .into_any();
    }
    let more = comparison.has_more.then(|| {
        let text = format!("Only the first {} changes are shown.", comparison.changes.len());
        view! { <p class="mt-3 text-sm text-ink-2">{text}</p> }
    });
    let rows = comparison.changes.iter().map(row).views();
    view! {
        <Table label="Changes" fit=TableFit::Section>
            <TableHead>
                <Header label="User" width=Width::Long />
                <Header label="Change" width=Width::Medium />
                <Header label="Role" width=Width::Long />
                <Header label="Path" />
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
        {more}
    }
    .into_any()
}

fn row(change: &GrantChange) -> impl IntoView + use<> {
    let GrantChange { username, role, path, kind } = change.clone();
    let title = kind.title();
    let kind = match kind {
        ChangeKind::Gained => BadgeKind::Warn,
        ChangeKind::Lost => BadgeKind::Info,
        ChangeKind::PathAdded | ChangeKind::PathRemoved => BadgeKind::Outline,
    };
    view! {
        <TableRow>
            <Cell class="font-strong">{username}</Cell>
            <Cell stacked=Stacked::End>
                <Badge kind>{title}</Badge>
            </Cell>
            <Cell class="font-mono text-xs tracking-none">{role}</Cell>
            <Cell stacked=Stacked::Line class="text-sm whitespace-normal! wrap-anywhere">
                {path}
            </Cell>
        </TableRow>
    }
}
