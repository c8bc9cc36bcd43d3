//! How the platform is doing, what this month costs, and what comes next.

use super::{health, limits};
use crate::paths;
use crate::ui::{Fact, Facts, RailPart, Views as _, counted, is_within_a_day, upcoming};
use domain::overview::{Overview, ReachedLimits, Reset, RunsOut};
use domain::spending::{MonthSpend, SpendingQuery};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn rail(data: &Overview, now: OffsetDateTime) -> impl IntoView + use<> {
    let health = health::list(data, now);
    let (month, next) =
        (data.month.as_ref().map(month), data.limits.as_ref().and_then(|limits| coming_up(limits, now)));
    view! {
        <RailPart title="Health">{health}</RailPart>
        {month}
        {next}
    }
}

fn month(MonthSpend { spent, forecast, last_month }: &MonthSpend) -> impl IntoView + use<> {
    let (spent, last_month) = (spent.cents(), last_month.cents());
    let forecast = forecast.map_or_else(|| "Too early to tell".to_owned(), |forecast| forecast.month.dollars());
    let spending = paths::spending(&SpendingQuery::default());
    view! {
        <RailPart title="This month">
            <Facts>
                <Fact label="Spent">
                    <a href=spending class="inline-block min-h-6 rounded-sm underline underline-offset-[0.2em]">
                        {spent}
                    </a>
                </Fact>
                <Fact label="At this rate">{forecast}</Fact>
                <Fact label="Last month">{last_month}</Fact>
            </Facts>
        </RailPart>
    }
}

/// Budgets that run out, and when budgets over a limit reset; nothing where there are neither.
fn coming_up(limits: &ReachedLimits, now: OffsetDateTime) -> Option<impl IntoView + use<>> {
    let runs_out = |RunsOut { of, at }: &RunsOut| {
        let words = format!(" runs out of {}", of.budget.category.title());
        (*at, entry(upcoming(*at, now), view! { {limits::link(&of.holder)} {words} }))
    };
    let reset = |Reset { at, count }: &Reset| {
        let verb = match count {
            1 => "resets",
            // The time is that of the first of them.
            _ if is_within_a_day(*at, now) => "begin to reset",
            _ => "reset",
        };
        let least = if limits.is_exact { "" } else { "at least " };
        let words = format!("{least}{} at or over a limit {verb}", counted(*count, "budget window"));
        (*at, entry(upcoming(*at, now), words))
    };
    let mut entries: Vec<(OffsetDateTime, AnyView)> =
        limits.running_out.iter().map(runs_out).chain(limits.resets.iter().map(reset)).collect();
    entries.sort_by_key(|(at, _)| *at);
    (!entries.is_empty()).then(|| {
        view! {
            <RailPart title="Coming up">
                <dl class="grid text-sm">{entries.into_iter().map(|(_, entry)| entry).views()}</dl>
            </RailPart>
        }
    })
}

fn entry(date: impl IntoView + 'static, words: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="grid grid-cols-[6.75rem_minmax(0,1fr)] items-baseline gap-3 py-1.25">
            <dt class="num text-ink-2">{date}</dt>
            <dd class="min-w-0 wrap-anywhere">{words}</dd>
        </div>
    }
    .into_any()
}
