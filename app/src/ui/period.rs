//! The reset period of a budget: offered lengths side by side, and a number with its unit behind "Other".

use super::Views;
use super::choice::chevron;
use super::field::INPUT;
use super::hydrated::hydrated;
use super::scope::{Wiring, problem, wire};
use domain::reset_period::{PeriodFields, PeriodUnit, ResetPeriod};
use leptos::prelude::*;

/// Sends `period`, `period_count` and `period_unit`, which [`PeriodFields`] reads. Which parts show follows the chosen
/// radio button by the stylesheet, so that it holds without scripts.
#[component]
pub fn PeriodField(
    /// The period at first; what was sent before a refusal takes its place.
    period: ResetPeriod,
) -> impl IntoView {
    let at_first = PeriodFields::of(period);
    let mut fixed = ResetPeriod::OFFERED.to_vec();
    let choice = wire("period", at_first.choice.clone(), None, true);
    // A merge with another user's save may bring back a length that is not offered.
    let kept = [&choice.value, &at_first.choice].into_iter().find(|choice| Segment::of(choice) == Segment::KEPT);
    fixed.extend(kept.and_then(|choice| ResetPeriod::parse(choice).ok()));
    let count = wire("period_count", at_first.count, None, false);
    let unit = wire("period_unit", at_first.unit, None, false);
    let typed = Typed { count: RwSignal::new(count.value.clone()), unit: RwSignal::new(unit.value.clone()) };
    let problems = [&choice, &count, &unit].map(|field| problem(&field.id, field.error.clone()));
    let hint_id = [&choice.id, "-hint"].concat();
    view! {
        <fieldset class="group/period grid min-w-0 gap-1.5" aria-describedby=choice.described_by.clone()>
            <legend class="mb-1.5 text-sm font-strong">"Reset period"</legend>
            {segments(&choice, &fixed)}
            <div class="hidden grid-cols-2 gap-3 group-has-[[data-segment=other]:checked]/period:grid">
                {count_field(&count, &hint_id, typed)} {unit_select(&unit, typed)}
            </div>
            {problems.into_iter().flatten().views()}
            <p id=hint_id class="text-sm/4.5 text-ink-2">
                {fixed.into_iter().map(meaning).views()} {other_meaning(typed)}
            </p>
        </fieldset>
    }
    .into_any()
}

/// One of the lengths side by side: its name in the page, and the class that shows its meaning while it is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Segment(&'static str, &'static str);

impl Segment {
    const DAY: Self = Self("day", "hidden group-has-[[data-segment=day]:checked]/period:inline");
    const WEEK: Self = Self("week", "hidden group-has-[[data-segment=week]:checked]/period:inline");
    const MONTH: Self = Self("month", "hidden group-has-[[data-segment=month]:checked]/period:inline");
    /// A period that is not offered: an API client set it.
    const KEPT: Self = Self("kept", "hidden group-has-[[data-segment=kept]:checked]/period:inline");
    const OTHER: Self = Self("other", "hidden group-has-[[data-segment=other]:checked]/period:inline");

    fn of(choice: &str) -> Self {
        match choice {
            "1d" => Self::DAY,
            "7d" => Self::WEEK,
            "30d" => Self::MONTH,
            PeriodFields::OTHER => Self::OTHER,
            _ => Self::KEPT,
        }
    }
}

/// Segments side by side.
pub(super) const SEGMENTS: &str = "flex flex-wrap gap-px rounded-md bg-tag p-0.5";

/// One of them, around its radio button.
pub(super) const SEGMENT: &str = "relative inline-flex min-h-7 flex-1 items-center justify-center rounded-sm px-2.25 \
    text-sm font-medium whitespace-nowrap text-ink-2 hover:text-ink has-checked:bg-raised has-checked:text-ink \
    has-checked:shadow-e1 has-checked:ring has-checked:ring-line-2 has-focus-visible:outline-2 \
    has-focus-visible:outline-offset-1 has-focus-visible:outline-focus";

/// What stands in the fields of "Other" while it is typed.
#[derive(Clone, Copy)]
struct Typed {
    count: RwSignal<String>,
    unit: RwSignal<String>,
}

fn segments(choice: &Wiring, fixed: &[ResetPeriod]) -> impl IntoView + use<> {
    let (first_id, chosen) = (choice.id.clone(), choice.value.clone());
    let other = (PeriodFields::OTHER.to_owned(), "Other".to_owned());
    let options: Vec<_> = fixed.iter().map(|period| (period.to_string(), period.length())).chain([other]).collect();
    let segment = move |(place, (value, label)): (usize, (String, String))| {
        // The error summary points at the first button.
        let id = if place == 0 { first_id.clone() } else { format!("{first_id}-{place}") };
        let (checked, Segment(segment, _)) = (value == chosen, Segment::of(&value));
        view! {
            <label for=id.clone() class=SEGMENT>
                <input
                    id=id.clone()
                    type="radio"
                    class="sr-only"
                    name="period"
                    data-segment=segment
                    value=value
                    checked=checked
                />
                {label}
            </label>
        }
    };
    view! {
        <div class=SEGMENTS>
            {options.into_iter().enumerate().map(segment).views()}
        </div>
    }
}

fn count_field(count: &Wiring, hint_id: &str, typed: Typed) -> impl IntoView + use<> {
    let described_by: Vec<String> = count.described_by.iter().cloned().chain([hint_id.to_owned()]).collect();
    view! {
        <input
            id=count.id.clone()
            name="period_count"
            type="text"
            inputmode="numeric"
            autocomplete="off"
            aria-label="Number of hours or days"
            value=count.value.clone()
            class=[INPUT, "num text-end"].join(" ")
            aria-invalid=count.invalid
            aria-describedby=described_by.join(" ")
            on:input:target=move |event| typed.count.set(event.target().value())
        />
    }
}

fn unit_select(unit: &Wiring, typed: Typed) -> impl IntoView + use<> {
    let chosen = unit.value.clone();
    let option = move |unit: PeriodUnit| {
        view! {
            <option value=unit.key() selected=unit.key() == chosen>
                {unit.key()}
            </option>
        }
    };
    view! {
        <span class="relative grid min-w-0">
            <select
                id=unit.id.clone()
                name="period_unit"
                aria-label="Unit"
                class=[INPUT, "appearance-none pe-7"].join(" ")
                aria-invalid=unit.invalid
                on:change:target=move |event| typed.unit.set(event.target().value())
            >
                {PeriodUnit::ALL.into_iter().map(option).views()}
            </select>
            {chevron()}
        </span>
    }
}

fn meaning(period: ResetPeriod) -> impl IntoView {
    let Segment(_, shown) = Segment::of(&period.to_string());
    view! { <span class=shown>{format!("Resets {}.", period.in_words())}</span> }
}

/// What the number means, once scripts follow the typing; before, what can be entered.
fn other_meaning(typed: Typed) -> impl IntoView {
    let ready = hydrated();
    let words = move || {
        let (count, unit) = (typed.count.get(), typed.unit.get());
        let fields = PeriodFields { choice: PeriodFields::OTHER.to_owned(), count, unit };
        match fields.parse() {
            Ok(period) if ready.get() => format!("Resets {}.", period.in_words()),
            _ => "Enter a number of hours or days, up to 366 days.".to_owned(),
        }
    };
    let Segment(_, shown) = Segment::OTHER;
    view! { <span class=shown>{words}</span> }
}
