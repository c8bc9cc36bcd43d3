//! What scripts change: parts that need them appear, and popovers close when a link in them is followed in place.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// Whether scripts have taken over the whole document. Provided in browsers, and raised once at the end: a document
/// that could be taken over in part only never shows what needs scripts.
#[derive(Clone, Default)]
pub struct Hydrated(ArcRwSignal<bool>);

impl Hydrated {
    /// Says that the document is taken over.
    pub fn raise(&self) {
        self.0.set(true);
    }
}

/// False on the server and while the document is taken over, true from then on.
pub(crate) fn hydrated() -> ReadSignal<bool> {
    RwSignal::from(use_context::<Hydrated>().unwrap_or_default().0).read_only()
}

/// Whether a click was on a link.
pub(crate) fn is_on_link(event: &MouseEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.and_then(|target| target.closest("a").ok().flatten()).is_some()
}
