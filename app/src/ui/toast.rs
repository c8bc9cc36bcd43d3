//! Toasts: what just happened, once. Never for errors.

use super::button::{ButtonSize, IconButton};
use super::hydrated::hydrated;
use super::icon::{Icon, SvgIcon};
use super::place::Place;
use super::search::is_typing;
use leptos::children::ViewFnOnce;
use leptos::ev;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use std::time::Duration;

/// How long a toast stays.
const STAYS: Duration = Duration::from_secs(10);

/// One sentence at the foot of the page. With scripts it leaves after ten seconds, unless the pointer or the focus is
/// on it, and can be dismissed; without, it is gone on the next page.
#[component]
pub fn Toast(
    /// What happened.
    #[prop(into)]
    message: String,
    /// Undo, or a link to the result.
    #[prop(optional, into)]
    action: ViewFnOnce,
) -> impl IntoView {
    let ready = hydrated();
    let gone = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = timer.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    let start = move || {
        stop();
        timer.set_value(set_timeout_with_handle(move || gone.set(true), STAYS).ok());
    };
    let place = use_context::<Place>();
    let toast = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| start());
    on_cleanup(stop);
    undo_by_key(toast);
    view! {
        <div
            class="on-inverse-ring pointer-events-none fixed inset-x-4 bottom-4 z-20 grid grid-cols-[minmax(0,1fr)] justify-items-center max-nav:bottom-20"
        >
            <div
                node_ref=toast
                hidden=move || gone.get()
                class="pointer-events-auto flex w-fit max-w-[min(30rem,100%)] items-center gap-2.5 rounded-lg bg-inverse py-2 ps-3.5 pe-2 text-sm text-on-inverse shadow-e2 [&_:is(a,button)]:text-on-inverse [&_:is(a,button)]:hover:bg-on-inverse/12 [&_:is(a,button)]:hover:text-on-inverse"
                on:pointerenter=move |_| stop()
                on:pointerleave=move |_| start()
                on:focusin=move |_| stop()
                on:focusout=move |_| start()
            >
                <SvgIcon icon=Icon::CircleCheck />
                <p class="my-1 line-clamp-2 min-w-0 wrap-anywhere" title=message.clone()>
                    {message.clone()}
                </p>
                <div class="flex flex-none items-center gap-1">
                    {action.run()}
                    // Not on the button itself: what a component is given beside its properties stays with its first toast.
                    <span
                        hidden=move || !ready.get()
                        on:click=move |_| {
                            stop();
                            gone.set(true);
                            if let Some(place) = place {
                                place.go_back();
                            }
                        }
                    >
                        <IconButton icon=Icon::X label="Dismiss" size=ButtonSize::Small />
                    </span>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// `u` outside a field, or Ctrl Z, takes back what the toast on the screen says.
fn undo_by_key(toast: NodeRef<leptos::html::Div>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let is_undo = match event.key().as_str() {
                "u" => !event.ctrl_key() && !event.meta_key() && !event.alt_key(),
                "z" => (event.ctrl_key() || event.meta_key()) && !event.shift_key(),
                _ => false,
            };
            let button =
                toast.get_untracked().and_then(|toast| toast.query_selector("form [type=submit]").ok().flatten());
            let button = button.and_then(|button| button.dyn_into::<HtmlElement>().ok());
            if let Some(button) = button.filter(|button| is_undo && !is_typing(&event) && button.offset_width() > 0) {
                event.prevent_default();
                button.click();
            }
        });
        on_cleanup(move || listener.remove());
    });
}
