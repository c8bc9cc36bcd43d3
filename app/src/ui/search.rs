//! The search field of a list: part of the list's GET form; with scripts it searches while one types.

use super::hydrated::hydrated;
use super::icon::{Icon, SvgIcon};
use leptos::ev::{self, KeyboardEvent};
use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use std::time::Duration;

/// How long after the last key the search begins.
const PAUSE: Duration = Duration::from_millis(200);

/// A glass, the field, and `/` which puts the focus here.
#[component]
pub fn SearchField(
    /// What is searched, for readers: "Search people".
    #[prop(into)]
    label: String,
    /// The fields searched: "Name or e-mail".
    #[prop(into)]
    placeholder: String,
    /// The parameter's name.
    #[prop(default = "q".to_owned(), into)]
    name: String,
    /// What is searched for now.
    #[prop(optional, into)]
    value: String,
    /// Called with what was typed, 200 ms after the last key.
    #[prop(optional)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let ready = hydrated();
    let field = NodeRef::<leptos::html::Input>::new();
    focus_by_slash(field);
    search_for_early_input(field, &value, on_input);
    let mut report = debounce(PAUSE, move |typed: String| {
        if let Some(on_input) = on_input {
            on_input.run(typed);
        }
    });
    view! {
        <label class="relative block min-w-0 flex-[0_1_17rem] @max-p1:flex-[1_1_100%]">
            <span class="sr-only">{label}</span>
            <span class="pointer-events-none absolute inset-y-0 start-2.25 grid place-content-center text-ink-2">
                <SvgIcon icon=Icon::Search />
            </span>
            <input
                node_ref=field
                type="search"
                name=name
                value=value
                placeholder=placeholder
                autocomplete="off"
                maxlength="100"
                class="block min-h-control w-full min-w-0 appearance-none rounded-md border border-control bg-raised ps-8 pe-8 text-sm hover:border-ink-2 focus-visible:rounded-md focus-visible:border-transparent focus-visible:-outline-offset-1"
                on:input=move |event| report(event_target_value(&event))
            />
            <kbd
                aria-hidden="true"
                hidden=move || !ready.get()
                class="pointer-events-none absolute end-2 top-1/2 -translate-y-1/2 rounded-[3px] px-1 font-sans text-2xs font-medium text-ink-2 inset-ring inset-ring-line-2"
            >
                "/"
            </kbd>
        </label>
    }
    .into_any()
}

/// Searches for what was typed before scripts ran.
fn search_for_early_input(field: NodeRef<leptos::html::Input>, rendered: &str, on_input: Option<Callback<String>>) {
    let (ready, rendered) = (hydrated(), rendered.to_owned());
    if ready.get_untracked() {
        return;
    }
    Effect::new(move |_| {
        if ready.get()
            && let (Some(field), Some(on_input)) = (field.get_untracked(), on_input)
            && field.value() != rendered
        {
            on_input.run(field.value());
        }
    });
}

/// `/` anywhere outside a field goes to the search.
fn focus_by_slash(field: NodeRef<leptos::html::Input>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            if event.key() == "/"
                && !is_typing(&event)
                && !event.ctrl_key()
                && !event.meta_key()
                && let Some(field) = field.get_untracked()
            {
                event.prevent_default();
                drop(field.focus());
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Whether a key was pressed in a field.
pub(super) fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}
