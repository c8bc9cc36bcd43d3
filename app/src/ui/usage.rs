//! What is spent of a budget: figures, a meter that ends at the hard limit, and words that say the same.

use super::badge::{Badge, BadgeKind};
use super::icon::{Icon, IconSize, SvgIcon, markup};
use domain::budget::{Usage, UsageLevel};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// `$1,702.64 of $2,000.00`, for cards and facts. The exact amount is in the tooltip.
#[component]
pub fn UsageFigures(
    /// Spent of the limits.
    usage: Usage,
) -> impl IntoView {
    view! {
        <p title=exact(&usage)>
            <span class="money text-xl font-semibold">{usage.spent.cents()}</span>
            <span class="ms-1.5 text-sm text-ink-2">"of " <span class="money">{usage.limits.hard().cents()}</span></span>
        </p>
    }
}

/// How thick a meter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterSize {
    /// 8 px, on a card.
    Card,
    /// 6 px, on a line of its own.
    Line,
}

/// From zero to the hard limit, with a mark at the soft limit.
#[component]
pub fn UsageMeter(
    /// Spent of the limits.
    usage: Usage,
    /// What is measured, for screen readers.
    #[prop(into)]
    label: String,
    /// How thick it is.
    size: MeterSize,
) -> impl IntoView {
    let (height, class) = match size {
        MeterSize::Card => (8, "relative block h-2"),
        MeterSize::Line => (6, "relative block h-1.5"),
    };
    let Usage { limits, spent, .. } = usage;
    view! {
        <span
            role="meter"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax=limits.hard().typed()
            aria-valuenow=spent.min(limits.hard()).typed()
            aria-valuetext=format!("{} of {}{}", spent.cents(), limits.hard().cents(), state_after(usage.level()))
            title=exact(&usage)
            class=class
        >
            {InertElement::new(bar(&usage, height))}
        </span>
    }
}

/// The limit that is reached, as a badge; nothing below the soft limit.
#[component]
pub fn UsageBadge(
    /// Which limit the spend has reached.
    level: UsageLevel,
) -> impl IntoView {
    let (kind, icon) = match level {
        UsageLevel::Below => return None,
        UsageLevel::OverSoft => (BadgeKind::Warn, Icon::TriangleAlert),
        UsageLevel::OverHard => (BadgeKind::Danger, Icon::OctagonAlert),
    };
    Some(view! {
        <Badge kind icon>
            {level.title()}
        </Badge>
    })
}

/// What follows from the limit that is reached, as a sentence; nothing below the soft limit.
#[component]
pub fn UsageConsequence(
    /// Spent of the limits.
    usage: Usage,
) -> impl IntoView {
    let (icon, colour, words) = match usage.level() {
        UsageLevel::Below => return None,
        UsageLevel::OverSoft => {
            let words = format!("Over the soft limit. Calls stop at {}.", usage.limits.hard().cents());
            (Icon::TriangleAlert, "text-warn-ink", words)
        }
        UsageLevel::OverHard => {
            (Icon::OctagonAlert, "text-danger-ink", "At the hard limit. Calls are refused until the reset.".to_owned())
        }
    };
    Some(view! {
        <p class=["flex items-center gap-1.5 text-sm font-medium", colour].join(" ")>
            <SvgIcon icon size=IconSize::Small />
            {words}
        </p>
    })
}

/// `412 / 1,000` over a thin meter, for the cells of lists; a dash without a budget.
#[component]
pub fn UsageCell(
    /// Spent of the limits.
    usage: Option<Usage>,
) -> impl IntoView {
    // As it is written: every row of a list has three, and their words are ours.
    InertElement::new(usage.map_or_else(
        || r#"<span class="text-ink-2">–</span>"#.to_owned(),
        |usage| {
            let (exact, bar, state) = (exact(&usage), bar(&usage, 3), state_after(usage.level()));
            let (colour, icon) = match usage.level() {
                UsageLevel::Below => ("", String::new()),
                UsageLevel::OverSoft => ("text-warn-ink [&>svg]:text-warn-ink", markup(Icon::TriangleAlert, IconSize::Tiny)),
                UsageLevel::OverHard => ("text-danger-ink [&>svg]:text-danger-ink", markup(Icon::OctagonAlert, IconSize::Tiny)),
            };
            let [spent, hard] = [usage.spent, usage.limits.hard()].map(|amount| amount.dollars().replace('<', "&lt;"));
            format!(
                r#"<span class="grid grid-cols-[minmax(0,1fr)] gap-1" title="{exact}"><span class="inline-flex items-center justify-end gap-1 text-sm whitespace-nowrap @max-p1:justify-start">{icon}<span class="money font-strong {colour}">{spent}</span><span class="money text-ink-2">/ {hard}</span><span class="sr-only">{state}</span></span><span class="relative block h-0.75" aria-hidden="true">{bar}</span></span>"#
            )
        },
    ))
}

