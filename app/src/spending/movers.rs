//! The rows that changed most.

use super::breakdown::{key, picture, within};
use crate::ui::keyed;
use domain::spending::{SpendRow, Spending, SpendingQuery};
use leptos::prelude::*;

pub(super) fn movers(data: &Spending, query: &SpendingQuery) -> Option<AnyView> {
    let against = format!("Against {}", data.days.previous(data.today).title());
    let rows = data.movers.iter().map(|row| (key(&row.spender), mover(row, query)));
    (data.has_previous() && !data.movers.is_empty()).then(|| {
        view! {
            <aside aria-labelledby="movers" class="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-2 ps-6 pe-gutter pt-2 pb-9 @max-p4:ps-gutter">
                <h2 id="movers" class="text-md font-semibold tracking-money">
                    "Top movers"
                </h2>
                <p class="text-sm text-ink-2">{against}</p>
                <ul class="divide-y divide-line">{keyed(rows)}</ul>
            </aside>
        }
        .into_any()
    })
}

fn mover(row: &SpendRow, query: &SpendingQuery) -> AnyView {
    let (title, change) = (row.spender.title(), row.change().change());
    let words = format!("{} to {}", row.previous.cents(), row.amount.cents());
    let name = match within(&row.spender, query) {
        Some(href) => view! {
            <a href=href class="block truncate rounded-sm font-strong hover:underline" title=title.clone()>
                {title.clone()}
            </a>
        }
        .into_any(),
        None => view! { <span class="block truncate font-strong">{title}</span> }.into_any(),
    };
    view! {
        <li class="flex min-h-row items-center gap-2.5 py-1.5 text-sm">
            {picture(&row.spender)} <span class="min-w-0 flex-auto">{name} <span class="money block text-xs text-ink-2">{words}</span></span>
            <span class="money font-strong">{change}</span>
        </li>
    }
    .into_any()
}
