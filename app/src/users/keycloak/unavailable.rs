//! What a page says when Keycloak's users cannot be read or changed.

use crate::paths;
use crate::ui::{Banner, BannerKind, CopyButton, LinkButton};
use domain::keycloak_user::Unavailable;
use leptos::prelude::*;

/// Why, what makes it possible, and the command that does it.
pub(super) fn notice(unavailable: Unavailable) -> AnyView {
    let Unavailable { why, mend, command } = unavailable;
    let command = command.map(|command| {
        view! {
            <span class="mt-1 flex max-w-full items-start gap-1">
                <code class="min-w-0 rounded-sm bg-sunken px-2 py-1 font-mono text-xs tracking-none wrap-anywhere">
                    {command.clone()}
                </code>
                <CopyButton text=command label="Copy command" />
            </span>
        }
    });
    let action = || view! { <LinkButton href=paths::IDENTITY_PROVIDER>"Identity provider"</LinkButton> };
    view! {
        <div class="max-w-160">
            <Banner kind=BannerKind::Warn fact=format!("{why}.") action>
                <span class="wrap-anywhere">{mend}</span>
                {command}
            </Banner>
        </div>
    }
    .into_any()
}
