//! Editing a user: all fields of one edit are saved, or none.

use super::{address, roles, state};
use crate::Services;
use crate::conflict;
use crate::error::Error;
use crate::guard::{Can, check};
use crate::locks::LockedUser;
use domain::actor::{Actor, Target};
use domain::audit::Action;
use domain::conflict::Merge;
use domain::draft::Edit;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::{ManageUsers, Permission};
use domain::role::PlatformRole;
use domain::user::{UserDraft, UserKind};

/// Saves an edit. Values equal to the stored ones change nothing and write nothing. The personal project follows
/// the address, and sessions stay.
///
/// # Errors
/// [`Refusal::Conflict`] when the precondition does not hold; [`Refusal::Forbidden`] for a role that the caller may not
/// grant and by rank; [`Refusal::Rule`] for the caller's own role and state, and for a role of an external user; a
/// problem at `email` when another user has it, and at `project_limit`; [`Refusal::NotFound`].
pub async fn edit(
    services: &Services,
    can: &Can<ManageUsers>,
    id: UserId,
    edit: Edit<UserDraft>,
) -> Result<Merge, Error> {
    let mut change = services.change(can).await?;
    let mut user = LockedUser::lock(&mut change, id).await?;
    let stored = user.draft();
    let (draft, merge) = conflict::settle(&mut change, user.row(), &stored, edit).await?;
    if draft == stored {
        return Ok(merge);
    }
    check_role(change.actor(), stored.role, draft.role)?;
    // External users hold no role: a user who becomes regular may be granted one, a user who becomes external has to
    // lose it first.
    if draft.kind == UserKind::Regular {
        roles::replace_kind(services, &mut change, &user, draft.kind).await?;
        user.kind = draft.kind;
    }
    roles::replace_role(services, &mut change, &user, draft.role).await?;
    (user.role, user.columns) = (draft.role, domain::role::RoleColumns::of(draft.role));
    if draft.kind == UserKind::External {
        roles::replace_kind(services, &mut change, &user, draft.kind).await?;
    }
    // A user who is reactivated may need an address first.
    if draft.email != stored.email {
        address::replace_address(services, &mut change, &user, &draft.email).await?;
        user.email = draft.email.into();
    }
    if draft.active {
        state::open(services, &mut change, &user).await?;
    } else {
        state::close(services, &mut change, &user).await?;
    }
    if draft.project_limit != stored.project_limit {
        state::replace_limit(services, &mut change, &user, draft.project_limit).await?;
    }
    if draft.name != stored.name {
        sqlx::query!("update users set name = $2 where id = $1", id.0, draft.name).execute(change.connection()).await?;
        user.touch(services, &mut change).await?;
        let event = user.entry(Action::UserEdited).field(UserDraft::NAME.name, Some(stored.name), Some(draft.name));
        change.record(event).await?;
    }
    change.commit().await?;
    Ok(merge)
}

/// Asks for the permission to replace a role by another.
fn check_role(actor: &Actor, before: PlatformRole, after: PlatformRole) -> Result<(), Refusal> {
    let permission = match (before, after) {
        _ if before == after => return Ok(()),
        _ if before.is_admin() || after.is_admin() => Permission::GrantRoles,
        _ => Permission::GrantAuditor,
    };
    check(actor, permission, Target::Platform)
}

/// The user name of a user, which never changes: the e-mail address where an API client gave none. One statement.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn username_of(services: &Services, _can: &Can<ManageUsers>, id: UserId) -> Result<String, Error> {
    let name = sqlx::query_scalar!(r#"select coalesce(username, email) as "username!" from users where id = $1"#, id.0);
    Ok(name.fetch_optional(&services.pool).await?.ok_or(Refusal::NotFound)?)
}
