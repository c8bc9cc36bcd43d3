//! Spend by project, user, category or model, with shares.

use super::words::amount;
use crate::paths;
use crate::ui::{
    Avatar, AvatarShape, Cell, Header, Icon, NameCell, Pager, Priority, Stacked, Tab, Table, TableBody, TableHead,
    TableRow, Tabs, Tile, Width, category_icon, keyed, shown_address,
};
use domain::figures::grouped;
use domain::money::NetAmount;
use domain::spending::{Breakdown, SpendRow, Spender, Spending, SpendingQuery};
use leptos::prelude::*;

pub(super) fn tabs(query: &SpendingQuery) -> AnyView {
    let tab = |by: Breakdown| Tab {
        label: format!("By {}", by.key()),
        href: paths::spending(&SpendingQuery { by, ..query.from_first() }),
        count: None,
        is_current: by == query.by,
    };
    view! { <Tabs label="Breakdown" tabs=Breakdown::ALL.map(tab).into() /> }.into_any()
}

pub(super) fn table(data: &Spending, query: &SpendingQuery) -> AnyView {
    let total = data.amounts().total();
    let largest = data.rows.rows.iter().map(|row| row.amount).max().unwrap_or_default();
    let shares = Shares { has_previous: data.has_previous(), total, largest };
    let rows = data.rows.rows.iter().map(|row| (key(&row.spender), row_view(row, query, shares)));
    let others = data.other_rows().map(|(count, amount)| {
        let noun = match query.by {
            Breakdown::Category => "categories",
            Breakdown::Project => "projects",
            Breakdown::User => "users",
            Breakdown::Model => "models",
        };
        let words = format!("{} other {noun} on other pages", grouped(&count.to_string()));
        sum_row(&words, amount, None, shares)
    });
    let at = |cursor: &Option<_>| {
        let cursor = Some(cursor.clone()?);
        Some(paths::spending(&SpendingQuery { cursor, ..query.clone() }))
    };
    let pager = (data.rows.previous.is_some() || data.rows.next.is_some()).then(|| {
        let (previous, next, size) = (at(&data.rows.previous), at(&data.rows.next), query.size);
        view! { <Pager previous next size action=paths::SPENDING keep=query.to_params() /> }
    });
    let (rows, all) = (keyed(rows), sum_row("Total", total, Some(data.previous.total()), shares));
    let has_previous = data.has_previous();
    let (label, heading) = (format!("Spend by {}", query.by.key()), query.by.title());
    view! {
        <div class="min-w-0 pb-9">
            <Table label>
                <TableHead>
                    <Header label=heading />
                    <Header label="Share" figures=true width=Width::Long />
                    <Header label="Spent" figures=true width=Width::Medium />
                    {has_previous
                        .then(|| {
                            view! {
                                <Header label="Days before" figures=true width=Width::Medium priority=Priority::P2 />
                                <Header label="Change" figures=true width=Width::Medium priority=Priority::P3 />
                            }
                        })}
                </TableHead>
                <TableBody>{rows} {others} {all}</TableBody>
            </Table>
            {pager}
        </div>
    }
    .into_any()
}

/// What the bars of shares are drawn from, and whether there are days to compare with.
#[derive(Clone, Copy)]
struct Shares {
    has_previous: bool,
    total: NetAmount,
    largest: NetAmount,
}

fn row_view(row: &SpendRow, query: &SpendingQuery, shares: Shares) -> AnyView {
    let (name, href) = (row.spender.title(), within(&row.spender, query));
    let detail = match &row.spender {
        Spender::User { email, email_verified, .. } => Some(shown_address(email, *email_verified)),
        Spender::Project { is_open: false, .. } => Some(format!("{}, deleted", row.spender.detail())),
        Spender::Project { .. } => Some(row.spender.detail()),
        _ => None,
    };
    let code = matches!(row.spender, Spender::Project { is_open: true, .. });
    let picture = picture(&row.spender);
    let (spent, previous, change) = (row.amount, row.previous, row.change().change());
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name detail code>
                    {picture}
                </NameCell>
            </Cell>
            <Cell figures=true>{share(spent, shares)}</Cell>
            <Cell figures=true stacked=Stacked::End class="text-base font-strong">
                {amount(spent)}
            </Cell>
            {shares
                .has_previous
                .then(|| {
                    view! {
                        <Cell figures=true stacked=Stacked::Hidden priority=Priority::P2 class="text-sm text-ink-2">
                            {amount(previous)}
                        </Cell>
                        <Cell figures=true stacked=Stacked::Hidden priority=Priority::P3 class="text-sm">
                            <span class="money">{change}</span>
                        </Cell>
                    }
                })}
        </TableRow>
    }
    .into_any()
}

