//! What all holders of a budget spend: this window, and the windows that ended.

use super::assignments::name_cell;
use crate::ui::{
    Cell, Day, Header, Icon, Section, Stacked, Stat, Stats, Table, TableBody, TableFit, TableHead, TableRow, UsageCell,
    Width, counted, keyed,
};
use domain::budget::{BudgetRow, BudgetTotals, PastWindow, Usage};
use domain::count::MAX_EXACT_COUNT;
use domain::figures::grouped;
use domain::money::Money;
use leptos::prelude::*;

/// How much is spent, and by how many holders more than a limit; nothing for a budget that is not assigned.
pub(super) fn this_window(budget: &BudgetRow, totals: Option<BudgetTotals>) -> Option<AnyView> {
    let holders = budget.user_count + budget.project_count;
    if holders == 0 {
        return None;
    }
    let body = match totals {
        Some(totals) => figures(totals, holders).into_any(),
        None => {
            let most = grouped(&MAX_EXACT_COUNT.to_string());
            let words = format!(
                "The spend of more than {most} users or projects is not summed up here. It is shown for each of them."
            );
            view! { <p class="text-sm text-ink-2">{words}</p> }.into_any()
        }
    };
    let section = view! {
        <Section id="spend" title="Spend" side=|| "In the current window of each user and project">
            {body}
        </Section>
    };
    Some(section.into_any())
}

fn figures(totals: BudgetTotals, holders: i64) -> impl IntoView {
    let BudgetTotals { spent, over_soft, over_hard } = totals;
    let is_over = over_hard > 0;
    let of = format!("of {}", counted(holders, "holder"));
    let of_all = of.clone();
    view! {
        <Stats>
            <Stat icon=Icon::Wallet label="Spent" context=|| "by all holders together">
                <span class="money" title=spent.exact()>
                    {spent.cents()}
                </span>
            </Stat>
            <Stat icon=Icon::TriangleAlert label="Over soft limit" context=move || of>
                {over_soft.to_string()}
            </Stat>
            <Stat icon=Icon::OctagonAlert label="At hard limit" is_wrong=is_over context=move || of_all>
                {over_hard.to_string()}
            </Stat>
        </Stats>
    }
}

/// The windows that ended last; nothing before the first one ended.
pub(super) fn past_windows(windows: Vec<PastWindow>) -> Option<AnyView> {
    if windows.is_empty() {
        return None;
    }
    let rows = keyed(windows.into_iter().enumerate().map(|(place, window)| (place.to_string(), row(window))));
    let section = view! {
        <Section id="past-windows" title="Past windows" side=|| "Those that ended last, with the limits of their time">
            <Table label="Past windows" fit=TableFit::Section>
                <TableHead>
                    <Header label="User or project" />
                    <Header label="Spent of limit" figures=true width=Width::Medium />
                    <Header label="Start" width=Width::Medium />
                    <Header label="End" width=Width::Medium />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        </Section>
    };
    Some(section.into_any())
}

fn row(window: PastWindow) -> impl IntoView {
    let PastWindow { holder, starts_at, ends_at, limits, spent } = window;
    let usage = Usage { limits, spent, reserved: Money::default(), starts_at, resets_at: ends_at };
    let name = match holder {
        Some(holder) => name_cell(holder),
        None => view! { <span class="text-sm text-ink-2">"Deleted user or project"</span> }.into_any(),
    };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>{name}</Cell>
            <Cell label="Spent of limit" figures=true>
                <UsageCell usage=Some(usage) />
            </Cell>
            <Cell label="Start" class="num text-sm">
                <Day at=starts_at />
            </Cell>
            <Cell label="End" class="num text-sm">
                <Day at=ends_at />
            </Cell>
        </TableRow>
    }
}
