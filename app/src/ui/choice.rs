//! Fields to choose from: select, radio buttons, check box, switch.

use super::Views;
use super::field::INPUT;
use super::icon::{Icon, IconSize, SvgIcon};
use super::scope::{framed, hint_line, problem, wire};
use leptos::prelude::*;

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl Choice {
    /// A value and its words.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A box or ring that is filled when chosen.
pub(super) const TICK: &str = "grid size-4 flex-none appearance-none place-content-center border border-control \
    bg-raised hover:border-ink-2 checked:border-accent checked:bg-accent checked:hover:border-accent-hover \
    before:size-2.5 before:scale-0 before:bg-on-accent checked:before:scale-100 disabled:bg-sunken";
const BOX: &str =
    "rounded-sm before:[clip-path:polygon(14%_47%,4%_58%,38%_91%,97%_22%,86%_12%,37%_69%)] focus-visible:rounded-sm";
const RING: &str = "rounded-full before:[clip-path:circle(30%)] focus-visible:rounded-full";

pub(super) fn tick_box() -> String {
    [TICK, BOX].join(" ")
}

pub(super) fn tick_ring() -> String {
    [TICK, RING].join(" ")
}

/// A native select with its label.
#[component]
pub fn SelectField(
    /// The field's name in the form; its id is `<form>-<name>`.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The value chosen at first.
    #[prop(optional, into)]
    selected: String,
    /// What is wrong with it, if the form's state does not say so.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// What helps to choose, or why it cannot be chosen.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Cannot be chosen: `selected` is sent, whatever was sent before.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    let wiring = wire(&name, selected.clone(), error, hint.is_some());
    let value = if disabled { selected } else { wiring.value.clone() };
    // A browser does not send a disabled select.
    let kept = disabled.then(|| view! { <input type="hidden" name=name.clone() value=value.clone() /> });
    let control = view! {
        <span class="relative grid min-w-0">
            <select
                id=wiring.id.clone()
                name=(!disabled).then_some(name)
                class=[INPUT, "appearance-none pe-7 text-ellipsis"].join(" ")
                disabled=disabled
                aria-invalid=wiring.invalid
                aria-describedby=wiring.described_by.clone()
            >
                {entries(options, &value)}
            </select>
            {chevron()}
            {kept}
        </span>
    };
    framed(&wiring, label, false, hint, control.into_any())
}

/// A select without a visible label, inside a table cell or a line of controls.
#[component]
pub fn BareSelect(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// What is chosen for what, for readers: "Role of Ada in atlas".
    #[prop(into)]
    label: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The value chosen at first.
    #[prop(optional, into)]
    selected: String,
    /// With an edge, outside tables; otherwise the edge appears under the pointer.
    #[prop(optional)]
    edged: bool,
) -> impl IntoView {
    let look = if edged {
        "min-h-control rounded-md border border-control bg-raised ps-2.5 pe-7 text-sm hover:border-ink-2"
    } else {
        "min-h-control-sm rounded-md border border-transparent ps-1.75 pe-6 text-sm font-medium \
         hover:border-control hover:bg-raised"
    };
    // A negative margin on the select itself would make it narrower than its words.
    let place = if edged { "" } else { "-ms-2" };
    view! {
        <span class=["relative inline-grid max-w-full min-w-0", place].join(" ")>
            <select
                name=name
                aria-label=label
                class=["max-w-full appearance-none text-ellipsis focus-visible:rounded-md", look].join(" ")
            >
                {entries(options, &selected)}
            </select>
            {chevron()}
        </span>
    }
}

fn entries(options: Vec<Choice>, selected: &str) -> impl IntoView + use<> {
    let entry = |choice: Choice| {
        let chosen = choice.value == selected;
        view! {
            <option value=choice.value selected=chosen>
                {choice.label}
            </option>
        }
    };
    options.into_iter().map(entry).views()
}

pub(super) fn chevron() -> impl IntoView {
    view! {
        <span class="pointer-events-none absolute inset-y-0 end-2 grid place-content-center text-ink-2">
            <SvgIcon icon=Icon::ChevronDown size=IconSize::Small />
        </span>
    }
}

/// A check box: for what a button sends later.
#[component]
pub fn Checkbox(
    /// The field's name in the form; its id is `<form>-<name>`.
    #[prop(into)]
    name: String,
    /// What is chosen.
    #[prop(into)]
    label: String,
    /// What is sent when ticked.
    #[prop(default = "true".to_owned(), into)]
    value: String,
    /// Ticked at first.
    #[prop(optional)]
    checked: bool,
    /// What follows from it.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let wiring = wire(&name, String::new(), None, hint.is_some());
    let checked = if wiring.value.is_empty() { checked } else { wiring.value == value };
    view! {
        <div class="grid gap-0.5">
            <label class="flex min-h-6 w-fit items-center gap-2 text-sm">
                <input
                    id=wiring.id.clone()
                    type="checkbox"
                    name=name
                    value=value
                    checked=checked
                    class=tick_box()
                    aria-invalid=wiring.invalid
                    aria-describedby=wiring.described_by.clone()
                />
                <span>{label}</span>
            </label>
            {problem(&wiring.id, wiring.error.clone())}
            {hint.map(|hint| view! { <div class="ps-6">{hint_line(&wiring.id, hint)}</div> }).views()}
        </div>
    }
    .into_any()
}

/// A choice of [`RadioRows`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RadioChoice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// A figure at the right.
    pub figure: Option<String>,
    /// What it means.
    pub detail: Option<String>,
    /// Why it cannot be chosen; it stands as text then.
    pub unavailable: Option<String>,
}

