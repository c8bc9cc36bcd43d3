//! A password that the administrator issued and still has to hand over.

use crate::form::{Hidden, PostForm};
use crate::ui::{Button, CopyTextButton, Icon, SvgIcon};
use crate::users::actions::DismissOneTimePassword;
use crate::users::data::{Handover, UserView};
use domain::id::UserId;
use domain::password::ONE_TIME_PASSWORD_LIFE;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::time::Duration;
use time::OffsetDateTime;

/// A password that is shown to be handed over.
pub(super) struct HandedOver {
    /// The password; none when there is nothing to hand over.
    pub(super) handover: Option<Handover>,
    /// Whose it is.
    pub(super) user: UserId,
    /// What it is, and for which user.
    pub(super) fact: String,
    /// How to give it to the user, and how long it is valid.
    pub(super) text: String,
    /// How the user is called at the sign-in: "E-mail: zelda@example.com".
    pub(super) sign_in_name: String,
    /// What the password is called in the details to copy.
    pub(super) kind: &'static str,
}

impl HandedOver {
    /// The one-time password of a local account.
    pub(super) fn of_account(view: &UserView) -> Option<Self> {
        let person = &view.person;
        Some(Self {
            handover: Some(view.handover.clone()?),
            user: person.id,
            fact: format!("One-time password for {}", person.name),
            text: format!(
                "Give it to the user in person or by phone. It expires after {} hours, and the user must change it at the \
                 first sign-in. It stays here for 10 minutes, or until you have handed it over.",
                ONE_TIME_PASSWORD_LIFE.whole_hours(),
            ),
            sign_in_name: format!("E-mail: {}", person.email),
            kind: "One-time password",
        })
    }

    /// Stays until it is dismissed, and leaves by itself when its time is over.
    pub(super) fn banner(self, now: OffsetDateTime) -> Option<AnyView> {
        let Handover { password, until } = self.handover.clone()?;
        let is_over = RwSignal::new(false);
        let left = Duration::try_from(until - now).unwrap_or_default();
        let read_from = password.clone();
        Effect::new(move |_| {
            forget_in_scripts(&read_from);
            set_timeout(
                move || {
                    let _ = is_over.try_set(true);
                },
                left,
            );
        });
        let shown = move || (!is_over.get()).then(|| self.shown(password.clone()));
        Some(view! { <div class="px-gutter pt-4 empty:hidden">{shown}</div> }.into_any())
    }

    fn shown(&self, password: String) -> AnyView {
        let details = details(format!("{}\n{}: {password}", self.sign_in_name, self.kind));
        let (fact, text, fields) = (self.fact.clone(), self.text.clone(), vec![("person", self.user.to_string())]);
        view! {
        <div
            role="alert"
            class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2.5 rounded-lg bg-info-tint px-3 py-2.5 text-sm [&>svg]:my-0.5 [&>svg]:text-info-ink"
        >
            <SvgIcon icon=Icon::KeyRound />
            <div class="grid justify-items-start gap-2">
                <b class="font-semibold text-info-ink">{fact}</b>
                <div class="flex flex-wrap items-center gap-2">
                    <code class="rounded-md bg-raised px-2.5 py-1 font-mono text-base text-ink select-all">{password}</code>
                    <CopyTextButton label="Copy sign-in details" text=details />
                </div>
                <p class="max-w-136">{text}</p>
                <PostForm action=DismissOneTimePassword::url()>
                    <Hidden fields />
                    <Button submit=true>"Done, I have handed it over"</Button>
                </PostForm>
            </div>
        </div>
    }
    .into_any()
    }
}

/// What the user needs to sign in. The address is known to the browser alone.
fn details(credentials: String) -> impl Fn() -> String {
    move || {
        let origin = window().location().origin().unwrap_or_default();
        format!("Address: {origin}\n{credentials}\n")
    }
}

/// Empties the script that brought the password with the document, so that it leaves the document with the banner.
fn forget_in_scripts(password: &str) {
    let Ok(scripts) = document().query_selector_all("script:not([src])") else { return };
    for script in (0..scripts.length()).filter_map(|at| scripts.get(at)) {
        if script.text_content().is_some_and(|text| text.contains(password)) {
            script.set_text_content(None);
        }
    }
}
