//! The e-mail address of a user: corrected by administrators, and released when the account is closed for good.

use super::rename_personal_project;
use crate::Services;
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::LockedUser;
use domain::audit::Action;
use domain::email::Email;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::ManageUsers;
use domain::violation::Violation;
use sqlx::PgConnection;

/// Frees the e-mail address of a deactivated user for another account. The row keeps a placeholder in its place, the
/// audit log keeps the address. Again changes nothing.
///
/// # Errors
/// [`Refusal::Rule`] while the account is active; [`Refusal::Forbidden`] by rank; [`Refusal::NotFound`].
pub async fn release_address(services: &Services, can: &Can<ManageUsers>, id: UserId) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    if person.is_active {
        return Err(Violation::AccountActive { name: person.name }.into());
    }
    if !Email::is_released(&person.email) {
        replace(services, &mut change, &person, (Action::UserAddressReleased, &Email::released(id))).await?;
    }
    change.commit().await
}

pub(super) async fn replace_address(
    services: &Services,
    change: &mut Change<'_>,
    person: &LockedUser,
    email: &Email,
) -> Result<(), Error> {
    if person.email == email.as_str() {
        return Ok(());
    }
    replace(services, change, person, (Action::UserAddressChanged, email)).await
}

async fn replace(
    services: &Services,
    change: &mut Change<'_>,
    person: &LockedUser,
    (action, email): (Action, &Email),
) -> Result<(), Error> {
    person.refuse_takeover(change)?;
    let (old, new) = (person.email.as_str(), email.as_str());
    // Only the identity provider knows whether it is the user's.
    sqlx::query!("update users set email = $2, email_verified = false where id = $1", person.id.0, new)
        .execute(change.connection())
        .await?;
    person.touch(services, change).await?;
    settle_conflicts(change.connection(), person.id, old).await?;
    change.record(person.entry(action).field("email", Some(old.to_owned()), Some(new.to_owned()))).await?;
    if let Some(entry) = rename_personal_project(services, change.connection(), person.id, (old, new)).await? {
        change.record(entry).await?;
    }
    Ok(())
}

/// Forgets the sign-ins that were refused because of an address that its owner gives up.
async fn settle_conflicts(connection: &mut PgConnection, owner: UserId, address: &str) -> Result<(), Error> {
    sqlx::query!("delete from identity_conflicts where user_id = $1 and lower(address) = lower($2)", owner.0, address)
        .execute(connection)
        .await?;
    Ok(())
}

/// Refuses to open an account that has no address to sign in with.
pub(super) fn check_address(person: &LockedUser) -> Result<(), Refusal> {
    if !Email::is_released(&person.email) {
        return Ok(());
    }
    Err(Violation::AddressReleased { name: person.name.clone() }.into())
}
