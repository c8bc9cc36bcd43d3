//! Rows to come, on client navigation only: server-rendered pages never show them.

use super::Views;
use leptos::prelude::*;

/// The shape of a list's rows.
#[component]
pub fn SkeletonRows(
    /// What is being read, for readers: "Loading users".
    #[prop(into)]
    label: String,
    /// How many rows.
    #[prop(default = 6)]
    rows: usize,
) -> impl IntoView {
    let row = |_| {
        view! {
            <div class="grid h-row grid-cols-[1.75rem_2fr_1fr_1.5fr_1fr] items-center gap-4 border-b border-line px-gutter">
                <span class="size-7 animate-pulse rounded-full bg-track"></span>
                <span class="h-2.5 w-7/10 animate-pulse rounded-sm bg-track"></span>
                <span class="h-2.5 w-1/2 animate-pulse rounded-sm bg-track"></span>
                <span class="h-2.5 w-4/5 animate-pulse rounded-sm bg-track"></span>
                <span class="h-2.5 w-2/5 animate-pulse rounded-sm bg-track"></span>
            </div>
        }
    };
    view! {
        <div aria-busy="true">
            <p class="sr-only">{label}</p>
            <div aria-hidden="true">{(0..rows).map(row).views()}</div>
        </div>
    }
}

/// A page to come, while the one before it has gone: a head, where the page does not show its own already, and rows.
#[component]
pub fn SkeletonPage() -> impl IntoView {
    view! {
        <div aria-hidden="true" class="grid gap-3 px-gutter pt-5 pb-7 in-[main:has(h1)]:hidden">
            <span class="h-2.5 w-56 animate-pulse rounded-sm bg-track"></span>
            <span class="h-5 w-72 animate-pulse rounded-sm bg-track"></span>
        </div>
        <SkeletonRows label="Loading the page" />
    }
}
