//! The WebAssembly entry point.

use app::ui::hydrated::Hydrated;
use leptos::mount::hydrate_from_async;
use leptos::prelude::*;
use leptos::task::tick;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::Function;

/// Takes over the document the server rendered. `restore` gives it back the shape that it had then; nothing else runs
/// between that call and the first steps through the document.
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate(restore: Function) {
    let Some(body) = document().body() else { return };
    // In development the console says what went wrong and where; of itself a browser says "unreachable" alone.
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    let hydrated = Hydrated::default();
    let below = hydrated.clone();
    let root = move || {
        provide_context(below);
        app::App()
    };
    let _ = restore.call0(&JsValue::NULL);
    hydrate_from_async(body, root).await.forget();
    hydrated.raise();
    // What a page does first, such as listening to keys, is queued until now.
    tick().await;
}
