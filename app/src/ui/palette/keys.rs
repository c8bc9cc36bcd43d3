//! The keys that work on every page: what they do, and their list.

use crate::ui::Views;
use crate::ui::button::Button;
use crate::ui::search::is_typing;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

/// Ctrl K or Cmd K opens the palette, `?` outside a field the list of keys.
pub(super) fn open_by_key(palette: NodeRef<html::Dialog>, keys: NodeRef<html::Dialog>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let (key, with_control) = (event.key(), event.ctrl_key() || event.meta_key());
            let dialog = match key.as_str() {
                "k" | "K" if with_control => palette,
                "?" if !with_control && !is_typing(&event) => keys,
                _ => return,
            };
            event.prevent_default();
            // It may be open as a popover already; then there is nothing to do.
            if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
                drop(dialog.show_modal());
            }
        });
        on_cleanup(move || listener.remove());
    });
}

pub(super) fn key(name: &'static str) -> impl IntoView {
    view! { <kbd class="rounded-[3px] px-1 font-sans text-2xs font-medium inset-ring inset-ring-line-2">{name}</kbd> }
}

const KEYS: [(&str, &str); 6] = [
    ("Ctrl K", "Search or jump to"),
    ("/", "Search the list on this page"),
    ("↑ ↓", "Select a suggestion"),
    ("Enter", "Choose it"),
    ("Esc", "Close suggestions and dialogs"),
    ("?", "Show these keys"),
];

/// The keys that work on every page.
#[component]
pub(super) fn Keys(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let row = |(name, what): (&'static str, &'static str)| {
        view! {
            <dt>{key(name)}</dt>
            <dd>{what}</dd>
        }
    };
    view! {
        <dialog
            node_ref=dialog
            aria-labelledby="keys-title"
            class="m-auto w-[min(24rem,calc(100vw-1rem))] rounded-xl bg-raised p-5 text-ink shadow-e3"
        >
            <h2 id="keys-title" class="pb-3 text-lg font-semibold">
                "Keys"
            </h2>
            <dl class="grid grid-cols-[5rem_minmax(0,1fr)] gap-y-2 text-sm">{KEYS.map(row).views()}</dl>
            <form method="dialog" class="flex justify-end pt-4">
                <Button submit=true>"Close"</Button>
            </form>
        </dialog>
    }
}
