//! The sheet of paper that every page stands on.

use super::waiting::Waiting;
use leptos::prelude::*;

/// Side navigation at the left, the sheet at the right; on a phone the sheet alone.
#[component]
pub fn AppFrame(
    /// [`super::nav::SideNav`], then [`Sheet`].
    children: Children,
) -> impl IntoView {
    view! { <div class="grid min-h-dvh grid-cols-[14.5rem_minmax(0,1fr)] max-nav:block max-nav:bg-paper max-nav:pb-16 print:block">{children()}</div> }
}

/// The page's main part; tables and columns answer to its width.
#[component]
pub fn Sheet(
    /// The page.
    children: Children,
) -> impl IntoView {
    let waiting = use_context::<Waiting>();
    let is_busy = move || waiting.is_some_and(Waiting::is_noticeable).then_some("true");
    view! {
        <main
            id="main"
            tabindex="-1"
            aria-busy=is_busy
            class="waits @container my-2 me-2 min-w-0 rounded-xl border border-line bg-paper shadow-e1 focus:outline-none max-nav:m-0 max-nav:rounded-none max-nav:border-0 max-nav:shadow-none print:m-0 print:border-0 print:shadow-none"
        >
            {children()}
        </main>
    }
}

/// The way past the navigation, for the keyboard.
#[component]
pub fn SkipLink() -> impl IntoView {
    view! {
        // External to the router, which would scroll and leave the focus where it is.
        <a
            href="#main"
            rel="external"
            class="fixed start-2 top-2 z-50 -translate-y-16 rounded-md bg-raised px-3 py-2 focus:translate-y-0 focus:shadow-e2"
        >
            "Skip to content"
        </a>
    }
}

/// A page without navigation: signing in, and pages that refuse someone. One column of 352 px on the sheet.
#[component]
pub fn LonelySheet(
    /// The page, its `h1` first.
    children: Children,
) -> impl IntoView {
    view! {
        <main
            id="main"
            tabindex="-1"
            class="@container m-2 grid min-h-[calc(100dvh-1rem)] justify-items-center rounded-xl border border-line bg-paper px-6 pt-[clamp(2.5rem,15vh,9rem)] pb-6 focus:outline-none max-nav:m-0 max-nav:min-h-dvh max-nav:rounded-none max-nav:border-0 max-nav:px-5"
        >
            <div class="grid w-full max-w-88 content-start gap-6">
                <div class="flex items-center gap-2.25 text-lg font-title tracking-tight">
                    <super::icon::Mark />
                    "Bursar"
                </div>
                {children()}
            </div>
        </main>
    }
}
