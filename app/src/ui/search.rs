//! The search field of a list: part of a GET form, which scripts send in place while the user types.

use super::hydrated::hydrated;
use super::icon::{Icon, SvgIcon};
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// A glass, the field, and `/` which puts the focus here.
#[component]
pub fn SearchField(
    /// What is searched, for readers: "Search users".
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
) -> impl IntoView {
    let ready = hydrated();
    let field = NodeRef::<leptos::html::Input>::new();
    focus_by_slash(field);
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
