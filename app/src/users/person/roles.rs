//! What somebody may do on the platform as a whole.

use crate::confirm::Hidden;
use crate::ui::form::PostForm;
use crate::ui::{RoleBadge, Section, SwitchButton, Views};
use crate::users::actions::{SetAuditor, SetPlatformRole};
use crate::users::data::UserView;
use domain::id::UserId;
use domain::role::PlatformRole;
use domain::user::UserKind;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(view: &UserView) -> impl IntoView + use<> {
    let body =
        if view.may_grant_roles || view.may_grant_auditor { switches(view).into_any() } else { held(view).into_any() };
    view! {
        <Section id="roles" title="Platform roles" side=|| "Changes hold from the next request">
            {body}
        </Section>
    }
}

/// For those who may only read.
fn held(view: &UserView) -> impl IntoView + use<> {
    let role = view.person.role;
    view! {
        <p class="flex flex-wrap items-center gap-2 text-sm text-ink-2">
            <RoleBadge role kind=view.person.kind />
            {meaning(role)}
        </p>
    }
}

const fn meaning(role: PlatformRole) -> &'static str {
    match role {
        PlatformRole::User => "Sees own projects and budgets.",
        PlatformRole::Auditor => "Reads everything, changes nothing.",
        PlatformRole::Admin => "Manages people and projects, and reads budgets. Has no project limit.",
        PlatformRole::Maintainer => "Everything an admin may, budgets, and the roles of others.",
    }
}

/// One switch: what it shows, what pressing it asks for, and why it may be closed.
struct Switch {
    id: &'static str,
    role: PlatformRole,
    on: bool,
    closed: Option<String>,
    action: String,
    field: (&'static str, &'static str),
}

fn switches(view: &UserView) -> impl IntoView + use<> {
    let id = view.person.id;
    let rows = [maintainer(view), admin(view), auditor(view)].map(|switch| switch_form(switch, id));
    view! {
        <div class="grid grid-cols-[repeat(auto-fit,minmax(min(100%,13rem),1fr))] gap-x-6 gap-y-4">
            {rows.views()}
        </div>
    }
}

fn switch_form(switch: Switch, person: UserId) -> impl IntoView {
    let Switch { id, role, on, closed, action, field: (name, value) } = switch;
    let disabled = closed.is_some();
    let consequence = closed.unwrap_or_else(|| meaning(role).to_owned());
    view! {
        <PostForm action>
            <Hidden fields=vec![("person", person.to_string())] />
            <SwitchButton id label=role.title() on name value consequence disabled />
        </PostForm>
    }
}

fn maintainer(view: &UserView) -> Switch {
    let on = view.person.role.is_maintainer();
    let wanted = if on { PlatformRole::Admin } else { PlatformRole::Maintainer };
    Switch {
        id: "role-maintainer",
        role: PlatformRole::Maintainer,
        on,
        closed: closed_to_all(view).or_else(|| only_maintainers(view)),
        action: SetPlatformRole::url().to_owned(),
        field: ("role", wanted.key()),
    }
}

fn admin(view: &UserView) -> Switch {
    let role = view.person.role;
    let wanted = if role.is_admin() { PlatformRole::User } else { PlatformRole::Admin };
    let included = role.is_maintainer().then(|| "Included in Maintainer. Take that role away first.".to_owned());
    Switch {
        id: "role-admin",
        role: PlatformRole::Admin,
        on: role.is_admin(),
        closed: closed_to_all(view).or_else(|| only_maintainers(view)).or(included),
        action: SetPlatformRole::url().to_owned(),
        field: ("role", wanted.key()),
    }
}

fn auditor(view: &UserView) -> Switch {
    let role = view.person.role;
    let covered = role.is_admin().then(|| format!("Sees everything already as {}.", role.title()));
    Switch {
        id: "role-auditor",
        role: PlatformRole::Auditor,
        on: role.is_auditor(),
        closed: closed_to_all(view).or(covered),
        action: SetAuditor::url().to_owned(),
        field: ("auditor", if role.is_auditor() { "false" } else { "true" }),
    }
}

fn closed_to_all(view: &UserView) -> Option<String> {
    if view.is_self {
        Some("You cannot change your own role. Ask another maintainer.".to_owned())
    } else if view.person.kind == UserKind::External {
        Some("External users hold no platform role.".to_owned())
    } else {
        None
    }
}

fn only_maintainers(view: &UserView) -> Option<String> {
    (!view.may_grant_roles).then(|| "Only maintainers grant this. Ask one.".to_owned())
}
