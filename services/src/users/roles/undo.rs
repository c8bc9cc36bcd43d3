//! Undoing a change of platform role: all three columns are afterwards what they were.

use super::write_role;
use crate::Services;
use crate::error::Error;
use crate::guard::{Can, check};
use crate::locks::LockedUser;
use domain::actor::Target;
use domain::audit::Action;
use domain::id::{EventId, UserId};
use domain::permission::{GrantAuditor, Permission};
use domain::role::{PlatformRole, RoleColumns};
use domain::violation::Violation;
use serde::{Deserialize, Serialize};

/// The role columns as they were before a change, and what they were changed to.
#[derive(Serialize, Deserialize)]
pub(super) struct FormerRole {
    pub(super) user: UserId,
    pub(super) before: RoleColumns,
    pub(super) after: RoleColumns,
}

/// Undoes the caller's own change of a platform role. Returns the user's name and the role that is restored.
///
/// # Errors
/// [`Refusal::Rule`] when it cannot be undone any more, when the role was changed since, or when the user has become
/// external; [`Refusal::Forbidden`] for a caller who may not change that role now.
pub async fn undo_role_change(
    services: &Services,
    can: &Can<GrantAuditor>,
    event: EventId,
) -> Result<(String, PlatformRole), Error> {
    let mut change = services.change(can).await?;
    let former: FormerRole = change.take_former(event, &[Action::UserRoleChanged]).await?;
    let person = LockedUser::lock(&mut change, former.user).await?;
    if former.before.is_admin || former.after.is_admin {
        check(change.actor(), Permission::GrantRoles, Target::Platform)?;
    }
    if person.columns != former.after {
        return Err(Violation::RoleChangedSince { name: person.name }.into());
    }
    let role = former.before.role();
    write_role(services, &mut change, &person, former.before).await?;
    change.record(person.role_entry(Action::UserRoleChangeUndone, role).undoes(event)).await?;
    change.commit().await?;
    Ok((person.name, role))
}
