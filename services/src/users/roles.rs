//! Platform roles, and whether a user belongs to the organisation.

mod undo;

pub use undo::undo_role_change;

use super::ensure_personal_project;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::LockedUser;
use crate::reauthentication;
use crate::undo::Changed;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::{GrantAuditor, GrantRoles};
use domain::role::{PlatformRole, ProjectRole, RoleColumns};
use domain::user::UserKind;
use domain::violation::Violation;

/// Gives a user a platform role in place of the one held. The same role again changes nothing.
///
/// # Errors
/// [`Refusal::ConfirmationDue`] for maintainer until the caller re-authenticated for this very grant;
/// [`Refusal::Rule`] for one's own role and for external users; [`Refusal::NotFound`].
pub async fn set_platform_role(
    services: &Services,
    can: &Can<GrantRoles>,
    id: UserId,
    role: PlatformRole,
) -> Result<Changed, Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    grant(services, change, person, role).await
}

/// Makes a user an auditor, or an auditor a user without a platform role. The same again changes nothing.
///
/// # Errors
/// [`Refusal::Forbidden`] for admins and maintainers, whose role only maintainers change; [`Refusal::Rule`] for external
/// users; [`Refusal::NotFound`].
pub async fn set_auditor(
    services: &Services,
    can: &Can<GrantAuditor>,
    id: UserId,
    is_auditor: bool,
) -> Result<Changed, Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    if person.role.is_admin() {
        let (name, role) = (person.name.clone(), title(person.role).to_owned());
        return Err(Refusal::Forbidden(Violation::RoleOfMaintainers { name, role }).into());
    }
    let role = if is_auditor { PlatformRole::Auditor } else { PlatformRole::User };
    grant(services, change, person, role).await
}

async fn grant(
    services: &Services,
    mut change: Change<'_>,
    person: LockedUser,
    role: PlatformRole,
) -> Result<Changed, Error> {
    if person.role == role {
        return Ok(Changed::nothing(person.name));
    }
    reauthenticate(services, &change, &person, role).await?;
    let columns = person.columns.with_role(role);
    write_role(services, &mut change, &person, columns).await?;
    let former = undo::FormerRole { user: person.id, before: person.columns, after: columns };
    let event = change.record_undoable(person.role_entry(Action::UserRoleChanged, role), &former).await?;
    change.commit().await?;
    Ok(Changed { name: person.name, event: Some(event) })
}

/// Makes a user regular or external. A user who becomes regular gets a personal project; either way they are plain members
/// of their shared projects from now on. The same again changes nothing.
pub(super) async fn replace_kind(
    services: &Services,
    change: &mut Change<'_>,
    person: &LockedUser,
    kind: UserKind,
) -> Result<(), Error> {
    if person.kind == kind {
        return Ok(());
    }
    if kind == UserKind::External && person.role != PlatformRole::User {
        let (name, role) = (person.name.clone(), title(person.role).to_owned());
        return Err(Violation::RoleHeld { name, role }.into());
    }
    sqlx::query!("update users set user_type = $2 where id = $1", person.id.0, kind.key())
        .execute(change.connection())
        .await?;
    person.touch(services, change).await?;
    let (before, after) = (person.kind.key().to_owned(), kind.key().to_owned());
    change.record(person.entry(Action::UserKindChanged).field("kind", Some(before), Some(after))).await?;
    revoke_project_admin(change, person).await?;
    if kind == UserKind::Regular {
        let own_name = person.own_name();
        let made = ensure_personal_project(services, change.connection(), person.id, &person.name, &own_name).await?;
        if let Some(entry) = made {
            change.record(entry).await?;
        }
    }
    Ok(())
}

/// Makes the user a plain member wherever they are project admin. An external user cannot be one, and a role that has no
/// effect must not come back with a later change of type, without a grant.
async fn revoke_project_admin(change: &mut Change<'_>, person: &LockedUser) -> Result<(), Error> {
    let projects = sqlx::query!(
        "with revoked as (
           update user_projects set is_project_admin = false where user_id = $1 and is_project_admin
           returning project_id)
         select p.id, p.name from projects p where p.id in (select project_id from revoked) order by lower(p.name)",
        person.id.0
    )
    .fetch_all(change.connection())
    .await?;
    let role = |role: ProjectRole| Some(role.key().to_owned());
    let entries = projects.into_iter().map(|project| {
        Entry::new(Action::ProjectMemberRoleChanged, TargetType::Project, project.id, project.name)
            .set("person", &person.email)
            .field("role", role(ProjectRole::Admin), role(ProjectRole::Member))
    });
    change.record_many(entries.collect()).await
}

/// Sets all three flags, so that a leftover auditor flag goes with the role that covers it.
pub(super) async fn replace_role(
    services: &Services,
    change: &mut Change<'_>,
    person: &LockedUser,
    role: PlatformRole,
) -> Result<(), Error> {
    if person.role == role {
        return Ok(());
    }
    reauthenticate(services, change, person, role).await?;
    write_role(services, change, person, RoleColumns::of(role)).await?;
    change.record(person.role_entry(Action::UserRoleChanged, role)).await
}

/// A grant of maintainer needs a re-authentication of its own, on the page and by `/v1`.
async fn reauthenticate(
    services: &Services,
    change: &Change<'_>,
    person: &LockedUser,
    role: PlatformRole,
) -> Result<(), Error> {
    if !role.is_maintainer() {
        return Ok(());
    }
    reauthentication::reauthenticate_for(services, change.caller(), &format!("grant maintainer to {}", person.id)).await
}

/// The caller records it.
async fn write_role(
    services: &Services,
    change: &mut Change<'_>,
    person: &LockedUser,
    columns: RoleColumns,
) -> Result<(), Error> {
    if person.is_oneself(change) {
        return Err(Violation::OwnRole.into());
    }
    if person.kind == UserKind::External && columns.role() != PlatformRole::User {
        let (name, role) = (person.name.clone(), title(columns.role()).to_owned());
        return Err(Violation::ExternalUserRole { name, role }.into());
    }
    sqlx::query!(
        "update users set is_admin = $2, is_maintainer = $3, is_auditor = $4 where id = $1",
        person.id.0,
        columns.is_admin,
        columns.is_maintainer,
        columns.is_auditor
    )
    .execute(change.connection())
    .await?;
    person.touch(services, change).await
}

/// As a part of a sentence.
const fn title(role: PlatformRole) -> &'static str {
    match role {
        PlatformRole::User => "a user",
        PlatformRole::Auditor => "an auditor",
        PlatformRole::Admin => "an admin",
        PlatformRole::Maintainer => "a maintainer",
    }
}
