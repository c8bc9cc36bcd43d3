//! One project in the list.

use crate::paths;
use crate::ui::{
    Avatar, AvatarShape, Badge, BadgeKind, Cell, Day, Icon, NameCell, Priority, Stacked, TableRow, count_words,
};
use domain::project::{ProjectKind, ProjectRow};
use domain::role::ProjectRole;
use domain::user::ProjectAllowance;
use leptos::prelude::*;

/// From which width the number of project admins is shown.
pub(super) const ADMINS: Priority = Priority::P2;
/// From which width the day of creation is shown.
pub(super) const CREATED: Priority = Priority::P2;

/// A project's row: names, type, members, project admins, one's own role, day of creation.
pub(super) fn project_row(project: ProjectRow) -> impl IntoView {
    let (members, admins) = (count_words(project.member_count), admins(&project));
    let numbers = view! {
        <Cell figures=true label="Members" class="text-sm">{members}</Cell>
        <Cell figures=true stacked=Stacked::Hidden priority=ADMINS class="text-sm">{admins}</Cell>
    };
    row(project, numbers)
}

/// The same without the numbers of members.
pub(super) fn reduced_row(project: ProjectRow) -> impl IntoView {
    row(project, ())
}

fn row(project: ProjectRow, numbers: impl IntoView + 'static) -> impl IntoView {
    let ProjectRow { id, name, title, kind, own_role, created_at, .. } = project;
    let (href, initials) = (paths::project(name.as_str()), title.clone());
    let detail = (title != name.as_str()).then(|| name.to_string());
    let role_stacked = if own_role.is_some() { Stacked::Line } else { Stacked::Hidden };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name=title detail code=true>
                    <Avatar name=initials seed=id.to_string() shape=AvatarShape::Project />
                </NameCell>
            </Cell>
            <Cell>
                <KindBadge kind />
            </Cell>
            {numbers}
            <Cell stacked=role_stacked>{role_or_none(own_role)}</Cell>
            <Cell stacked=Stacked::Hidden priority=CREATED class="num text-sm text-ink-2">
                <Day at=created_at />
            </Cell>
        </TableRow>
    }
}

/// A personal project has an owner and no admins.
fn admins(project: &ProjectRow) -> String {
    match project.kind {
        ProjectKind::Personal => "–".to_owned(),
        ProjectKind::Shared => count_words(project.admin_count),
    }
}

fn role_or_none(role: Option<ProjectRole>) -> AnyView {
    match role {
        Some(role) => view! { <ProjectRoleBadge role /> }.into_any(),
        None => view! { <span class="text-sm text-ink-2">"–"</span> }.into_any(),
    }
}

/// "2 of 3 shared projects used"
pub(crate) fn allowance_words(allowance: ProjectAllowance) -> String {
    let used = allowance.used;
    match allowance.limit {
        Some(limit) => format!("{used} of {limit} shared projects used"),
        None if used == 1 => "1 shared project, no limit".to_owned(),
        None => format!("{used} shared projects, no limit"),
    }
}

/// Shared or personal.
#[component]
pub fn KindBadge(
    /// Whose the project is.
    kind: ProjectKind,
) -> impl IntoView {
    view! { <Badge kind=BadgeKind::Outline>{kind.title()}</Badge> }
}

/// What somebody is in a project; a key marks the project admin.
#[component]
pub fn ProjectRoleBadge(
    /// The role.
    role: ProjectRole,
) -> impl IntoView {
    let (kind, icon) = match role {
        ProjectRole::Admin => (BadgeKind::Neutral, Some(Icon::KeyRound)),
        ProjectRole::Member | ProjectRole::Owner => (BadgeKind::Outline, None),
    };
    view! { <Badge kind icon>{role.title()}</Badge> }
}
