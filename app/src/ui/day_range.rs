//! Which days a page is about: the days before, a list of periods with two fields for others, the days after.

use super::Views;
use super::button::{Button, ButtonKind, ButtonSize};
use super::dialog::{ITEM, MenuRule, POPOVER};
use super::field::INPUT;
use super::icon::{Icon, IconSize, SvgIcon};
use leptos::prelude::*;

/// A period with its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodLink {
    /// What it is called.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

const STEP: &str = "grid size-control place-content-center rounded-md focus-visible:rounded-md";

/// Links to the days before and after, and a popover to choose others. All of it works without scripts.
#[component]
pub fn DayRangePicker(
    /// The days of the page, as people read them.
    #[prop(into)]
    title: String,
    /// The days before.
    earlier: PeriodLink,
    /// The days after, if they have begun.
    later: Option<PeriodLink>,
    /// Periods to choose, with the one shown now.
    offered: Vec<(PeriodLink, bool)>,
    /// Where the form with the two days goes.
    #[prop(into)]
    action: String,
    /// What else the form sends.
    keep: Vec<(&'static str, String)>,
    /// First and last day, as `2026-11-17`.
    days: [String; 2],
) -> impl IntoView {
    let [from, to] = days;
    let item = |(link, is_current): (PeriodLink, bool)| {
        let tick = if is_current { "" } else { "invisible" };
        view! {
            <a href=link.href rel="external" aria-current=is_current.then_some("true") class=ITEM>
                <span class=tick>
                    <SvgIcon icon=Icon::Check size=IconSize::Small />
                </span>
                {link.label}
            </a>
        }
    };
    let later = later.map(|link| step(link, Icon::ChevronRight)).unwrap_or_else(|| {
        view! {
            <span class=[STEP, "text-ink-3"].join(" ") aria-hidden="true">
                <SvgIcon icon=Icon::ChevronRight />
            </span>
        }
        .into_any()
    });
    view! {
        <div role="group" aria-label="Period" class="inline-flex rounded-md bg-raised shadow-e1 inset-ring inset-ring-line-2">
            {step(earlier, Icon::ChevronLeft)}
            <button
                type="button"
                popovertarget="period"
                class="inline-flex min-h-control flex-auto items-center justify-center gap-1.5 rounded-md border-x border-line-2 px-3 text-sm font-strong hover:bg-hover focus-visible:rounded-md [&>svg]:text-ink-2"
            >
                <SvgIcon icon=Icon::Calendar />
                {title}
                <SvgIcon icon=Icon::ChevronDown size=IconSize::Small />
            </button>
            {later}
            <div id="period" popover="auto" class=[POPOVER, "w-64 [position-area:bottom_span-left]"].join(" ")>
                {offered.into_iter().map(item).views()}
                <MenuRule />
                <form method="get" action=action class="grid gap-2.5 p-2">
                    {keep.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).views()}
                    <DayField name="from" label="First day" value=from required=true />
                    <DayField name="to" label="Last day" value=to required=true />
                    <Button kind=ButtonKind::Primary size=ButtonSize::Small submit=true>
                        "Show these days"
                    </Button>
                </form>
            </div>
        </div>
    }
    .into_any()
}

fn step(link: PeriodLink, icon: Icon) -> AnyView {
    view! {
        <a
            href=link.href
            aria-label=link.label.clone()
            title=link.label
            class=[STEP, "text-ink hover:bg-hover [&>svg]:text-ink-2"].join(" ")
        >
            <SvgIcon icon />
        </a>
    }
    .into_any()
}

/// A field for a day.
#[component]
pub fn DayField(
    /// The parameter's name.
    name: &'static str,
    /// What the day is.
    label: &'static str,
    /// As `2026-11-17`; empty for none.
    #[prop(into)]
    value: String,
    /// It must be given.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    view! {
        <label class="grid gap-1 text-sm font-strong">
            {label}
            <input
                type="date"
                name=name
                value=value
                required=required
                min="2000-01-01"
                max="2199-12-31"
                class=[INPUT, "font-normal"].join(" ")
            />
        </label>
    }
}
