//! One's own account: the password. Sessions are in [`crate::session`].

use crate::audit::{self, By, Entry, TargetType};
use crate::change::commit;
use crate::error::Error;
use crate::guard::Caller;
use crate::sign_in::{Account, count_account, wrong};
use crate::{Services, session};
use domain::form::FieldErrors;
use domain::password::NewPassword;
use sqlx::PgConnection;

/// Changes one's own password and ends one's other sessions. Open while a password change is due.
///
/// The current password is always verified (`behaviour.md` W-06), and wrong ones count like tries to sign in.
///
/// # Errors
/// A problem at `current_password` or `new_password`; [`domain::error::Refusal::SignedOut`] when the session has ended meanwhile.
pub async fn change_password(services: &Services, caller: &Caller, current: String, new: &str) -> Result<(), Error> {
    let person = &caller.actor;
    let chosen =
        NewPassword::parse(new, &person.email).map_err(|problem| FieldErrors::one("new_password", problem.as_str()))?;
    let old_hash = verified(services, caller, current.clone()).await?;
    if chosen.expose() == current {
        return Err(FieldErrors::one("new_password", "Choose a password that differs from the current one.").into());
    }
    let new_hash = services.hasher.hash(chosen.expose().to_owned()).await?;
    let mut transaction = services.pool.begin().await?;
    let was_current = replace(services, &mut transaction, caller, &old_hash, &new_hash).await?;
    session::actor_for_change(services, &mut transaction, caller).await?;
    if !was_current {
        return Err(wrong_current(services));
    }
    session::end_all_of(&mut transaction, person.user_id, Some(person.session_id)).await?;
    let entry = Entry::new("user.password_changed", TargetType::User, person.user_id.0, &person.email);
    audit::write(services, &mut transaction, By::Caller(caller), entry).await?;
    commit(transaction).await
}

/// The stored hash, if `current` made it.
async fn verified(services: &Services, caller: &Caller, current: String) -> Result<String, Error> {
    let mut transaction = services.pool.begin().await?;
    let counted = count_account(services, &mut transaction, Account::Id(caller.actor.user_id)).await?;
    transaction.commit().await?;
    let hash = counted.and_then(|account| account.password_hash);
    let is_right = services.hasher.verify(current, hash.clone()).await?;
    hash.filter(|_| is_right).ok_or_else(|| wrong_current(services))
}

fn wrong_current(services: &Services) -> Error {
    wrong(services, "current_password", "The current password is wrong.")
}

/// Stores the new hash unless another change was faster. Locks the person first, as every change does.
async fn replace(
    services: &Services,
    connection: &mut PgConnection,
    caller: &Caller,
    old_hash: &str,
    new_hash: &str,
) -> Result<bool, Error> {
    let replaced = sqlx::query!(
        "update users set password_hash = $3, password_change_due = false, sign_in_tries = 0, locked_until = null,
                          updated_at = $4, version = version + 1
         where id = $1 and is_active and password_hash = $2",
        caller.actor.user_id.0,
        old_hash,
        new_hash,
        services.clock.now()
    )
    .execute(connection)
    .await?
    .rows_affected();
    Ok(replaced == 1)
}
