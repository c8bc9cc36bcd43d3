//! The platform role of a user: one choice, saved by one button. Admin and maintainer are confirmed in a dialog.

use crate::form::{FormFields, Forms, Hidden, PostForm};
use crate::ui::{Button, ButtonKind, ConfirmDialog, DialogButton, RadioChoice, RadioRows, RoleBadge, Section, Views};
use crate::users::actions::{ROLE_FORM, SetPlatformRole};
use crate::users::data::UserView;
use domain::role::PlatformRole;
use domain::user::UserKind;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(view: &UserView, forms: &Forms) -> impl IntoView + use<> {
    let body = if view.may_grant_auditor && reason_against_change(view).is_none() {
        role_form(view, &forms.of(ROLE_FORM)).into_any()
    } else {
        held(view).into_any()
    };
    let stored = stored_beside(view);
    view! {
        <Section id="roles" title="Platform role" side=|| "Changes take effect immediately">
            {body}
            {stored}
        </Section>
    }
}

/// The role as text, with the reason why it cannot be changed here.
fn held(view: &UserView) -> impl IntoView + use<> {
    let role = view.person.role;
    let reason = view.may_grant_auditor.then(|| reason_against_change(view)).flatten();
    view! {
        <div class="grid gap-1 text-sm text-ink-2">
            <p class="flex flex-wrap items-center gap-2">
                <RoleBadge role kind=view.person.kind />
                {meaning(role)}
            </p>
            {reason.map(|reason| view! { <p>{reason}</p> }).views()}
        </div>
    }
}

const fn meaning(role: PlatformRole) -> &'static str {
    match role {
        PlatformRole::User => "Sees their own projects and budgets.",
        PlatformRole::Auditor => "Reads everything; no platform-wide changes.",
        PlatformRole::Admin => "Manages users and projects, and reads budgets. Has no project limit.",
        PlatformRole::Maintainer => "All administrator rights, plus budgets and platform roles.",
    }
}

/// Why no role of this user can be changed by the viewer.
fn reason_against_change(view: &UserView) -> Option<&'static str> {
    let person = &view.person;
    if view.is_self {
        Some("You cannot change your own role. Ask another maintainer.")
    } else if person.role.is_admin() && !view.may_grant_roles {
        Some("Only maintainers change the role of an admin or maintainer. Ask one.")
    } else if person.kind == UserKind::External && person.role == PlatformRole::User {
        Some("External users cannot hold a platform role.")
    } else {
        None
    }
}

/// Why this role cannot be granted by the viewer.
fn reason_against_grant(view: &UserView, role: PlatformRole) -> Option<&'static str> {
    let person = &view.person;
    if role.is_admin() && !view.may_grant_roles {
        Some("Only maintainers grant this. Ask one.")
    } else if person.kind == UserKind::External && role != PlatformRole::User && role != person.role {
        Some("External users cannot hold a platform role.")
    } else {
        None
    }
}

/// What an operator stored beside the role that takes effect.
fn stored_beside(view: &UserView) -> Option<AnyView> {
    let person = &view.person;
    person.keeps_auditor.then(|| {
        let (name, role) = (person.name.clone(), person.role.title());
        view! {
            <p class="mt-3 text-sm text-ink-2">
                {format!(
                    "Auditor is stored for {name}, too; {role} includes it. It stays stored while {name} is Admin or Maintainer.",
                )}
            </p>
        }
        .into_any()
    })
}

fn role_form(view: &UserView, state: &FormFields) -> impl IntoView + use<> {
    let held = view.person.role;
    let option = |role: PlatformRole| RadioChoice {
        value: role.key().to_owned(),
        label: role.title().to_owned(),
        figure: None,
        detail: Some(meaning(role).to_owned()),
        unavailable: reason_against_grant(view, role).map(ToOwned::to_owned),
    };
    let options = PlatformRole::ALL.map(option).into();
    let is_granted = |role: PlatformRole| role != held && reason_against_grant(view, role).is_none();
    let admin = is_granted(PlatformRole::Admin).then(|| grant(view, PlatformRole::Admin));
    let maintainer = is_granted(PlatformRole::Maintainer).then(|| grant(view, PlatformRole::Maintainer));
    let scope = state.scope(ROLE_FORM);
    let fields = vec![("person", view.person.id.to_string())];
    view! {
        // The button that belongs to the choice is shown by the style sheet: scripts are not needed to be asked. A choice
        // that was not saved does not come back with the page.
        <PostForm action=SetPlatformRole::url() class="group/role grid max-w-136 gap-3" attr:autocomplete="off">
            <Hidden fields />
            <Provider value=scope>
                <RadioRows name="role" legend="Platform role" is_legend_hidden=true options selected=held.key() />
            </Provider>
            <div>
                <span class=save_class(held)>
                    <Button kind=ButtonKind::Primary submit=true attr:name="confirmed" attr:value=held.key()>
                        "Save role"
                    </Button>
                </span>
                {admin}
                {maintainer}
            </div>
        </PostForm>
    }
}

/// Shows the button that saves at once, unless the choice is a role that is confirmed first.
const fn save_class(held: PlatformRole) -> &'static str {
    match held {
        PlatformRole::Admin => "group-has-[[value=maintainer]:checked]/role:hidden",
        PlatformRole::Maintainer => "group-has-[[value=admin]:checked]/role:hidden",
        PlatformRole::User | PlatformRole::Auditor => {
            "group-has-[[value=admin]:checked]/role:hidden group-has-[[value=maintainer]:checked]/role:hidden"
        }
    }
}

/// Shows the button that asks while its role is chosen.
const fn grant_class(role: PlatformRole) -> &'static str {
    if role.is_maintainer() {
        "hidden group-has-[[value=maintainer]:checked]/role:inline"
    } else {
        "hidden group-has-[[value=admin]:checked]/role:inline"
    }
}

/// The button and the dialog that confirms a grant.
fn grant(view: &UserView, role: PlatformRole) -> AnyView {
    let (id, name) = (format!("grant-{}", role.key()), &view.person.name);
    let (question, verb) = if view.person.role.is_maintainer() {
        (format!("Change {name} from Maintainer to Admin?"), "Change to Admin".to_owned())
    } else {
        (format!("Make {name} {}?", role.title()), format!("Grant {}", role.title()))
    };
    let rights = format!("{name} will be able to {}", rights(role));
    let next = role.is_maintainer().then_some(if view.has_provider {
        "You sign in again at the identity provider to confirm."
    } else {
        "You enter your password next to confirm."
    });
    let action = move || {
        view! {
            <Button kind=ButtonKind::Primary submit=true attr:name="confirmed" attr:value=role.key()>
                {verb}
            </Button>
        }
    };
    view! {
        <span class=grant_class(role)>
            <DialogButton target=id.clone() kind=ButtonKind::Primary>
                "Save role"
            </DialogButton>
        </span>
        <ConfirmDialog id title=question action>
            <p>{rights}</p>
            {next.map(|next| view! { <p>{next}</p> }).views()}
        </ConfirmDialog>
    }
    .into_any()
}

/// What a role gives, after "will be able to".
const fn rights(role: PlatformRole) -> &'static str {
    match role {
        PlatformRole::User => "see their own projects and budgets.",
        PlatformRole::Auditor => "read everything on the platform.",
        PlatformRole::Admin => {
            "create and deactivate users, manage every project and its members, read all budgets, and grant Auditor."
        }
        PlatformRole::Maintainer => {
            "do everything an admin can, create and assign budgets, and grant Admin and Maintainer to other users."
        }
    }
}
