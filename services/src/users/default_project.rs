//! The project that a user starts in. It is stored with the membership and disappears with it.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::LockedUser;
use domain::audit::Action;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::permission::ManageUsers;

/// Stores a project as the default of a user in place of another one, or stores none in its place. No membership changes.
/// Again changes nothing, and so does clearing a project that is not the stored default.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such user or the user is not a member; [`Refusal::Forbidden`] by rank.
pub async fn set_default_project(
    services: &Services,
    can: &Can<ManageUsers>,
    user: UserId,
    project: ProjectId,
    is_default: bool,
) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let user = LockedUser::lock(&mut change, user).await?;
    let memberships = sqlx::query!(
        "select m.project_id, m.is_default, p.name from user_projects m join projects p on p.id = m.project_id
         where m.user_id = $1 and (m.is_default or m.project_id = $2 and p.deleted_at is null) for no key update of m",
        user.id.0,
        project.0
    )
    .fetch_all(change.connection())
    .await?;
    let membership = memberships.iter().find(|row| row.project_id == project.0).ok_or(Refusal::NotFound)?;
    if membership.is_default == is_default {
        return Ok(());
    }
    // One after the other: the index allows no two defaults, not even within a statement.
    sqlx::query!("update user_projects set is_default = false where user_id = $1 and is_default", user.id.0)
        .execute(change.connection())
        .await?;
    if is_default {
        sqlx::query!(
            "update user_projects set is_default = true where user_id = $1 and project_id = $2",
            user.id.0,
            project.0
        )
        .execute(change.connection())
        .await?;
    }
    let before = memberships.iter().find(|row| row.is_default).map(|row| row.name.clone());
    let after = is_default.then(|| membership.name.clone());
    change.record(user.entry(Action::UserDefaultProjectChanged).field("default_project", before, after)).await?;
    change.commit().await
}
