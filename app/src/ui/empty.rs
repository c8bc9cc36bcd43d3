//! What stands where rows would: nothing yet, nothing matches, not allowed.

use super::icon::{Icon, IconSize, SvgIcon};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// Why there is nothing to see. The three never share their words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyKind {
    /// Nothing yet: what this is for, and create.
    Nothing(Icon),
    /// Nothing matches: the search repeated, and clear filters.
    NoMatch,
    /// Not allowed: who may, who you are, where to go instead.
    NotAllowed,
}

/// Centred: a drawing, what is so, why, the one next step.
#[component]
pub fn EmptyState(
    /// Why there is nothing.
    kind: EmptyKind,
    /// What is so: "No projects yet".
    #[prop(into)]
    title: String,
    /// Why, in a sentence or two.
    #[prop(into)]
    text: String,
    /// The next step.
    #[prop(optional, into)]
    actions: ViewFnOnce,
) -> impl IntoView {
    let icon = match kind {
        EmptyKind::Nothing(icon) => icon,
        EmptyKind::NoMatch => Icon::Search,
        EmptyKind::NotAllowed => Icon::Lock,
    };
    view! {
        <div class="grid justify-items-center gap-1.5 px-4 py-10 text-center">
            {glyph(icon, "bg-tag text-ink-2")}
            <h2 data-result class="text-md font-semibold">{title}</h2>
            <p class="max-w-96 text-base/5.5 text-ink-2">{text}</p>
            <div class="mt-3 flex flex-wrap justify-center gap-2 empty:hidden">{actions.run()}</div>
        </div>
    }
    .into_any()
}

pub(super) fn glyph(icon: Icon, colour: &'static str) -> impl IntoView {
    view! {
        <span class=["mb-2 grid size-11 place-content-center rounded-lg", colour].join(" ")>
            <SvgIcon icon size=IconSize::Large />
        </span>
    }
}
