//! Several changes of one account at once, as programs send them: all or none.

use super::{address, roles, state};
use crate::Services;
use crate::conflict;
use crate::error::Error;
use crate::guard::{Can, check};
use crate::locks::LockedUser;
use domain::actor::Target;
use domain::email::Email;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::permission::{ManageUsers, Permission};
use domain::role::RoleFlags;
use domain::text::PersonName;
use domain::user::UserKind;

/// What is to change; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UserEdit {
    /// As shown.
    pub name: Option<PersonName>,
    /// To sign in with; unique without regard to case.
    pub email: Option<Email>,
    /// Regular or external.
    pub kind: Option<UserKind>,
    /// Platform roles.
    pub roles: RoleFlags,
    /// Whether the account is open.
    pub is_active: Option<bool>,
    /// The number of shared projects; admins alone may be given none.
    pub project_limit: Option<Option<u32>>,
}

/// Saves it. `version`, where given, is the one the change was made for.
///
/// # Errors
/// [`Refusal::Conflict`] without fields when somebody saved since; [`Refusal::Forbidden`] for roles the caller may not
/// grant and by rank; [`Refusal::Rule`] for oneself; a problem at `email` or `project_limit`; [`Refusal::NotFound`].
pub async fn update(
    services: &Services,
    can: &Can<ManageUsers>,
    id: UserId,
    version: Option<i64>,
    edit: UserEdit,
) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    check_roles(&edit.roles, change.actor())?;
    let mut person = LockedUser::lock(&mut change, id).await?;
    if version.is_some_and(|version| version != person.version) {
        return Err(conflict::refusal::<domain::email::AddressDraft>(&mut change, person.row()).await?.into());
    }
    let role = edit.roles.applied_to(person.role);
    if edit.project_limit == Some(None) && !role.is_admin() {
        return Err(FieldErrors::one("project_limit", "Only admins are without a limit. Enter a number.").into());
    }
    // External people hold no role: who becomes regular may be given one, who becomes external has to lose it first.
    if edit.kind == Some(UserKind::Regular) {
        roles::replace_kind(services, &mut change, &person, UserKind::Regular).await?;
        person.kind = UserKind::Regular;
    }
    roles::replace_role(services, &mut change, &person, role).await?;
    (person.role, person.columns) = (role, domain::role::RoleColumns::of(role));
    if edit.kind == Some(UserKind::External) {
        roles::replace_kind(services, &mut change, &person, UserKind::External).await?;
    }
    // A user who is reactivated may need an address first.
    if let Some(email) = edit.email {
        address::replace_address(services, &mut change, &person, &email).await?;
        person.email = email.into();
    }
    match edit.is_active {
        None => {}
        Some(true) => state::open(services, &mut change, &person).await?,
        Some(false) => state::close(services, &mut change, &person).await?,
    }
    if let Some(limit) = edit.project_limit {
        state::replace_limit(services, &mut change, &person, limit).await?;
    }
    if let Some(name) = edit.name.filter(|name| name.as_str() != person.name) {
        sqlx::query!("update users set name = $2 where id = $1", id.0, name.as_str())
            .execute(change.connection())
            .await?;
        person.touch(services, &mut change).await?;
        let entry = person.entry("user.edited");
        change.record(entry.field("name", Some(person.name.clone()), Some(name.into()))).await?;
    }
    change.commit().await
}

/// Flags are only for whoever may grant them, also where they say what holds already.
fn check_roles(roles: &RoleFlags, actor: &domain::actor::Actor) -> Result<(), Refusal> {
    if roles.admin.is_some() || roles.maintainer.is_some() {
        check(actor, Permission::GrantRoles, Target::Platform)?;
    }
    if roles.auditor.is_some() {
        check(actor, Permission::GrantAuditor, Target::Platform)?;
    }
    Ok(())
}
