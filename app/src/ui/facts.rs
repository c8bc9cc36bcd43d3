//! Facts at the right of an object: links and figures, never the only copy of an action.

use leptos::prelude::*;

/// One part of the rail.
#[component]
pub fn RailPart(
    /// The heading.
    #[prop(into)]
    title: String,
    /// [`Facts`], or text.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="py-6 text-sm first:pt-0">
            <h2 class="mb-0.5 flex min-h-7 items-center text-sm font-semibold">{title}</h2>
            {children()}
        </section>
    }
}

/// Terms and what they are.
#[component]
pub fn Facts(
    /// [`Fact`]s.
    children: Children,
) -> impl IntoView {
    view! { <dl class="grid text-sm">{children()}</dl> }
}

/// One term and what it is.
#[component]
pub fn Fact(
    /// The term.
    #[prop(into)]
    label: String,
    /// What it is.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="grid grid-cols-[6.75rem_minmax(0,1fr)] items-baseline gap-3 py-1.25">
            <dt class="text-ink-2">{label}</dt>
            <dd class="num min-w-0 wrap-anywhere">{children()}</dd>
        </div>
    }
}