/// The rows of other pages, or all of them: only the total knows the days before.
fn sum_row(words: &str, sum: NetAmount, previous: Option<NetAmount>, shares: Shares) -> AnyView {
    let is_total = previous.is_some();
    let (words, weight) = (words.to_owned(), if is_total { "font-strong" } else { "text-ink-2" });
    let share = if is_total && !sum.is_zero() { view! { "100 %" }.into_any() } else { share(sum, shares) };
    let change = previous.map(|previous| (sum - previous).change());
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <span class=weight>{words}</span>
            </Cell>
            <Cell figures=true class="text-sm">
                {share}
            </Cell>
            <Cell figures=true stacked=Stacked::End class="text-base font-strong">
                {amount(sum)}
            </Cell>
            {shares
                .has_previous
                .then(|| {
                    view! {
                        <Cell figures=true stacked=Stacked::Hidden priority=Priority::P2 class="text-sm text-ink-2">
                            {previous.map(amount)}
                        </Cell>
                        <Cell figures=true stacked=Stacked::Hidden priority=Priority::P3 class="text-sm">
                            <span class="money">{change}</span>
                        </Cell>
                    }
                })}
        </TableRow>
    }
    .into_any()
}

/// A bar against the largest row, and the share of the whole in percent.
fn share(amount: NetAmount, shares: Shares) -> AnyView {
    let width = amount.width_of(shares.largest);
    let words = amount.share_of(shares.total).unwrap_or_else(|| "\u{2013}".to_owned());
    view! {
        <span class="flex items-center justify-end gap-3 text-sm @max-p1:justify-start">
            <svg class="hidden h-1.5 w-22 flex-none @p2:block @max-p1:block" aria-hidden="true">
                <rect class="fill-meter" width=width height="6" rx="3"></rect>
            </svg>
            <span class="min-w-13 whitespace-nowrap">{words}</span>
        </span>
    }
    .into_any()
}

pub(super) fn picture(spender: &Spender) -> AnyView {
    match spender {
        Spender::Project { id, title, .. } => {
            view! { <Avatar name=title.clone() seed=id.to_string() shape=AvatarShape::Project /> }.into_any()
        }
        Spender::User { id, name, .. } => view! { <Avatar name=name.clone() seed=id.to_string() /> }.into_any(),
        Spender::PersonalProjects | Spender::NoUser | Spender::DeletedUser(_) => {
            view! { <Tile icon=Icon::User /> }.into_any()
        }
        Spender::DeletedProject(_) | Spender::NoProject => view! { <Tile icon=Icon::Folder /> }.into_any(),
        Spender::Category(category) => view! { <Tile icon=category_icon(*category) /> }.into_any(),
        Spender::Model(model) => {
            view! { <Avatar name=model.clone() seed=model.clone() shape=AvatarShape::Project /> }.into_any()
        }
        Spender::NoModel => view! { <Tile icon=Icon::Minus /> }.into_any(),
    }
}

/// The page about this row alone, divided in another way.
pub(super) fn within(spender: &Spender, query: &SpendingQuery) -> Option<String> {
    let from = query.from_first();
    let query = match spender {
        Spender::Project { name, is_open: true, .. } => {
            SpendingQuery { project: Some(name.clone()), by: Breakdown::User, ..from }
        }
        Spender::User { id, .. } => SpendingQuery { user: Some(*id), by: Breakdown::Project, ..from },
        Spender::Category(category) => SpendingQuery { category: Some(*category), by: Breakdown::Project, ..from },
        _ => return None,
    };
    Some(paths::spending(&query))
}

/// What tells a row from the others.
pub(super) fn key(spender: &Spender) -> String {
    format!("{} {}", spender.title(), spender.detail())
}
