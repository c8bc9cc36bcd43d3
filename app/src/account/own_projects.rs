//! One's own projects, on My access.

use crate::me::Me;
use crate::paths;
use crate::projects::badges::{ProjectRoleBadge, allowance_words};
use crate::projects::claims_only_list::what_to_ask;
use crate::ui::{
    Avatar, AvatarShape, Badge, BadgeKind, ButtonSize, Day, EmptyKind, EmptyState, Icon, LinkButton, Section, Views,
};
use domain::mode::Mode;
use domain::permission::Permission;
use domain::project::ProjectKind;
use domain::role::ProjectRole;
use domain::user::Assignment;
use domain::view::OwnAccess;
use leptos::prelude::*;

/// Every project with the role in it; without a shared one, what to ask for and whom.
pub(super) fn section(own: &OwnAccess, me: &Me) -> impl IntoView + use<> {
    let lines = own.projects.iter().cloned().map(line).views();
    let has_shared = own.projects.iter().any(|project| project.kind == ProjectKind::Shared);
    let may_create = me.may(Permission::CreateProject) && own.allowance.has_room();
    let lonely = (!has_shared).then(|| without_shared(own, me, may_create));
    let create = move || {
        (may_create && has_shared).then(|| {
            view! {
                <LinkButton href=paths::NEW_PROJECT size=ButtonSize::Small icon=Icon::Plus>
                    "Create project"
                </LinkButton>
            }
        })
    };
    let used = (me.mode == Mode::Platform).then(|| allowance_words(own.allowance));
    view! {
        <Section id="projects" title="Projects" side=move || used actions=create>
            <ul class="-mt-1">{lines}</ul>
            {lonely}
        </Section>
    }
}

fn line(project: Assignment) -> impl IntoView {
    let Assignment { project_id, name, title, role, granted_by, since, is_default, .. } = project;
    let default = is_default.then(|| view! { <Badge kind=BadgeKind::Outline>"Default"</Badge> });
    let href = paths::project(name.as_str());
    let initials = title.clone();
    let granted = match (since, granted_by) {
        (None, _) => "From your sign-in".into_any(),
        (Some(at), Some(by)) => view! { "Since " <Day at=at /> ", by " {by} }.into_any(),
        (Some(_), None) if role == ProjectRole::Owner => "Since your first sign-in".into_any(),
        (Some(at), None) => view! { "Since " <Day at=at /> }.into_any(),
    };
    view! {
        <li class="grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 border-b border-line py-2.5 @max-p1:grid-cols-[auto_minmax(0,1fr)]">
            <Avatar name=initials seed=project_id.to_string() shape=AvatarShape::Project />
            <div class="min-w-0">
                <a
                    href=href
                    class="rounded-sm text-base font-strong wrap-anywhere hover:underline hover:underline-offset-[0.2em]"
                >
                    {title}
                </a>
                {default}
                <p class="text-sm text-ink-2">{allows(role)}</p>
            </div>
            <div class="grid justify-items-end gap-0.5 @max-p1:col-start-2 @max-p1:justify-items-start">
                <ProjectRoleBadge role />
                <p class="text-xs text-ink-2">{granted}</p>
            </div>
        </li>
    }
}

const fn allows(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Admin => "Manage its members, its display name and its description",
        ProjectRole::Member => "See the project, its members and its budgets",
        ProjectRole::Owner => "Only you. Cannot be shared",
    }
}

fn without_shared(own: &OwnAccess, me: &Me, may_create: bool) -> impl IntoView + use<> {
    let text = if me.role.is_admin() {
        "As an admin you see every project without being in it.".to_owned()
    } else if me.mode == Mode::Keycloak {
        what_to_ask(&me.email)
    } else {
        let whom = if own.admins.is_empty() { "an admin".to_owned() } else { own.admins.join(" or ") };
        format!("Ask {whom}, or a project admin of the project you need, to add {} as a member.", me.email)
    };
    let create = move || {
        may_create.then(|| {
            view! {
                <LinkButton href=paths::NEW_PROJECT icon=Icon::Plus>
                    "Create project"
                </LinkButton>
            }
        })
    };
    view! { <EmptyState kind=EmptyKind::Nothing(Icon::Folders) title="No shared projects yet" text actions=create /> }
}
