//! Tabs: links to the views of one place.

use super::Views;
use domain::figures::grouped;
use leptos::prelude::*;

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What the view is called.
    pub label: String,
    /// Where it is.
    pub href: String,
    /// How many things are in it.
    pub count: Option<i64>,
    /// The view shown now.
    pub is_current: bool,
}

/// Tabs on a hairline; the current one has a green line.
#[component]
pub fn Tabs(
    /// What the tabs divide, for readers.
    #[prop(into)]
    label: String,
    /// In the order of need.
    tabs: Vec<Tab>,
) -> impl IntoView {
    let tab = |tab: Tab| {
        view! {
            <a
                href=tab.href
                aria-current=tab.is_current.then_some("page")
                class="relative inline-flex min-h-9.5 items-center gap-1.5 text-sm font-medium whitespace-nowrap text-ink-2 hover:text-ink focus-visible:-outline-offset-2 aria-[current]:text-ink aria-[current]:after:absolute aria-[current]:after:inset-x-0 aria-[current]:after:-bottom-px aria-[current]:after:h-0.5 aria-[current]:after:rounded-t-[2px] aria-[current]:after:bg-accent"
            >
                {tab.label}
                {tab.count.map(|count| view! { <span class="num font-normal text-ink-2">{grouped(&count.to_string())}</span> }).views()}
            </a>
        }
    };
    view! {
        <nav aria-label=label class="print:hidden mt-1 flex gap-5 overflow-x-auto border-b border-line px-gutter [scrollbar-width:none]">
            {tabs.into_iter().map(tab).views()}
        </nav>
    }
    .into_any()
}
