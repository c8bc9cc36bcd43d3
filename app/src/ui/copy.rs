//! Copying to the clipboard.

use super::button::{Button, ButtonSize};
use super::hydrated::hydrated;
use super::icon::{Icon, IconSize, SvgIcon};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

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

/// A labelled button that copies a text made at that moment; there once scripts run.
#[component]
pub fn CopyTextButton(
    /// What is copied: "Copy sign-in details".
    label: &'static str,
    /// The text.
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let ready = hydrated();
    let said = RwSignal::new("");
    let copy = move |_| {
        let written = window().navigator().clipboard().write_text(&text());
        spawn_local(async move {
            let is_copied = JsFuture::from(written).await.is_ok();
            said.try_set(if is_copied {
                "Copied"
            } else {
                "The browser did not allow it. Select the text and copy it."
            });
        });
    };
    view! {
        // Not on the button itself: what a component is given beside its properties stays with its first button.
        <span hidden=move || !ready.get() on:click=copy>
            <Button icon=Icon::Copy size=ButtonSize::Small>
                {label}
            </Button>
        </span>
        <span role="status" class="text-sm text-ink-2">
            {move || said.get()}
        </span>
    }
}

/// The two ends of an id, the whole of it for the pointer and to copy.
#[component]
pub fn ShortId(
    /// The id.
    #[prop(into)]
    id: String,
    /// What is copied, for readers: "Copy user id".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let shown = match (id.get(..8), id.len().checked_sub(4).and_then(|from| id.get(from..))) {
        (Some(first), Some(last)) if id.len() > 16 => [first, "…", last].concat(),
        _ => id.clone(),
    };
    view! {
        <span class="inline-flex max-w-full items-center gap-1">
            <code class="font-mono text-xs tracking-none" title=id.clone()>
                {shown}
            </code>
            <CopyButton text=id label />
        </span>
    }
}
