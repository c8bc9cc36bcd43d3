//! A one-time password that the administrator issued and still has to hand over.

use crate::page::{Copied, HandedOver};
use crate::users::actions::DismissOneTimePassword;
use crate::users::data::UserView;
use domain::password::ONE_TIME_PASSWORD_LIFE;
use leptos::server_fn::ServerFn;

/// The one-time password of a local account; none when there is nothing to hand over.
pub(super) fn of_account(view: &UserView) -> Option<HandedOver> {
    let person = &view.person;
    Some(HandedOver {
        handover: view.handover.clone()?,
        fact: format!("One-time password for {}", person.name),
        text: format!(
            "Give it to the user in person or by phone. It expires after {} hours, and the user must change it at the \
             first sign-in. It stays here for 10 minutes, or until you have handed it over.",
            ONE_TIME_PASSWORD_LIFE.whole_hours(),
        ),
        copied: Copied::SignInDetails { name: format!("E-mail: {}", person.email), kind: "One-time password" },
        dismiss: DismissOneTimePassword::url(),
        fields: vec![("person", person.id.to_string())],
    })
}
