//! Fields to type into: label above, control, then the problem, then the hint.

use super::hydrated::hydrated;
use super::icon::{Icon, SvgIcon};
use super::scope::{framed, wire};
use leptos::prelude::*;

/// The look of every control one types into.
pub(super) const INPUT: &str = "block w-full min-w-0 min-h-9 rounded-md border border-control bg-raised px-2.5 py-1 \
    text-base hover:border-ink-2 focus-visible:rounded-md focus-visible:border-transparent \
    focus-visible:-outline-offset-1 aria-invalid:border-danger aria-invalid:ring-3 aria-invalid:ring-danger/16 \
    aria-invalid:focus-visible:outline-danger disabled:border-line-2 disabled:bg-sunken \
    [&[readonly]]:border-line-2 [&[readonly]]:bg-sunken";

/// What is typed, for the keyboard and for password managers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextKind {
    /// Any one line.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A password; can be shown while typing.
    Password,
    /// A technical name, set in the face of code.
    Code,
    /// A day, as `2026-11-17`.
    Day,
}

impl TextKind {
    const fn r#type(self) -> &'static str {
        match self {
            Self::Text | Self::Code => "text",
            Self::Email => "email",
            Self::Password => "password",
            Self::Day => "date",
        }
    }
}

/// One line of text.
#[component]
pub fn TextField(
    /// The field's name in the form; its id is `<form>-<name>`.
    #[prop(into)]
    name: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// What stands in it at first; what was typed before a refusal takes its place.
    #[prop(optional, into)]
    value: String,
    /// What is wrong with it, if the form's state does not say so.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is typed.
    #[prop(optional)]
    kind: TextKind,
    /// The browser's word for what it may fill in, such as `username`.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Has the focus when the page is opened.
    #[prop(optional)]
    autofocus: bool,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
    /// May stay empty, and says so.
    #[prop(optional)]
    optional: bool,
    /// Fewest characters; a browser keeps what is shorter on the screen.
    #[prop(optional)]
    minlength: Option<u16>,
    /// Most characters.
    #[prop(optional)]
    maxlength: Option<u16>,
    /// 40 px high: on sign-in.
    #[prop(optional)]
    large: bool,
    /// The id of a `datalist` whose entries are suggested.
    #[prop(optional)]
    list: Option<&'static str>,
) -> impl IntoView {
    let wiring = wire(&name, value, error, hint.is_some());
    let hidden = RwSignal::new(true);
    let r#type = move || if hidden.get() { kind.r#type() } else { "text" };
    let plain = (kind != TextKind::Text).then_some("none");
    let control = view! {
        <div class="relative grid">
            <input
                id=wiring.id.clone()
                name=name
                type=r#type
                value=wiring.value.clone()
                class=look(kind, large)
                autocomplete=autocomplete
                list=list
                autocapitalize=plain
                spellcheck=plain.map(|_| "false")
                autofocus=autofocus
                required=required
                minlength=minlength.map(|least| least.to_string())
                maxlength=maxlength.map(|most| most.to_string())
                aria-invalid=wiring.invalid
                aria-describedby=wiring.described_by.clone()
            />
            {(kind == TextKind::Password).then(|| reveal(hidden))}
        </div>
    };
    framed(&wiring, label, optional, hint, control.into_any())
}

fn look(kind: TextKind, large: bool) -> String {
    let height = if large { "min-h-control-lg" } else { "" };
    let face = match kind {
        TextKind::Code => "font-mono tracking-none",
        TextKind::Password => "pe-9",
        TextKind::Text | TextKind::Email | TextKind::Day => "",
    };
    [INPUT, height, face].join(" ")
}

/// Shows or hides a password; there once scripts run.
fn reveal(hidden: RwSignal<bool>) -> impl IntoView {
    let ready = hydrated();
    view! {
        <button
            type="button"
            class="absolute inset-y-1 end-1 grid w-7 place-content-center rounded-sm text-ink-2 hover:text-ink"
            hidden=move || !ready.get()
            aria-label="Show password"
            aria-pressed=move || if hidden.get() { "false" } else { "true" }
            on:click=move |_| hidden.update(|hidden| *hidden = !*hidden)
        >
            <SvgIcon icon=Icon::Eye />
        </button>
    }
}

/// An amount of US dollars: text, not a number, so that commas and the dollar sign may be typed.
#[component]
pub fn MoneyField(
    /// The field's name in the form; its id is `<form>-<name>`.
    #[prop(into)]
    name: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What is wrong with it, if the form's state does not say so.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let wiring = wire(&name, value, error, hint.is_some());
    let control = view! {
        <div class="flex min-h-9 items-stretch rounded-md border border-control bg-raised hover:border-ink-2 has-focus-visible:border-transparent has-focus-visible:outline-2 has-focus-visible:-outline-offset-1 has-focus-visible:outline-focus has-aria-invalid:border-danger has-aria-invalid:ring-3 has-aria-invalid:ring-danger/16 has-aria-invalid:outline-danger">
            <span class="flex items-center ps-2.5 text-base text-ink-2" aria-hidden="true">
                "$"
            </span>
            <input
                id=wiring.id.clone()
                name=name
                type="text"
                inputmode="decimal"
                autocomplete="off"
                value=wiring.value.clone()
                class="money block w-full min-w-0 px-2.5 text-end text-base font-strong focus-visible:outline-none"
                required=required
                aria-invalid=wiring.invalid
                aria-describedby=wiring.described_by.clone()
            />
        </div>
    };
    framed(&wiring, label, false, hint, control.into_any())
}

/// Some lines of text; grows with what is typed.
#[component]
pub fn TextArea(
    /// The field's name in the form; its id is `<form>-<name>`.
    #[prop(into)]
    name: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What is wrong with it, if the form's state does not say so.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
    /// May stay empty, and says so.
    #[prop(optional)]
    optional: bool,
    /// Most characters.
    #[prop(optional)]
    maxlength: Option<u16>,
) -> impl IntoView {
    let wiring = wire(&name, value, error, hint.is_some());
    let control = view! {
        <textarea
            id=wiring.id.clone()
            name=name
            class=[INPUT, "min-h-18 resize-y py-2 field-sizing-content"].join(" ")
            required=required
            maxlength=maxlength.map(|most| most.to_string())
            aria-invalid=wiring.invalid
            aria-describedby=wiring.described_by.clone()
            inner_html=textarea_text(&wiring.value)
        ></textarea>
    };
    framed(&wiring, label, optional, hint, control.into_any())
}

/// Text as a text area's content. Leptos writes what stands in a text area as it is, so it is escaped here; in a
/// document the first line break after the tag would be dropped by the browser, so one is put before it.
pub fn textarea_text(text: &str) -> String {
    let dropped = if cfg!(feature = "ssr") { "\n" } else { "" };
    [dropped, &text.replace('&', "&amp;").replace('<', "&lt;")].concat()
}
