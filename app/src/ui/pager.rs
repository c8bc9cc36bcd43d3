//! The foot of a list: rows on a page, the page before, the page after. No page numbers and no last page, because
//! nothing is counted.

use super::Views;
use super::choice::{BareSelect, Choice};
use super::hydrated::hydrated;
use super::icon::{Icon, SvgIcon};
use domain::page::PageSize;
use leptos::prelude::*;

/// Previous and Next as links; where there is no page, the word stands without one. Neither, when there is one page only.
#[component]
pub fn Pager(
    /// The page before.
    #[prop(optional_no_strip, into)]
    previous: Option<String>,
    /// The page after.
    #[prop(optional_no_strip, into)]
    next: Option<String>,
    /// Rows on a page now.
    size: PageSize,
    /// Where the form of the rows goes: the list's path.
    #[prop(into)]
    action: String,
    /// What the list's URL says besides rows and place, to be kept: [`domain::user::UserQuery::to_params`].
    keep: Vec<(&'static str, String)>,
) -> impl IntoView {
    let ready = hydrated();
    let sizes = PageSize::OFFERED.iter().map(|size| Choice::new(size.rows().to_string(), size.rows().to_string()));
    let kept = keep.into_iter().filter(|(name, _)| !matches!(*name, "rows" | "at"));
    let steps = (previous.is_some() || next.is_some()).then(|| {
        view! {
            <div class="ms-auto inline-flex rounded-md bg-raised shadow-e1 inset-ring inset-ring-line-2">
                {step(previous, view! { <SvgIcon icon=Icon::ChevronLeft /> "Previous" }, "prev")}
                <span class="w-px bg-line-2"></span>
                {step(next, view! { "Next" <SvgIcon icon=Icon::ChevronRight /> }, "next")}
            </div>
        }
    });
    view! {
        <nav aria-label="Pages" class="flex flex-wrap items-center gap-x-4 gap-y-2 px-gutter pt-2.5 pb-3 text-sm text-ink-2">
            <form method="get" action=action class="flex items-center gap-2">
                {kept.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).views()}
                <span aria-hidden="true">"Rows"</span>
                <BareSelect name="rows" label="Rows on a page" options=sizes.collect() selected=size.rows().to_string() edged=true />
                <button
                    type="submit"
                    hidden=move || ready.get()
                    class="min-h-control rounded-md px-2.25 font-strong hover:bg-ink/6 hover:text-ink focus-visible:rounded-md"
                >
                    "Show"
                </button>
            </form>
            {steps}
        </nav>
    }
    .into_any()
}

const STEP: &str = "inline-flex min-h-control-sm items-center gap-1.5 rounded-md px-2.25 font-strong";

fn step(href: Option<String>, words: impl IntoView + 'static, rel: &'static str) -> AnyView {
    match href {
        Some(href) => view! {
            <a href=href rel=rel class=[STEP, "text-ink hover:bg-hover focus-visible:rounded-md [&>svg]:text-ink-2"].join(" ")>
                {words}
            </a>
        }
        .into_any(),
        None => view! {
            <span class=[STEP, "text-ink-3"].join(" ") aria-disabled="true">
                {words}
            </span>
        }
        .into_any(),
    }
}
