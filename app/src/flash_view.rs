//! How a flash looks: a toast for what was done, a banner for what was refused.

use crate::confirm::Hidden;
use crate::ui::form::PostForm;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, ButtonSize, CopyButton, Icon, Toast};
use domain::error::Refusal;
use domain::form::{Flash, Undo};
use domain::password::ONE_TIME_PASSWORD_LIFE;
use leptos::prelude::*;

/// The toast of something done.
pub(crate) fn toast(flash: Flash) -> Option<AnyView> {
    let Flash::Notice { text, undo } = flash else { return None };
    Some(view! { <Toast message=text action=move || undo.map(undo_form) /> }.into_any())
}

fn undo_form(undo: Undo) -> impl IntoView {
    view! {
        <PostForm action=undo.action>
            <Hidden fields=undo.fields />
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon=Icon::Undo submit=true>
                "Undo"
            </Button>
        </PostForm>
    }
}

/// The banner at the top of the sheet: a refusal that belongs to no field, or a password shown this once.
pub(crate) fn banner(flash: Flash) -> Option<AnyView> {
    match flash {
        // Who is turned away has a page of its own.
        Flash::Notice { .. } | Flash::Denied(_) | Flash::SignOut(_) => None,
        Flash::OneTimePassword { name, password } => Some(one_time_password(name, password).into_any()),
        Flash::Form(state) => match state.refusal {
            // These stand at their fields and in the form.
            Refusal::Invalid(_) | Refusal::Conflict(_) | Refusal::ConfirmationDue => None,
            refusal => {
                let kind = if matches!(refusal, Refusal::Internal | Refusal::Unavailable | Refusal::Uncertain) {
                    BannerKind::Danger
                } else {
                    BannerKind::Warn
                };
                Some(view! { <Banner kind alert=true fact=refusal.to_string() /> }.into_any())
            }
        },
    }
}

fn one_time_password(name: String, password: String) -> impl IntoView {
    let fact = format!("One-time password for {name}:");
    let copied = password.clone();
    view! {
        <Banner kind=BannerKind::Info fact alert=true action=move || view! { <CopyButton text=copied label="Copy password" /> }>
            <code class="font-mono text-base text-ink select-all">{password}</code>
            {format!(
                " Hand it over now: it is shown this once, expires after {} hours and has to be changed at the first sign-in.",
                ONE_TIME_PASSWORD_LIFE.whole_hours(),
            )}
        </Banner>
    }
}
