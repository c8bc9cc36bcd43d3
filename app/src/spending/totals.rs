//! What was spent in all and by category, beside the days before.

use super::words::amount;
use crate::ui::{Views as _, category_ground};
use domain::budget::Category;
use domain::money::NetAmount;
use domain::spending::Spending;
use leptos::prelude::*;

pub(super) fn totals(data: &Spending) -> impl IntoView + use<> {
    let (amounts, previous) = (data.amounts(), data.previous);
    let (total, has_previous) = (amounts.total(), data.has_previous());
    let category = move |category: Category| {
        let change = amounts.of(category) - previous.of(category);
        view! {
            <div class="grid min-w-0 content-end gap-0.5">
                <dt class="flex items-center gap-1.5 text-sm text-ink-2">
                    <span class=["size-2.5 flex-none rounded-[2px]", category_ground(category)].join(" ") aria-hidden="true"></span>
                    {category.title()}
                </dt>
                <dd class="text-xl font-semibold @max-p1:text-md">{amount(amounts.of(category))}</dd>
                {has_previous.then(|| view! { <dd class="text-xs text-ink-2 @max-p1:hidden">{compared(change)}</dd> })}
            </div>
        }
    };
    view! {
        <div class="flex flex-wrap items-start gap-x-12 gap-y-4">
            <div class="grid gap-0.5">
                <h2 id="spent" class="text-sm text-ink-2">
                    {format!("Spent {}", data.days.in_words())}
                </h2>
                <div class="text-2xl font-semibold">{amount(total)}</div>
                <p class="text-xs text-ink-2">{context(data, total)}</p>
            </div>
            <dl class="ms-auto grid grid-cols-[repeat(3,auto)] gap-x-8 gap-y-2 @max-p1:ms-0 @max-p1:w-full @max-p1:gap-x-4">
                {Category::ALL.map(category).into_iter().views()}
            </dl>
        </div>
    }
}

fn compared(change: NetAmount) -> String {
    if change.is_zero() { "no change".to_owned() } else { format!("{} against the days before", change.change()) }
}

/// "17 of 30 days, $4,906.11 more than from 1 to 17 October 2026".
fn context(data: &Spending, total: NetAmount) -> String {
    let (days, elapsed) = (data.days, data.elapsed());
    let previous = days.previous(data.today).in_words();
    let change = total - data.previous.total();
    let compared = if !data.has_previous() {
        format!("nothing was spent {previous}")
    } else if change.is_zero() {
        format!("as much as {previous}")
    } else {
        let word = if change > NetAmount::ZERO { "more" } else { "less" };
        format!("{} {word} than {previous}", change.abs().cents())
    };
    match elapsed == days {
        true => sentence(compared),
        false => format!("{} of {} days, {compared}", elapsed.count(), days.count()),
    }
}

fn sentence(words: String) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
