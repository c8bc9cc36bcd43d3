//! How a flash looks: a toast for what was done, a banner for what was refused.

use super::{Hidden, PostForm};
use crate::ui::{Banner, BannerKind, Button, ButtonKind, ButtonSize, Icon, Toast};
use domain::conflict::Conflict;
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
            Refusal::Conflict(conflict) if conflict.fields.is_empty() => Some(stale(&conflict).into_any()),
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

/// Another user saved first, and no fields can be compared.
fn stale(conflict: &Conflict) -> impl IntoView + use<> {
    let fact = format!("{} saved this since you loaded the page.", conflict.saved.subject());
    view! {
        <Banner kind=BannerKind::Warn icon=Icon::GitCompare fact alert=true>
            "Nothing was changed. Check what is stored now, then send the form again."
        </Banner>
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

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use domain::conflict::Saved;
    use domain::flash::FormState;
    use domain::form::FieldErrors;
    use domain::id::UserId;
    use time::OffsetDateTime;
    use uuid::Uuid;

    #[test]
    fn conflict_without_fields_says_who_saved_first() {
        let saved = Saved { by: None, name: "Ada".into(), is_you: false, at: OffsetDateTime::UNIX_EPOCH };
        let conflict = Conflict {
            saved,
            your_name: "Mia".into(),
            your_id: UserId(Uuid::nil()),
            version: 2,
            fields: Vec::new(),
            problems: FieldErrors::default(),
        };
        let refusal = Refusal::Conflict(Box::new(conflict));
        let state = FormState { form: "delete-budget-group".into(), values: [].into(), refusal };
        let html = banner(Flash::Form(state)).expect("a banner").to_html();
        assert!(html.contains("Ada saved this since you loaded the page."), "{html}");
    }
}