/// `$1,702.6400001 of $2,000.00`
fn exact(usage: &Usage) -> String {
    format!("{} of {}", usage.spent.exact(), usage.limits.hard().exact())
}

/// What a screen reader hears after the amounts.
fn state_after(level: UsageLevel) -> String {
    match level {
        UsageLevel::Below => String::new(),
        level => format!(", {}", level.title().to_lowercase()),
    }
}

/// The meter as a drawing, because the policy of pages forbids inline styles. The mark stands out above and below.
fn bar(usage: &Usage, height: u8) -> String {
    let (fill, [spent, soft]) = (fill(usage.level()), [usage.spent, usage.limits.soft()]);
    let (inset, mark, top) = if height > 3 { (3, 2, "-top-0.75") } else { (1, 1, "-top-px") };
    let (total, radius) = (height + 2 * inset, f32::from(height) / 2.0);
    let spent = match usage.permille(spent) {
        // Some spend is never invisible.
        0..5 if !spent.is_zero() => "2".to_owned(),
        permille => percent(permille),
    };
    let soft = usage.permille(soft);
    // Within the track also at its end.
    let (soft, shift) = (percent(soft), soft * mark / 1000);
    format!(
        r#"<svg class="absolute inset-x-0 w-full overflow-visible {top}" height="{total}" aria-hidden="true"><rect y="{inset}" width="100%" height="{height}" rx="{radius}" class="{TRACK}"/><rect y="{inset}" width="{spent}" height="{height}" rx="{radius}" class="{fill}"/><rect x="{soft}" width="{mark}" height="{total}" transform="translate(-{shift})" class="{MARK}"/></svg>"#
    )
}

const fn fill(level: UsageLevel) -> &'static str {
    match level {
        UsageLevel::Below => "fill-meter",
        UsageLevel::OverSoft => "fill-warn",
        UsageLevel::OverHard => "fill-danger",
    }
}

/// What is left of the limit.
const TRACK: &str = "fill-track";

/// The soft limit, with an edge of paper around it.
const MARK: &str = "fill-ink stroke-paper stroke-[1.5] [paint-order:stroke]";

/// In the spelling of an attribute.
fn percent(permille: u32) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use domain::budget::Limits;
    use domain::money::Money;
    use time::macros::datetime;

    fn usage(spent: &str, soft: &str, hard: &str) -> Usage {
        let money = |raw: &str| Money::parse(raw).expect("an amount");
        let (starts_at, resets_at) = (datetime!(2026-11-01 00:00 UTC), datetime!(2026-12-01 00:00 UTC));
        let limits = Limits::new(money(soft), money(hard)).expect("limits");
        Usage { limits, spent: money(spent), reserved: Money::default(), starts_at, resets_at }
    }

    #[test]
    fn meter_is_never_full_below_the_limit_and_never_empty_above_zero() {
        for (spent, width) in [
            ("0", r#"width="0.0%""#),
            ("0.000000001", r#"width="2""#),
            ("1702.64", r#"width="85.1%""#),
            ("1999.999999999", r#"width="99.9%""#),
            ("2000", r#"width="100.0%""#),
            ("5000", r#"width="100.0%""#),
        ] {
            assert!(bar(&usage(spent, "1600", "2000"), 8).contains(width), "{spent}");
        }
    }

    #[test]
    fn cell_says_the_level_in_words_and_the_exact_amount_in_its_tooltip() {
        for (spent, shown, words) in [
            ("88.9040", ">88<", None),
            ("0.000003", ">&lt; 0.01<", None),
            ("225", ">225<", Some(", over soft limit")),
            ("250.000000001", ">250<", Some(", at hard limit")),
        ] {
            let usage = usage(spent, "225", "250");
            let html = view! { <UsageCell usage=Some(usage.clone()) /> }.to_html();
            assert!(html.contains(shown) && html.contains(&exact(&usage)), "{html}");
            assert_eq!(html.contains("limit</span>"), words.is_some(), "{html}");
            assert!(words.is_none_or(|words| html.contains(words)), "{html}");
        }
        assert!(view! { <UsageCell usage=None /> }.to_html().contains('–'));
    }
}
