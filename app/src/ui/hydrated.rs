//! Whether the page has come alive: what needs scripts stays hidden until then.

use leptos::prelude::*;

/// False on the server and while hydrating, true right after.
pub(crate) fn hydrated() -> ReadSignal<bool> {
    let (ready, set_ready) = signal(false);
    Effect::new(move |_| set_ready.set(true));
    ready
}
