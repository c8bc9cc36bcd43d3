//! Figures that say how something is doing, side by side.

use super::icon::{Icon, IconSize, SvgIcon};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// A row of figures that wraps.
#[component]
pub fn Stats(
    /// [`Stat`]s.
    children: Children,
) -> impl IntoView {
    view! {
        <dl class="grid grid-cols-[repeat(auto-fit,minmax(min(100%,11rem),1fr))] gap-x-10 gap-y-5">{children()}</dl>
    }
}

/// A label, a figure, one line of context.
#[component]
pub fn Stat(
    /// The drawing before the label.
    icon: Icon,
    /// What is told.
    #[prop(into)]
    label: String,
    /// It asks for somebody to act; the figure says so in words.
    #[prop(optional)]
    is_wrong: bool,
    /// The line of context.
    #[prop(into)]
    context: ViewFnOnce,
    /// The figure: a number, or a word or two.
    children: Children,
) -> impl IntoView {
    let (drawing, figure) = if is_wrong { ("text-danger-ink", "text-danger-ink") } else { ("text-ink-3", "") };
    view! {
        <div class="grid min-w-0 content-start gap-0.5">
            <dt class="flex items-center gap-1.5 text-sm text-ink-2">
                <span class=drawing>
                    <SvgIcon icon size=IconSize::Small />
                </span>
                {label}
            </dt>
            <dd class=["num text-xl font-semibold wrap-anywhere", figure].join(" ")>{children()}</dd>
            <dd class="text-xs text-ink-2 wrap-anywhere">{context.run()}</dd>
        </div>
    }
    .into_any()
}
