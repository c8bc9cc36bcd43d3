//! A one-time password that the administrator issued and still has to hand over.

use crate::form::{Hidden, PostForm};
use crate::ui::{Button, CopyTextButton, Icon, SvgIcon};
use crate::users::actions::DismissOneTimePassword;
use crate::users::data::{Handover, UserView};
use domain::password::ONE_TIME_PASSWORD_LIFE;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::time::Duration;
use time::OffsetDateTime;

/// Stays until it is dismissed, and leaves by itself when its time is over.
pub(super) fn banner(view: &UserView, now: OffsetDateTime) -> Option<AnyView> {
    let Handover { password, until } = view.handover.clone()?;
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
    let (name, email, id) = (view.person.name.clone(), view.person.email.clone(), view.person.id.to_string());
    let shown = move || {
        (!is_over.get()).then(|| {
            let details = details(email.clone(), password.clone());
            one_time_password(&name, id.clone(), password.clone(), details)
        })
    };
    Some(view! { <div class="px-gutter pt-4 empty:hidden">{shown}</div> }.into_any())
}

fn one_time_password(name: &str, id: String, password: String, details: impl Fn() -> String + 'static) -> AnyView {
    let fact = format!("One-time password for {name}");
    let fields = vec![("person", id)];
    let text = format!(
        "Give it to the user in person or by phone. It expires after {} hours, and the user must change it at the first \
         sign-in. It stays here for 10 minutes, or until you have handed it over.",
        ONE_TIME_PASSWORD_LIFE.whole_hours(),
    );
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

/// What the user needs to sign in. The address is known to the browser alone.
fn details(email: String, password: String) -> impl Fn() -> String {
    move || {
        let origin = window().location().origin().unwrap_or_default();
        format!("Address: {origin}\nE-mail: {email}\nOne-time password: {password}\n")
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
