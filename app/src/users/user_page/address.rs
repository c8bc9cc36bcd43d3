//! The e-mail address of a user: to be corrected, or released when the account is closed.

use super::account::{line, quiet};
use crate::form::{ConfirmForm, Edited, FormFields};
use crate::paths;
use crate::ui::{Button, ButtonKind, DialogButton, TextField, TextKind};
use crate::users::actions::{ADDRESS_FORM, ChangeAddress, ReleaseAddress};
use crate::users::data::UserView;
use domain::draft::{Field, FieldValue};
use domain::email::Email;
use domain::user::{UserDraft, UserStatus};
use domain::view::UserDetail;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

pub(super) fn change(view: &UserView, state: FormFields, now: OffsetDateTime) -> AnyView {
    let person = &view.person;
    let name = &person.name;
    let text = if Email::is_released(&person.email) {
        format!("The address was released. Before you reactivate the account, enter the one {name} has now.")
    } else if view.has_provider {
        format!("{name} signs in through the identity provider. Its address replaces this one at the next sign-in.")
    } else {
        format!("{name} signs in with it. The personal project follows; open sessions stay.")
    };
    let value = Email::of_stored(&person.email).typed().to_owned();
    let (name, label) = (UserDraft::EMAIL.name, UserDraft::EMAIL.label);
    let edited = Edited {
        action: ChangeAddress::url(),
        form: ADDRESS_FORM,
        what: "account",
        target: ("person", person.id.to_string()),
        version: person.version,
        stored: vec![Field { name, label, value: FieldValue::text(&*value) }],
        now,
        discard_href: paths::user(person.id),
        class: Some("flex flex-wrap items-start gap-2"),
    };
    line("E-mail address", text, edited.form(state, |state| address_field(value, &state)))
}

fn address_field(value: String, state: &FormFields) -> AnyView {
    view! {
        <Provider value=state.scope(ADDRESS_FORM)>
            <div class="w-64 max-w-full">
                <TextField
                    name=UserDraft::EMAIL.name
                    label=UserDraft::EMAIL.label
                    kind=TextKind::Email
                    value
                    required=true
                    maxlength=UserDraft::EMAIL.max_length
                    autocomplete="off"
                />
            </div>
        </Provider>
        // As far down as the label beside it.
        <div class="mt-6.5 flex min-h-9 items-center @max-p1:mt-0">
            <Button submit=true>"Change address"</Button>
        </div>
    }
    .into_any()
}

/// Only deactivated users can do without their address.
pub(super) fn release(person: &UserDetail) -> Option<AnyView> {
    if person.status != UserStatus::Deactivated || Email::is_released(&person.email) {
        return None;
    }
    let fields = vec![("person", person.id.to_string())];
    let opener = || view! { <DialogButton target="release-address" kind=ButtonKind::DangerQuiet>"Release address"</DialogButton> };
    let form = view! {
        <ConfirmForm
            action=ReleaseAddress::url()
            fields
            id="release-address"
            question=format!("Release {}?", person.email)
            consequence=format!(
                "Another account can have the address then. The audit log keeps it. Before {} can be reactivated, you have to enter an address.",
                person.name,
            )
            verb="Release address"
            opener
        />
    };
    let text = "Frees the address for another account, for example a new one of the same user.";
    Some(line("Release address", text.to_owned(), quiet(form)))
}
