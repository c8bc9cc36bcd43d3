//! What a page shows when it could not be read.

use super::button::{ButtonKind, LinkButton};
use super::copy::CopyButton;
use super::empty::glyph;
use super::icon::Icon;
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// What happened, what still holds, try again, and the request id to quote.
#[component]
pub fn ErrorState(
    /// What happened: "The list could not be read".
    #[prop(into)]
    title: String,
    /// Why, and what still holds: "Nothing was changed."
    #[prop(into)]
    text: String,
    /// The same page again; none where trying again cannot help.
    #[prop(optional, into)]
    retry_href: Option<String>,
    /// To find the request in the log.
    #[prop(optional, into)]
    request_id: Option<String>,
    /// Another way on.
    #[prop(optional, into)]
    actions: ViewFnOnce,
) -> impl IntoView {
    view! {
        <div class="grid justify-items-center gap-1.5 px-4 py-10 text-center">
            {glyph(Icon::OctagonAlert, "bg-danger-tint text-danger-ink")}
            <h2 class="text-md font-semibold">{title}</h2>
            <p class="max-w-96 text-base/5.5 text-ink-2">{text}</p>
            <div class="mt-3 flex flex-wrap justify-center gap-2 empty:hidden">
                {retry_href
                    .map(|href| {
                        view! {
                            <LinkButton href kind=ButtonKind::Primary icon=Icon::RefreshCw>
                                "Try again"
                            </LinkButton>
                        }
                    })}
                {actions.run()}
            </div>
            {request_id
                .map(|id| {
                    view! {
                        <p class="mt-3 flex flex-wrap items-center justify-center gap-1.5 text-xs text-ink-2">
                            "Request "
                            <code class="font-mono text-ink">{id.clone()}</code>
                            <CopyButton text=id label="Copy request id" />
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}
