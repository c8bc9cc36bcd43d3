//! The WebAssembly entry point.

use leptos::ev;
use leptos::mount::hydrate_from_async;
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen_futures::spawn_local;

/// Takes over the document the server rendered. Once all of it is, `<html>` has `data-alive`, which tests wait for.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    let (Some(html), Some(body)) = (document().document_element(), document().body()) else { return };
    let early = as_documents();
    spawn_local(async move {
        hydrate_from_async(body, app::App).await.forget();
        early.into_iter().for_each(WindowListenerHandle::remove);
        // What a page does first, such as listening to keys, is queued until now.
        tick().await;
        let _ = html.set_attribute("data-alive", "");
    });
}

/// Has the browser itself go where somebody wants to go while the document is being taken over. The router listens
/// already, and would look for the next page's elements in this one.
fn as_documents() -> [WindowListenerHandle; 2] {
    let follow = window_event_listener(ev::click, |event| event.stop_immediate_propagation());
    let back = window_event_listener(ev::popstate, |event| {
        event.stop_immediate_propagation();
        let _ = window().location().reload();
    });
    [follow, back]
}
