//! Parts of a page that wait for what they show.
//!
//! All of them are of one type, because a browser loads what waiting takes once for each type.

use leptos::prelude::*;
use std::pin::Pin;

type Later = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// A part that waits, and stays as it is while it waits again.
pub fn awaited<F, V>(part: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    awaited_behind(|| ().into_any(), part)
}

/// A part in whose place something else stands until it is there for the first time.
pub fn awaited_behind<F, V>(placeholder: fn() -> AnyView, part: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    transition(placeholder, Box::new(move || later(part())))
}

fn later<V: IntoView + 'static>(view: impl Future<Output = V> + Send + 'static) -> Later {
    Box::pin(async move { view.await.into_any() })
}

fn transition(placeholder: fn() -> AnyView, part: Box<dyn Fn() -> Later + Send + Sync>) -> AnyView {
    view! { <Transition fallback=placeholder>{move || Suspend::new(part())}</Transition> }.into_any()
}
