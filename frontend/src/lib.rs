//! The WebAssembly entry point.

use leptos::prelude::*;

/// Takes over the document the server rendered. From then on `<html>` has `data-alive`, which tests wait for.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_lazy(|| {
        Effect::new(|_| {
            if let Some(html) = document().document_element() {
                let _ = html.set_attribute("data-alive", "");
            }
        });
        app::App()
    });
}
