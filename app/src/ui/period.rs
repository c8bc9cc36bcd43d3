//! The reset period of a budget: offered lengths side by side, and a number with its unit behind "Other".

use super::Views;
use super::choice::Choice;
use super::field::INPUT;
use super::hydrated::hydrated;
use super::scope::{problem, wire};
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
    let choice = wire("period", at_first.choice.clone(), None, true);
    let count = wire("period_count", at_first.count, None, false);
    let unit = wire("period_unit", at_first.unit, None, false);
    let problems = [&choice, &count, &unit].map(|field| problem(&field.id, field.error.clone()));
    let described = format!("{}-meaning", choice.id);
    let (typed_count, typed_unit) = (RwSignal::new(count.value.clone()), RwSignal::new(unit.value.clone()));
    let kept = Some(at_first.choice).filter(|choice| segment_of(choice).0 == KEPT).map(|_| period);
    let fixed: Vec<ResetPeriod> = ResetPeriod::OFFERED.into_iter().chain(kept).collect();
    let mut segments: Vec<Choice> =
        fixed.iter().map(|period| Choice::new(period.to_string(), period.length())).collect();
    segments.push(Choice::new(PeriodFields::OTHER, "Other"));
    let first_id = choice.id.clone();
    let segment = move |(place, option): (usize, Choice)| {
        // The error summary points at the first button.
        let id = if place == 0 { first_id.clone() } else { format!("{first_id}-{place}") };
        let checked = option.value == choice.value;
        view! {
            <label for=id.clone() class=SEGMENT>
                <input
                    id=id.clone()
                    type="radio"
                    class="sr-only"
                    name="period"
                    data-segment=segment_of(&option.value).0
                    value=option.value
                    checked=checked
                />
                {option.label}
            </label>
        }
    };
    let meaning = |period: ResetPeriod| {
        let shown = segment_of(&period.to_string()).1;
        view! { <span class=["hidden", shown].join(" ")>"Resets " {period.in_words()} "."</span> }
    };
    view! {
        <fieldset class="group/period grid min-w-0 gap-1.5" aria-describedby=described.clone()>
            <legend class="mb-1.5 text-sm font-strong">"Reset period"</legend>
            <div class="flex flex-wrap gap-px rounded-md bg-tag p-0.5">
                {segments.into_iter().enumerate().map(segment).views()}
            </div>
            <div class="hidden grid-cols-2 gap-3 group-has-[[data-segment=other]:checked]/period:grid">
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
                    aria-describedby=[described.clone(), count.described_by.clone().unwrap_or_default()].join(" ")
                    on:input:target=move |event| typed_count.set(event.target().value())
                />
                {unit_select(&unit.id, &unit.value, typed_unit)}
            </div>
            {problems.into_iter().flatten().views()}
            <p id=described.clone() class="text-sm/4.5 text-ink-2">
                {fixed.into_iter().map(meaning).views()} {other_meaning(typed_count, typed_unit)}
            </p>
        </fieldset>
    }
    .into_any()
}

const SEGMENT: &str = "inline-flex min-h-7 flex-1 items-center justify-center rounded-sm px-2.25 text-sm font-medium \
    whitespace-nowrap text-ink-2 hover:text-ink has-checked:bg-raised has-checked:text-ink has-checked:shadow-e1 \
    has-checked:ring has-checked:ring-line-2 has-focus-visible:outline-2 has-focus-visible:outline-offset-1 \
    has-focus-visible:outline-focus";

/// The segment of a period that is not offered: an API client set it.
const KEPT: &str = "kept";

/// The name of a choice's segment, and the class that shows its meaning while it is chosen.
fn segment_of(choice: &str) -> (&'static str, &'static str) {
    match choice {
        "1d" => ("day", "group-has-[[data-segment=day]:checked]/period:inline"),
        "7d" => ("week", "group-has-[[data-segment=week]:checked]/period:inline"),
        "30d" => ("month", "group-has-[[data-segment=month]:checked]/period:inline"),
        PeriodFields::OTHER => ("other", "group-has-[[data-segment=other]:checked]/period:inline"),
        _ => (KEPT, "group-has-[[data-segment=kept]:checked]/period:inline"),
    }
}

fn unit_select(id: &str, chosen: &str, typed: RwSignal<String>) -> impl IntoView + use<> {
    let option = |unit: PeriodUnit| {
        let selected = unit.key() == chosen;
        view! {
            <option value=unit.key() selected=selected>
                {unit.key()}
            </option>
        }
    };
    view! {
        <select
            id=id.to_owned()
            name="period_unit"
            aria-label="Unit"
            class=INPUT
            on:change:target=move |event| typed.set(event.target().value())
        >
            {PeriodUnit::ALL.map(option).collect_view()}
        </select>
    }
}

/// What the number means, once scripts follow the typing; before, what can be entered.
fn other_meaning(count: RwSignal<String>, unit: RwSignal<String>) -> impl IntoView {
    let ready = hydrated();
    let words = move || {
        let typed = PeriodFields { choice: PeriodFields::OTHER.into(), count: count.get(), unit: unit.get() };
        match typed.parse() {
            Ok(period) if ready.get() => format!("Resets {}.", period.in_words()),
            _ => "Enter a number of hours or days, up to 366 days.".to_owned(),
        }
    };
    let shown = segment_of(PeriodFields::OTHER).1;
    view! { <span class=["hidden", shown].join(" ")>{words}</span> }
}
