//! A bar for each day, and the same as a table.

use super::words::{amount, short_day};
use crate::ui::{Icon, IconSize, SvgIcon, Views as _, category_fill};
use domain::budget::Category;
use domain::spending::{Bars, CategoryAmounts, DaySpend, Piece, Spending};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use std::collections::BTreeMap;
use time::Date;

pub(super) fn chart(data: &Spending) -> impl IntoView + use<> {
    let bars = Bars::new(data.days, data.today, &data.by_day);
    let lines =
        bars.scale.amounts().map(|line| view! { <span>{line.cents().trim_end_matches(".00").to_owned()}</span> });
    let lines = lines.views();
    let caption = caption(data);
    view! {
        <figure class="mt-3.5">
            <div class="grid grid-cols-[3.5rem_minmax(0,1fr)] grid-rows-[9.5rem_auto] gap-x-3 gap-y-1.5">
                <div class="num -my-2 flex flex-col justify-between text-end text-xs text-ink-2" aria-hidden="true">
                    {lines}
                </div>
                {InertElement::new(drawing(&bars, &summary(data)))}
                {InertElement::new(labels(&bars))}
            </div>
            {caption}
        </figure>
        {table(data)}
    }
}

/// The drawing as it is written: nothing of it changes.
fn drawing(bars: &Bars, summary: &str) -> String {
    let rect = |Piece { category, x, y, width, height }: &Piece| {
        let class = category_fill(*category);
        format!(r#"<rect class="{class}" x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}"></rect>"#)
    };
    let pieces: String = bars.pieces.iter().map(rect).collect();
    let (future_class, line, base) = FRAME;
    let future = bars.future.map_or_else(String::new, |left| {
        let width = 100.0 - left;
        format!(r#"<rect class="{future_class}" x="{left:.2}" y="0" width="{width:.2}" height="100"></rect>"#)
    });
    format!(
        r#"<svg class="{DRAWING}" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{summary}">{future}<path class="{line}" vector-effect="non-scaling-stroke" d="M0 .2H100M0 33.3H100M0 66.6H100"></path>{pieces}<path class="{base}" vector-effect="non-scaling-stroke" d="M0 100H100"></path></svg>"#
    )
}

/// Some of the days, below their bars.
fn labels(bars: &Bars) -> String {
    let label = |(day, middle): &(Date, f64)| {
        format!(r#"<text x="{middle:.2}%" y="12" text-anchor="middle">{}</text>"#, short_day(*day))
    };
    let labels: String = bars.labels.iter().map(label).collect();
    format!(r#"<svg class="{LABELS}" aria-hidden="true">{labels}</svg>"#)
}

const LABELS: &str = "col-start-2 h-4 w-full overflow-visible fill-ink-2 text-xs";
const DRAWING: &str = "size-full overflow-visible";
/// The days to come, the grid, and the line on which the bars stand.
const FRAME: (&str, &str, &str) = ("fill-track/35", "stroke-line", "stroke-line-2");

/// What the drawing shows, for readers: words and figures alone, none of which means anything in markup.
fn summary(data: &Spending) -> String {
    let total = data.amounts().total().cents();
    let highest = data.by_day.iter().max_by_key(|day| day.amounts.total());
    let highest = highest.map(|day| format!(", most of it on {}: {}", short_day(day.day), day.amounts.total().cents()));
    let days = data.elapsed().title();
    format!("Spend per day, {days}: {total} in all{}.", highest.unwrap_or_default())
}

/// What the grey part means, and what the month comes to.
fn caption(data: &Spending) -> Option<impl IntoView + use<>> {
    (data.today < data.days.to).then(|| {
        let forecast = data.forecast().map(|forecast| {
            let days = forecast.full_days;
            let (daily, month) = (forecast.daily.cents(), forecast.month.dollars());
            format!(". The {days} full days so far cost {daily} a day on average; at this rate the month costs about {month}")
        });
        view! {
            <figcaption class="mt-2.5 ps-17 text-xs text-ink-2 @max-p1:ps-0">
                {format!("Grey: days to come{}.", forecast.unwrap_or_default())}
            </figcaption>
        }
    })
}

/// Every day up to today.
fn table(data: &Spending) -> impl IntoView + use<> {
    let by_day: BTreeMap<Date, CategoryAmounts> =
        data.by_day.iter().map(|DaySpend { day, amounts }| (*day, *amounts)).collect();
    let row = |day: Date| {
        let amounts = by_day.get(&day).copied().unwrap_or_default();
        let cells = Category::ALL.map(|category| view! { <td class=FIGURE>{amount(amounts.of(category))}</td> });
        view! {
            <tr class="border-b border-line last:border-0">
                <th scope="row" class="h-8 pe-4 text-start font-normal whitespace-nowrap">
                    {short_day(day)}
                </th>
                {cells.into_iter().views()}
                <td class=[FIGURE, "pe-0 font-strong"].join(" ")>{amount(amounts.total())}</td>
            </tr>
        }
    };
    let heads = Category::ALL.map(|category| view! { <th scope="col" class=HEAD>{category.title()}</th> });
    let rows = data.elapsed().days().map(row).views();
    // Beside the caption, where there is room for both.
    let margin = if data.today < data.days.to { "mt-1.5 @p3:-mt-5" } else { "mt-1.5" };
    view! {
        <details class=["group/days ps-17 @max-p1:ps-0", margin].join(" ")>
            <summary class="ms-auto flex min-h-6 w-fit cursor-pointer list-none items-center gap-1.5 rounded-sm text-sm font-medium hover:underline">
                <span class="transition-transform group-open/days:rotate-90">
                    <SvgIcon icon=Icon::ChevronRight size=IconSize::Small />
                </span>
                "Show as table"
            </summary>
            <div role="region" aria-label="Spend per day as a table" tabindex="0" class="relative mt-2 max-h-96 overflow-auto print:max-h-none print:overflow-visible">
                <table class="w-full max-w-160 text-sm">
                    <caption class="sr-only">"Spend per day"</caption>
                    <thead>
                        <tr class="border-b border-line-2 text-xs text-ink-2">
                            <th scope="col" class="h-7 pe-4 text-start font-medium">
                                "Day"
                            </th>
                            {heads.into_iter().views()}
                            <th scope="col" class=[HEAD, "pe-0"].join(" ")>
                                "Total"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

const HEAD: &str = "pe-4 text-end font-medium";
const FIGURE: &str = "pe-4 text-end";
