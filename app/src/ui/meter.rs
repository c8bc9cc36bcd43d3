//! How much of something is used.

use super::Views;
use domain::user::ProjectAllowance;
use leptos::prelude::*;

/// More blocks than this say less than the figure alone.
const MOST_BLOCKS: i64 = 10;

/// Shared projects used of allowed: a block for each, and the words.
#[component]
pub fn Allowance(
    /// Used and allowed.
    allowance: ProjectAllowance,
) -> impl IntoView {
    let used = allowance.used;
    let Some(limit) = allowance.limit else {
        return view! { <span class="text-sm text-ink-2">{used.to_string()} " shared projects, no limit"</span> }
            .into_any();
    };
    let block = move |place| {
        let class = if place < used { "h-1.5 w-4 rounded-[2px] bg-meter" } else { "h-1.5 w-4 rounded-[2px] bg-track" };
        view! { <span class=class></span> }
    };
    view! {
        <span class="inline-flex items-center gap-2 text-sm text-ink-2">
            {(limit <= MOST_BLOCKS)
                .then(|| {
                    view! {
                        <span class="inline-flex gap-0.75" aria-hidden="true">
                            {(0..limit).map(block).views()}
                        </span>
                    }
                })}
            <span>{used.to_string()} " of " {limit.to_string()} " shared projects used"</span>
        </span>
    }
    .into_any()
}
