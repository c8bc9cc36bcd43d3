//! The report: what became of each user, by outcome.

use super::summary::{outcome_colour, outcome_icon};
use crate::paths;
use crate::ui::{
    Avatar, ButtonSize, Cell, EmptyKind, EmptyState, Header, Icon, IconSize, LinkButton, NameCell, Pager, Priority,
    RelativeTime, Stacked, SvgIcon, Tab, Table, TableBody, TableHead, TableRow, Tabs, Views as _, Width, absolute,
};
use domain::import::{ImportKind, ImportOverview, ImportRun, Outcome, ReportLine, ReportQuery, ReportTab};
use domain::page::Page;
use domain::text::sentence;
use leptos::prelude::*;
use time::OffsetDateTime;

/// What the report needs besides its rows.
pub(super) struct Shown<'a> {
    pub(super) overview: &'a ImportOverview,
    pub(super) run: &'a ImportRun,
    pub(super) query: &'a ReportQuery,
    pub(super) may_view_users: bool,
    pub(super) now: OffsetDateTime,
}

pub(super) fn report(shown: &Shown<'_>, page: &Page<ReportLine>) -> AnyView {
    let (kind, query) = (shown.run.progress.kind, shown.query);
    let (title, other, other_label) = match kind {
        ImportKind::Plan => ("Report of the plan", ImportKind::Apply, "Show the import"),
        ImportKind::Apply => ("Report of the import", ImportKind::Plan, "Show the plan"),
    };
    let other = shown.overview.of(other).is_some().then(|| {
        let href = paths::import_report(&ReportQuery { of: Some(other), ..ReportQuery::default() });
        view! {
            <LinkButton href size=ButtonSize::Small>
                {other_label}
            </LinkButton>
        }
    });
    let csv = paths::import_csv(&ReportQuery { of: Some(kind), tab: query.tab, ..ReportQuery::default() });
    let body = if page.rows.is_empty() { no_rows(query) } else { table(shown, page) };
    view! {
        <section id="report" aria-labelledby="report-heading" class="scroll-mt-16 pb-12">
            <div class="flex min-h-control-sm flex-wrap items-center gap-x-3 gap-y-1.5 px-gutter">
                <h2 id="report-heading" class="text-md font-semibold tracking-money">
                    {title}
                </h2>
                <p class="text-sm text-ink-2">{absolute(shown.run.progress.started_at)}</p>
                <div class="ms-auto flex items-center gap-1.5">
                    {other}
                    <LinkButton href=csv size=ButtonSize::Small icon=Icon::Download external=true>
                        "Download CSV"
                    </LinkButton>
                </div>
            </div>
            <Tabs label="Results" tabs=tabs(shown.run, query) />
            {body}
        </section>
    }
    .into_any()
}

/// All users, then each result that some user has.
fn tabs(run: &ImportRun, query: &ReportQuery) -> Vec<Tab> {
    let tab = |tab: Option<ReportTab>| {
        let counts = run.progress.counts;
        let query_of = ReportQuery { tab, cursor: None, ..query.clone() };
        Tab {
            label: tab.map_or("All", ReportTab::title).to_owned(),
            href: paths::import_report(&query_of),
            count: Some(i64::from(tab.map_or(counts.total(), |tab| tab.count(counts)))),
            is_current: query.tab == tab,
        }
    };
    let tabs = std::iter::once(None).chain(ReportTab::ALL.map(Some)).map(tab);
    tabs.filter(|tab| tab.is_current || tab.count != Some(0) || tab.label == "All").collect()
}

fn table(shown: &Shown<'_>, page: &Page<ReportLine>) -> AnyView {
    let rows = page.rows.iter().map(|line| row(line, shown)).views();
    let at = |cursor: &Option<_>| {
        let cursor = Some(cursor.clone()?);
        Some(paths::import_report(&ReportQuery { cursor, ..shown.query.clone() }))
    };
    let (previous, next) = (at(&page.previous), at(&page.next));
    let (size, keep) = (shown.query.size, shown.query.to_params());
    view! {
        <Table label="Report">
            <TableHead>
                <Header label="User" width=Width::Longer />
                <Header label="Result" width=Width::Medium />
                <Header label="Reason" />
                <Header label="Time" width=Width::Medium priority=Priority::P3 />
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
        <Pager previous next size action=paths::KEYCLOAK_IMPORT keep />
    }
    .into_any()
}

fn row(line: &ReportLine, shown: &Shown<'_>) -> AnyView {
    let ReportLine { row, user } = line;
    let user = user.filter(|_| shown.may_view_users).map(paths::user);
    // A conflict is about the user who is in the way, whose name stands in the reason.
    let (own, other) = if row.outcome == Outcome::Conflict { (None, user) } else { (user, None) };
    let name = if row.name.is_empty() { row.username.clone() } else { row.name.clone() };
    let detail = if row.address.is_empty() { row.username.clone() } else { row.address.clone() };
    let other = other.map(|href| {
        view! {
            " "
            <a href=href class="link">
                "Open the user"
            </a>
        }
    });
    let (seed, outcome, reason) = (row.subject.clone(), row.outcome, sentence(&row.detail));
    let (colour, at, now) = (outcome_colour(row.outcome), row.at, shown.now);
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href=own name=name.clone() detail>
                    <Avatar name seed />
                </NameCell>
            </Cell>
            <Cell>
                <span class=["inline-flex items-center gap-1.5 text-sm whitespace-nowrap", colour].join(" ")>
                    <SvgIcon icon=outcome_icon(outcome) size=IconSize::Small />
                    {outcome.title()}
                </span>
            </Cell>
            <Cell stacked=Stacked::Line class="text-sm wrap-anywhere">
                {reason}
                {other}
            </Cell>
            <Cell stacked=Stacked::Hidden priority=Priority::P3 class="num text-sm text-ink-2">
                <RelativeTime at now />
            </Cell>
        </TableRow>
    }
    .into_any()
}

fn no_rows(query: &ReportQuery) -> AnyView {
    let first = ReportQuery { cursor: None, tab: None, ..query.clone() };
    let actions = move || view! { <LinkButton href=paths::import_report(&first)>"Show all users"</LinkButton> };
    let (title, text) = match (query.tab, &query.cursor) {
        (_, Some(_)) => ("No users on this page any more", "The report has become shorter since the last page was read."),
        (Some(_), None) => ("No users with this result", "Other users may have another result."),
        (None, None) => return view! { <EmptyState kind=EmptyKind::Nothing(Icon::Users) title="No users yet" text="The first users appear here within seconds." /> }.into_any(),
    };
    view! { <EmptyState kind=EmptyKind::NoMatch title text actions /> }.into_any()
}
