//! Undoing an addition, a removal or a change of role: the membership is afterwards what it was, with who granted it and
//! since when, and the default project of the user again unless another one was chosen since.

use super::{
    CurrentMember, SharedProject, WithoutAdmin, check_admin_stays, check_may_join, member, set_role, shared_project,
};
use crate::Services;
use crate::audit::{Action, Entry};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::{LockedUser, share_user};
use crate::projects::{check_may_be_admins, enforce_limit, of_proof};
use domain::error::Refusal;
use domain::id::{EventId, ProjectId, UserId};
use domain::permission::ManageMembers;
use domain::role::ProjectRole;
use domain::violation::Violation;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A member before a change.
#[derive(Serialize, Deserialize)]
pub(super) struct Former {
    pub(super) project: ProjectId,
    pub(super) user: UserId,
    pub(super) held: Held,
}

/// What the user was in the project before the change.
#[derive(Serialize, Deserialize)]
pub(super) enum Held {
    /// The whole membership.
    Membership {
        role: ProjectRole,
        granted_by: Option<UserId>,
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        #[serde(default)]
        is_default: bool,
    },
    /// No member: the change added the user in this role.
    Nothing {
        role: ProjectRole,
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
    /// The role, which was replaced by another.
    Role { before: ProjectRole, after: ProjectRole },
}

/// Undoes the caller's own addition or removal of a member, or change of a member's role. Returns the user's name and the
/// role that is restored; none when the user is no member again.
///
/// # Errors
/// [`Refusal::Rule`] when it cannot be undone any more, when the membership was changed since, and when the user may
/// not be a member or project admin now, or is the only project admin.
pub async fn undo(
    services: &Services,
    can: &Can<ManageMembers>,
    event: EventId,
) -> Result<(String, Option<ProjectRole>), Error> {
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    let actions = [Action::ProjectMemberAdded, Action::ProjectMemberRemoved, Action::ProjectMemberRoleChanged];
    let former: Former = change.take_former(event, &actions).await?;
    if former.project != project.id {
        return Err(Refusal::NotFound.into());
    }
    let id = former.user;
    let user = share_user(change.connection(), id).await?.ok_or(Refusal::NotFound)?;
    let (role, entry) = match former.held {
        Held::Membership { role, granted_by, since, is_default } => {
            check_may_join(services, &project, [(&user, role)].into_iter())?;
            insert_former(&mut change, &project, (id, &user), role, (granted_by, since, is_default)).await?;
            enforce_limit(services, change.connection(), id).await?;
            let entry = project.entry(Action::ProjectMemberRemovalUndone).set("person", &user.email);
            (Some(role), entry.set("role", role.key()))
        }
        Held::Nothing { role, since } => (None, remove_added(&mut change, &project, (id, &user), role, since).await?),
        Held::Role { before, after } => {
            (Some(before), restore_role(&mut change, &project, (id, &user), before, after).await?)
        }
    };
    change.record(entry.undoes(event)).await?;
    change.commit().await?;
    Ok((user.name, role))
}

async fn insert_former(
    change: &mut Change<'_>,
    project: &SharedProject,
    (id, user): (UserId, &LockedUser),
    role: ProjectRole,
    (granted_by, since, was_default): (Option<UserId>, OffsetDateTime, bool),
) -> Result<(), Error> {
    let restored = sqlx::query!(
        "insert into user_projects (user_id, project_id, is_project_admin, granted_by, created_at, is_default)
         values ($1, $2, $3, $4, $5, $6 and not exists (select from user_projects o where o.user_id = $1 and o.is_default))
         on conflict (user_id, project_id) do nothing",
        id.0,
        project.id.0,
        role.is_admin(),
        granted_by.map(|user| user.0),
        since,
        was_default
    )
    .execute(change.connection())
    .await?
    .rows_affected();
    if restored == 1 {
        return Ok(());
    }
    Err(Violation::MemberAddedAgain { name: user.name.clone(), project: project.name.clone() }.into())
}

/// Removes the membership that was added, unless the user has another role in it by now.
async fn remove_added(
    change: &mut Change<'_>,
    project: &SharedProject,
    (id, user): (UserId, &LockedUser),
    role: ProjectRole,
    since: OffsetDateTime,
) -> Result<Entry, Error> {
    let member = held_in(change, project, (id, user), role).await?;
    check_admin_stays(change, project, &member, WithoutAdmin::Refuse).await?;
    let removed = sqlx::query!(
        "delete from user_projects where project_id = $1 and user_id = $2 and created_at = $3",
        project.id.0,
        id.0,
        since
    )
    .execute(change.connection())
    .await?
    .rows_affected();
    if removed == 0 {
        return Err(Violation::MemberAddedAgain { name: member.name, project: project.name.clone() }.into());
    }
    let entry = project.entry(Action::ProjectMemberAdditionUndone).field("person", Some(member.email), None);
    Ok(entry.field("role", Some(role.key().to_owned()), None))
}

async fn restore_role(
    change: &mut Change<'_>,
    project: &SharedProject,
    (id, user): (UserId, &LockedUser),
    before: ProjectRole,
    after: ProjectRole,
) -> Result<Entry, Error> {
    let member = held_in(change, project, (id, user), after).await?;
    if before.is_admin() {
        check_may_be_admins(std::iter::once(user))?;
    }
    set_role(change, project.id, id, before).await?;
    Ok(project.role_changed(Action::ProjectMemberRoleChangeUndone, &member, before))
}

/// The member, who still has the role that the change gave.
async fn held_in(
    change: &mut Change<'_>,
    project: &SharedProject,
    (id, user): (UserId, &LockedUser),
    role: ProjectRole,
) -> Result<CurrentMember, Error> {
    let member = match member(change, project.id, id).await {
        Err(Error::Refused(Refusal::NotFound)) => {
            let (name, project) = (user.name.clone(), project.name.clone());
            return Err(Violation::MemberRemovedSince { name, project }.into());
        }
        member => member?,
    };
    if member.role == role { Ok(member) } else { Err(Violation::RoleChangedSince { name: member.name }.into()) }
}