impl RadioChoice {
    /// A choice with what it means.
    pub fn explained(value: &str, label: &str, detail: &str) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            figure: None,
            detail: Some(detail.to_owned()),
            unavailable: None,
        }
    }
}

/// Radio buttons with what each means, in one frame.
#[component]
pub fn RadioRows(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    legend: String,
    /// What there is to choose.
    options: Vec<RadioChoice>,
    /// The value chosen at first.
    #[prop(optional, into)]
    selected: String,
    /// The legend is for readers alone, where a heading says the same.
    #[prop(optional)]
    is_legend_hidden: bool,
) -> impl IntoView {
    let wiring = wire(&name, selected, None, false);
    let (id, chosen) = (wiring.id.clone(), wiring.value.clone());
    let legend_class = if is_legend_hidden { "sr-only" } else { "mb-1.5 text-sm font-strong" };
    let row = move |(place, option): (usize, RadioChoice)| {
        if let Some(reason) = option.unavailable {
            return unavailable(option.label, option.detail, reason);
        }
        // The error summary points at the first button.
        let row_id = if place == 0 { id.clone() } else { format!("{id}-{place}") };
        let checked = option.value == chosen;
        view! {
            <label
                for=row_id
                class="grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-3 border-line px-3.5 py-2.5 text-sm not-first:border-t has-checked:bg-selected"
            >
                <input
                    id=row_id.clone()
                    type="radio"
                    name=name.clone()
                    value=option.value
                    checked=checked
                    class=[&tick_ring(), "mt-0.5"].join(" ")
                />
                <span class="font-strong">{option.label}</span>
                <span class="money">{option.figure}</span>
                {option.detail.map(|detail| view! { <span class="col-span-2 col-start-2 text-ink-2">{detail}</span> }).views()}
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="grid gap-1.5" aria-describedby=wiring.described_by.clone()>
            <legend class=legend_class>{legend}</legend>
            <div class="overflow-hidden rounded-lg border border-line-2 bg-raised">
                {options.into_iter().enumerate().map(row).views()}
            </div>
            {problem(&wiring.id, wiring.error.clone())}
        </fieldset>
    }
    .into_any()
}

/// A row of [`RadioRows`] that cannot be chosen, as far to the right as the others' words.
fn unavailable(label: String, detail: Option<String>, reason: String) -> AnyView {
    view! {
        <p class="grid border-line py-2.5 ps-10.5 pe-3.5 text-sm text-ink-2 not-first:border-t">
            <span class="font-strong">{label}</span>
            <span>{[detail.unwrap_or_default(), reason].join(" ")}</span>
        </p>
    }
    .into_any()
}

/// Two to four short words, one of them chosen.
#[component]
pub fn Segmented(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// What is chosen, for readers.
    #[prop(into)]
    legend: String,
    /// The words.
    options: Vec<Choice>,
    /// The value chosen at first.
    #[prop(optional, into)]
    selected: String,
) -> impl IntoView {
    let segment = move |option: Choice| {
        let checked = option.value == selected;
        view! {
            <label class="inline-flex min-h-6 items-center rounded-sm px-2.25 text-xs font-medium whitespace-nowrap text-ink-2 hover:text-ink has-checked:bg-raised has-checked:text-ink has-checked:shadow-e1 has-checked:ring has-checked:ring-line-2 has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-focus">
                <input type="radio" class="sr-only" name=name.clone() value=option.value checked=checked />
                {option.label}
            </label>
        }
    };
    view! {
        <fieldset class="inline-flex w-fit gap-px rounded-md bg-tag p-0.5">
            <legend class="sr-only">{legend}</legend>
            {options.into_iter().map(segment).views()}
        </fieldset>
    }
    .into_any()
}

/// A switch for what takes effect at once: a submit button of the form it stands in.
#[component]
pub fn SwitchButton(
    /// Unique in the page.
    #[prop(into)]
    id: String,
    /// What is switched.
    #[prop(into)]
    label: String,
    /// Now on.
    on: bool,
    /// FormOutcome when pressed, with `value`.
    #[prop(optional, into)]
    name: Option<String>,
    /// FormOutcome when pressed, with `name`: usually the state wanted.
    #[prop(optional, into)]
    value: Option<String>,
    /// One line: what follows from it, or why it cannot be switched.
    #[prop(into)]
    consequence: String,
    /// Cannot be switched; the consequence says why.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    let described = [&id, "-says"].concat();
    view! {
        <div class="grid content-start gap-0.5">
            <button
                id=id
                type="submit"
                role="switch"
                aria-checked=if on { "true" } else { "false" }
                aria-describedby=described.clone()
                name=name
                value=value
                disabled=disabled
                class="group inline-flex min-h-6 w-fit items-center gap-2.5 rounded-md text-base font-strong"
            >
                <span
                    aria-hidden="true"
                    class="relative h-4.5 w-8 flex-none rounded-full bg-control transition-colors group-aria-checked:bg-accent group-disabled:opacity-50"
                >
                    <span class="absolute start-0.5 top-0.5 size-3.5 rounded-full bg-raised transition-transform group-aria-checked:translate-x-3.5 group-aria-checked:bg-on-accent"></span>
                    <span class="absolute end-1.5 top-1.5 size-1.5 rounded-full border border-paper group-aria-checked:end-auto group-aria-checked:start-2 group-aria-checked:top-1.25 group-aria-checked:h-2 group-aria-checked:w-0 group-aria-checked:rounded-none group-aria-checked:border-0 group-aria-checked:border-s-[1.5px] group-aria-checked:border-on-accent"></span>
                </span>
                {label}
            </button>
            <p id=described class="ps-10.5 text-sm text-ink-2">
                {consequence}
            </p>
        </div>
    }
    .into_any()
}
