//! A percentage to type or to step.

use super::Views;
use super::button::{ButtonKind, IconButton};
use super::field::INPUT;
use super::hydrated::hydrated;
use super::icon::Icon;
use super::scope::{framed, wire};
use domain::budget::group::Percentage;
use leptos::prelude::*;

/// A percentage to type; buttons step it by one once scripts run.
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
        let now = Percentage::parse(&typed.get_untracked()).unwrap_or_default();
        if let Some(next) = now.stepped(by) {
            typed.set(next.typed());
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
    let (less, more) = (button(Icon::Minus, "Lower", -1), button(Icon::Plus, "Raise", 1));
    let control = view! {
        <div class="flex items-center gap-1.5">
            {[less].views()}
            <span class="relative grid w-28">
                <input
                    id=wiring.id.clone()
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
                <span class="pointer-events-none absolute inset-y-0 end-2.5 flex items-center text-ink-2" aria-hidden="true">
                    "%"
                </span>
            </span>
            {[more].views()}
        </div>
    };
    framed(&wiring, label.clone(), false, None, control.into_any())
}
