//! Copying to the clipboard.

use super::hydrated::hydrated;
use super::icon::{Icon, IconSize, SvgIcon};
use leptos::prelude::*;

/// Copies a text; there once scripts run, because nothing else can copy.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: String,
    /// What is copied, for readers: "Copy user id".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let ready = hydrated();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        // The promise is not awaited: where the browser refuses, the text stands beside the button to be selected.
        drop(window().navigator().clipboard().write_text(&text));
        copied.set(true);
    };
    view! {
        <button
            type="button"
            hidden=move || !ready.get()
            aria-label=label.clone()
            title=label
            class="inline-grid size-6 flex-none place-content-center rounded-sm text-ink-3 hover:text-ink"
            on:click=copy
        >
            <Show when=move || copied.get() fallback=|| view! { <SvgIcon icon=Icon::Copy size=IconSize::Small /> }>
                <SvgIcon icon=Icon::Check size=IconSize::Small />
            </Show>
        </button>
        <span role="status" class="sr-only">
            {move || copied.get().then_some("Copied")}
        </span>
    }
}
