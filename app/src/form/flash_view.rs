//! How a flash looks: a toast for what was done, a banner for what was refused.

use super::{Hidden, PostForm};
use crate::ui::{Banner, BannerKind, Button, ButtonKind, ButtonSize, Icon, Toast};
use domain::error::Refusal;
use domain::flash::{Flash, Undo};
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

/// The banner at the top of the sheet: a refusal that belongs to no field.
pub(crate) fn banner(flash: Flash) -> Option<AnyView> {
    match flash {
        // Who is turned away has a page of its own.
        Flash::Notice { .. } | Flash::Denied(_) | Flash::SignOut(_) => None,
        Flash::Form(state) => match state.refusal {
            // These stand at their fields and in the form.
            Refusal::Invalid(_) | Refusal::Conflict(_) | Refusal::ConfirmationDue => None,
            Refusal::SignedOut => Some(kept_input().into_any()),
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

/// After signing in again.
fn kept_input() -> impl IntoView {
    view! {
        <Banner kind=BannerKind::Info fact="Your input is kept, but not saved yet." alert=true>
            "You were signed out before it was saved. Check it, then send it again."
        </Banner>
    }
}
