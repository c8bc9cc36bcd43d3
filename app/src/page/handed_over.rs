//! A secret that was issued and still has to be handed over: a one-time password, the token of a gateway.

use crate::form::{Hidden, PostForm};
use crate::ui::{Button, CopyTextButton, Icon, SvgIcon};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;

/// A secret that waits to be handed over. Not printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// The secret.
    pub secret: String,
    /// When it leaves the page.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

impl std::fmt::Debug for Handover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handover").field("until", &self.until).finish_non_exhaustive()
    }
}

#[cfg(feature = "ssr")]
impl From<services::handover::Handover> for Handover {
    fn from(found: services::handover::Handover) -> Self {
        Self { secret: found.secret, until: found.until }
    }
}

/// What the button beside a secret copies.
#[derive(Clone)]
pub(crate) enum Copied {
    /// The token alone.
    Token,
    /// What a user needs to sign in.
    SignInDetails {
        /// How the user is called at the sign-in: "E-mail: zelda@example.com".
        name: String,
        /// What the secret is called: "One-time password".
        kind: &'static str,
    },
}

impl Copied {
    const fn label(&self) -> &'static str {
        match self {
            Self::Token => "Copy token",
            Self::SignInDetails { .. } => "Copy sign-in details",
        }
    }

    /// The address of Bursar is known to the browser alone.
    fn text(&self, secret: &str) -> String {
        match self {
            Self::Token => secret.to_owned(),
            Self::SignInDetails { name, kind } => {
                let origin = window().location().origin().unwrap_or_default();
                format!("Address: {origin}\n{name}\n{kind}: {secret}\n")
            }
        }
    }
}

/// How a secret that is shown is handed over.
#[derive(Clone)]
pub(crate) struct HandedOver {
    /// The secret.
    pub(crate) handover: Handover,
    /// What it is, and for which user or gateway.
    pub(crate) fact: String,
    /// How to hand it over, and how long it is valid.
    pub(crate) text: String,
    /// What can be copied.
    pub(crate) copied: Copied,
    /// The address of the server function that takes the secret off the page.
    pub(crate) dismiss: &'static str,
    /// What that function is sent.
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl HandedOver {
    /// Stays until it is dismissed, and leaves by itself when its time is over.
    pub(crate) fn banner(self, now: OffsetDateTime) -> AnyView {
        let is_over = RwSignal::new(false);
        let left = Duration::try_from(self.handover.until - now).unwrap_or_default();
        let read_from = self.handover.secret.clone();
        Effect::new(move |_| {
            forget_in_scripts(&read_from);
            set_timeout(
                move || {
                    let _ = is_over.try_set(true);
                },
                left,
            );
        });
        let shown = move || (!is_over.get()).then(|| self.shown());
        view! { <div class="px-gutter pt-4 empty:hidden">{shown}</div> }.into_any()
    }

    fn shown(&self) -> AnyView {
        let Self { handover, fact, text, copied, dismiss, fields } = self.clone();
        let (label, secret) = (copied.label(), handover.secret.clone());
        view! {
            <div
                role="alert"
                class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2.5 rounded-lg bg-info-tint px-3 py-2.5 text-sm [&>svg]:my-0.5 [&>svg]:text-info-ink"
            >
                <SvgIcon icon=Icon::KeyRound />
                <div class="grid justify-items-start gap-2">
                    <b class="font-semibold text-info-ink">{fact}</b>
                    <div class="flex flex-wrap items-center gap-2">
                        <code class="rounded-md bg-raised px-2.5 py-1 font-mono text-base text-ink select-all wrap-anywhere">
                            {secret}
                        </code>
                        <CopyTextButton label text=move || copied.text(&handover.secret) />
                    </div>
                    <p class="max-w-136">{text}</p>
                    <PostForm action=dismiss>
                        <Hidden fields />
                        <Button submit=true>"Done, I have handed it over"</Button>
                    </PostForm>
                </div>
            </div>
        }
        .into_any()
    }
}

/// Empties the script that brought the secret with the document, so that it leaves the document with the banner.
fn forget_in_scripts(secret: &str) {
    let Ok(scripts) = document().query_selector_all("script:not([src])") else { return };
    for script in (0..scripts.length()).filter_map(|at| scripts.get(at)) {
        if script.text_content().is_some_and(|text| text.contains(secret)) {
            script.set_text_content(None);
        }
    }
}
