//! Lists of views, and views that may be missing, of one type whatever they are made of.
//!
//! A browser loads what a list takes once for each type.

use leptos::prelude::*;

/// Anything that holds views, in their order.
pub trait Views {
    /// Makes one view of all of them.
    fn views(self) -> AnyView;
}

impl<I, V> Views for I
where
    I: IntoIterator<Item = V>,
    V: IntoView + 'static,
{
    fn views(self) -> AnyView {
        self.into_iter().map(IntoAny::into_any).collect::<Vec<_>>().into_any()
    }
}
