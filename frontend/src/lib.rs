//! The WebAssembly entry point.

use leptos::mount::hydrate_from_async;
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen_futures::spawn_local;

/// Takes over the document the server rendered. Once all of it is, `<html>` has `data-alive`, which tests wait for.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    let (Some(html), Some(body)) = (document().document_element(), document().body()) else { return };
    spawn_local(async move {
        hydrate_from_async(body, app::App).await.forget();
        // What a page does first, such as listening to keys, is queued until now.
        tick().await;
        let _ = html.set_attribute("data-alive", "");
    });
}
