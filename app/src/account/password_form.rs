//! Changing one's own password: the fields, on the profile and while a change is due.

use super::actions::ChangePassword;
use crate::form::{FormFields, PostForm};
use crate::next::NextPath;
use crate::ui::{Button, ButtonKind, TextField, TextKind};
use domain::password::PasswordPolicy;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Name of the form.
pub(super) const FORM: &str = "change-password";

/// What the form is about.
pub(super) struct PasswordForm {
    /// Whose password it is, for password managers.
    pub(super) email: String,
    /// What the field for the current password is called; without it there is no such field.
    pub(super) current: Option<&'static str>,
    /// What the new password must be.
    pub(super) policy: PasswordPolicy,
    /// Where the form leads to while a change is due. Then there is nothing else to do on the page.
    pub(super) next: Option<NextPath>,
}

/// The current password, unless the session proves it, and the new one once: it can be shown instead of repeated.
pub(super) fn password_form(form: PasswordForm, state: &FormFields) -> impl IntoView + use<> {
    let PasswordForm { email, current, policy, next } = form;
    let scope = state.scope(FORM);
    let kind = if next.is_some() { ButtonKind::Primary } else { ButtonKind::Default };
    let next = next.map(|next| view! { <input type="hidden" name="next" value=next.as_str().to_owned() /> });
    view! {
        <PostForm action=ChangePassword::url() class="grid max-w-88 gap-4">
            {next}
            <input type="email" value=email autocomplete="username" readonly=true hidden=true aria-label="E-mail" />
            <Provider value=scope>{current.map(current_password)} {new_password(policy)}</Provider>
            <div class="flex">
                <Button kind submit=true>
                    "Change password"
                </Button>
            </div>
        </PostForm>
    }
}

fn current_password(label: &'static str) -> impl IntoView {
    view! {
        <TextField
            name="current_password"
            label
            kind=TextKind::Password
            autocomplete="current-password"
            required=true
        />
    }
}

/// The field for a new password, which counts its characters while they are typed.
fn new_password(policy: PasswordPolicy) -> impl IntoView {
    let length = RwSignal::new(0_usize);
    let is_long_enough = Memo::new(move |_| length.get() >= policy.min_length());
    view! {
        <div class="relative" on:input=move |event| length.set(event_target_value(&event).chars().count())>
            // Not announced at each key: the hint names the least length, and below it is said when it is reached.
            <p class="absolute end-0 top-0 text-sm text-ink-2" aria-hidden="true">
                {move || counted(length.get(), policy)}
            </p>
            <TextField
                name="new_password"
                label="New password"
                kind=TextKind::Password
                autocomplete="new-password"
                minlength=u16::try_from(policy.min_length()).unwrap_or_default()
                hint=policy.hint()
                required=true
            />
            <p class="sr-only" role="status">
                {move || is_long_enough.get().then_some("Long enough")}
            </p>
        </div>
    }
}

/// `12 of 15 characters`; nothing before the first one.
fn counted(length: usize, policy: PasswordPolicy) -> String {
    match length {
        0 => String::new(),
        length if length < policy.min_length() => format!("{length} of {} characters", policy.min_length()),
        length => format!("{length} characters, long enough"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_characters_are_counted_up_to_the_least_length() {
        let policy = PasswordPolicy::default();
        assert_eq!(counted(0, policy), "");
        assert_eq!(counted(12, policy), "12 of 15 characters");
        assert_eq!(counted(15, policy), "15 characters, long enough");
    }
}
