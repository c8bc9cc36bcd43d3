//! Whose a shared project is.

use super::{check_may_be_admins, check_may_be_members, enforce_limit, of_proof, stored_kind};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use crate::locks::share_user;
use domain::id::UserId;
use domain::permission::ManageMembers;
use domain::project::ProjectKind;
use domain::violation::Violation;

/// Makes a user the owner of a shared project. A new member becomes its project admin, which counts towards the
/// limit; memberships and roles that are there stay. The same again changes nothing.
///
/// # Errors
/// A problem at `user_id` when there is no such user; [`Refusal::Rule`] for a personal project, at the limit, and for a
/// deactivated or external user, who could not manage it.
pub async fn transfer(services: &Services, can: &Can<ManageMembers>, to: UserId) -> Result<(), Error> {
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let stored = sqlx::query!(
        r#"select p.name, p.project_type, p.created_by, maker.email as "maker?"
           from projects p left join users maker on maker.id = p.created_by where p.id = $1"#,
        project.0
    )
    .fetch_one(change.connection())
    .await?;
    if stored_kind(&stored.project_type)? == ProjectKind::Personal {
        return Err(Violation::PersonalProjectTransfer.into());
    }
    let owner = share_user(change.connection(), to).await?.ok_or(Violation::UnknownUser)?;
    if stored.created_by == Some(to.0) {
        return Ok(());
    }
    check_may_be_members(services, &stored.name, std::iter::once(&owner))?;
    check_may_be_admins(std::iter::once(&owner))?;
    let (granted_by, now) = (change.account(), services.clock.now());
    sqlx::query!(
        "update projects set created_by = $2, updated_at = $3, version = version + 1 where id = $1",
        project.0,
        to.0,
        now
    )
    .execute(change.connection())
    .await?;
    let joined = sqlx::query!(
        "insert into user_projects (user_id, project_id, is_project_admin, granted_by, created_at)
         values ($1, $2, true, $3, $4) on conflict do nothing",
        to.0,
        project.0,
        granted_by,
        now
    )
    .execute(change.connection())
    .await?
    .rows_affected();
    let entry = Entry::new(Action::ProjectOwnershipChanged, TargetType::Project, project.0, stored.name);
    change.record(entry.field("owner", stored.maker, Some(owner.email))).await?;
    if joined == 1 {
        enforce_limit(services, change.connection(), to).await?;
    }
    change.commit().await
}
