//! The WebAssembly entry point.

/// Takes over the document the server rendered.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_lazy(app::App);
}
