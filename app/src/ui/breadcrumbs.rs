//! The way from the top to this page.

use super::Views;
use leptos::prelude::*;

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// What the place is called.
    pub label: String,
    /// Where it is; none for the page itself and for places without a page.
    pub href: Option<String>,
}

impl Crumb {
    /// A place with a page.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: Some(href.into()) }
    }

    /// The page itself, or a place without one.
    pub fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None }
    }
}

/// One line of 13 px that wraps; the last step is the page and no link.
#[component]
pub fn Breadcrumbs(
    /// From the top to this page.
    crumbs: Vec<Crumb>,
) -> impl IntoView {
    let last = crumbs.len().saturating_sub(1);
    let step = |(place, crumb): (usize, Crumb)| {
        let step = match crumb.href {
            Some(href) => view! {
                <a
                    href=href
                    class="inline-flex min-h-6 min-w-0 items-center rounded-sm wrap-anywhere hover:text-ink hover:underline hover:underline-offset-[0.2em]"
                >
                    {crumb.label}
                </a>
            }
            .into_any(),
            None => view! {
                <span class="min-w-0 wrap-anywhere" aria-current=(place == last).then_some("page")>
                    {crumb.label}
                </span>
            }
            .into_any(),
        };
        view! {
            <li class="flex min-h-6 max-w-full min-w-0 items-center gap-1.5 not-first:before:text-ink-3 not-first:before:content-['/'/'']">
                {step}
            </li>
        }
    };
    view! {
        <nav aria-label="Breadcrumb">
            <ol class="flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-sm text-ink-2">
                {crumbs.into_iter().enumerate().map(step).views()}
            </ol>
        </nav>
    }
    .into_any()
}
