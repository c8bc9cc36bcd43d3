//! Whether the windows of a budget follow each other or the calendar, and the time zone of the calendar.

use super::Views;
use super::field::TextField;
use super::period::{SEGMENT, SEGMENTS};
use super::scope::{problem, wire};
use domain::budget::BudgetDraft;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// The list of time zones that the field suggests.
const TIME_ZONES: &str = "time-zones";

/// Sends `calendar` and `time_zone`. The time zone shows while the calendar is chosen, by the stylesheet, so that it holds
/// without scripts.
#[component]
pub fn WindowsField(
    /// Whether the calendar is chosen at first; what was sent before a refusal takes its place.
    calendar: bool,
    /// The time zone at first.
    time_zone: String,
    /// The time zones to suggest.
    time_zones: Vec<String>,
) -> impl IntoView {
    let choice = wire(BudgetDraft::CALENDAR.name, calendar.to_string(), None, true);
    let (first_id, chosen) = (choice.id.clone(), choice.value.clone());
    let segment = move |(value, label): (&'static str, &'static str)| {
        let id = if value == "false" { first_id.clone() } else { [&first_id, "-", value].concat() };
        let checked = value == chosen;
        view! {
            <label for=id.clone() class=SEGMENT>
                <input
                    id=id.clone()
                    type="radio"
                    class="sr-only"
                    name=BudgetDraft::CALENDAR.name
                    data-windows=if value == "true" { "calendar" } else { "rolling" }
                    value=value
                    checked=checked
                />
                {label}
            </label>
        }
    };
    let hint_id = [&choice.id, "-hint"].concat();
    view! {
        <fieldset class="group/windows grid min-w-0 gap-1.5" aria-describedby=choice.described_by.clone()>
            <legend class="mb-1.5 text-sm font-strong">{BudgetDraft::CALENDAR.label}</legend>
            <div class=SEGMENTS>{[("false", "Rolling"), ("true", "Calendar")].map(segment).views()}</div>
            {problem(&choice.id, choice.error.clone())}
            <p id=hint_id class="text-sm/4.5 text-ink-2">
                <span class="hidden group-has-[[data-windows=rolling]:checked]/windows:inline">
                    "The first window begins with the assignment, each other when the one before ends."
                </span>
                <span class="hidden group-has-[[data-windows=calendar]:checked]/windows:inline">
                    "Windows begin with the calendar day, week (Monday) or month. Only with 1, 7 or 30 days."
                </span>
            </p>
            <div class="mt-3.5 hidden group-has-[[aria-invalid]]/windows:block group-has-[[data-windows=calendar]:checked]/windows:block">
                <TextField
                    name=BudgetDraft::TIME_ZONE.name
                    label=BudgetDraft::TIME_ZONE.label
                    value=time_zone
                    hint="Windows begin at midnight there. Search for a city, for example Warsaw."
                    maxlength=BudgetDraft::TIME_ZONE.max_length
                    autocomplete="off"
                    list=TIME_ZONES
                />
                {suggestions(&time_zones)}
            </div>
        </fieldset>
    }
    .into_any()
}

/// As it is written: some hundred names of the tz database, which are letters, digits and `/_+-`.
fn suggestions(time_zones: &[String]) -> InertElement {
    let options = time_zones.iter().map(|name| format!(r#"<option value="{name}"></option>"#));
    InertElement::new(format!(r#"<datalist id="{TIME_ZONES}">{}</datalist>"#, options.collect::<String>()))
}
