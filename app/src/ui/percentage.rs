//! A percentage to type, to step or to drag.

use super::Views;
use super::button::{ButtonKind, IconButton};
use super::field::INPUT;
use super::hydrated::hydrated;
use super::icon::Icon;
use super::scope::{problem, wire};
use domain::budget::group::Percentage;
use leptos::prelude::*;

/// A percentage to type; once scripts run, buttons step it by one and a slider drags it. The label is for screen readers:
/// a heading stands above the field.
#[component]
pub fn PercentageField(
    /// The field's name in the form; its id is `<form>-<name>`.
    name: &'static str,
    /// What has the percentage.
    #[prop(into)]
    label: String,
    /// What stands in it at first; what was typed before a refusal takes its place.
    #[prop(into)]
    value: String,
    /// Follows what is typed.
    typed: RwSignal<String>,
) -> impl IntoView {
    let wiring = wire(name, value, None, false);
    typed.set(wiring.value.clone());
    let ready = hydrated();
    let step = move |by: i8| {
        if let Some(next) = Percentage::step(&typed.get_untracked(), by) {
            typed.set(next);
        }
    };
    let button = |icon, verb: &str, by| {
        let label = format!("{verb} {label} by 1 %");
        view! {
            <span hidden=move || !ready.get()>
                <IconButton icon label kind=ButtonKind::Default on:click=move |_| step(by) />
            </span>
        }
    };
    let slider = view! {
        <input
            type="range"
            min="0"
            max="100"
            aria-label=format!("{label}, slider")
            hidden=move || !ready.get()
            class="slider min-w-32 flex-1"
            prop:value=move || Percentage::parse_or_zero(&typed.get()).unwrap_or_default().typed()
            on:input:target=move |event| typed.set(event.target().value())
        />
    };
    let (less, more) = (button(Icon::Minus, "Lower", -1), button(Icon::Plus, "Raise", 1));
    let id = wiring.id.clone();
    view! {
        <div class="grid min-w-0 gap-1.5">
            <label for=id.clone() class="sr-only">
                {label}
            </label>
            <div class="flex flex-wrap items-center gap-x-5 gap-y-1.5">
                {[slider].views()}
                <div class="flex items-center gap-1.5">
                    {[less].views()}
                    <span class="relative grid w-24">
                        <input
                            id=id.clone()
                            name=name
                            type="text"
                            inputmode="decimal"
                            autocomplete="off"
                            value=wiring.value.clone()
                            prop:value=move || typed.get()
                            class=[INPUT, "num pe-7 text-end font-strong"].join(" ")
                            aria-invalid=wiring.invalid
                            aria-describedby=wiring.described_by.clone()
                            on:input:target=move |event| typed.set(event.target().value())
                        />
                        <span
                            class="pointer-events-none absolute inset-y-0 end-2.5 flex items-center text-ink-2"
                            aria-hidden="true"
                        >
                            "%"
                        </span>
                    </span>
                    {[more].views()}
                </div>
            </div>
            {problem(&id, wiring.error.clone())}
        </div>
    }
}
