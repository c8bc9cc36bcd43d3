//! One's own account: the password. Sessions are in [`crate::session`].

use crate::audit::{self, By, Entry, TargetType};
use crate::change::commit;
use crate::error::Error;
use crate::guard::Caller;
use crate::session::{Client, SessionToken};
use crate::sign_in::{self, wrong};
use crate::{Services, session};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::password::NewPassword;

/// Changes one's own password, ends one's other sessions and gives this one a new secret, so that no copy of a cookie
/// from before opens anything. Open while a password change is due.
///
/// The current password is always verified; wrong ones count like tries to sign in.
///
/// # Errors
/// A problem at `current_password` or `new_password`; [`Refusal::SignedOut`] when the session has ended meanwhile or
/// `old` is not its secret any more; [`Refusal::TooMany`] when no try is left; [`Refusal::Forbidden`] where users sign
/// in through an identity provider.
pub async fn change_password(
    services: &Services,
    caller: &Caller,
    old: &SessionToken,
    current: String,
    new: &str,
    client: &Client,
) -> Result<SessionToken, Error> {
    sign_in::check_passwords_count(services)?;
    let person = &caller.actor;
    let chosen =
        NewPassword::parse(new, &person.email).map_err(|problem| FieldErrors::one("new_password", problem.as_str()))?;
    if chosen.expose() == current {
        return Err(FieldErrors::one("new_password", "Choose a password that differs from the current one.").into());
    }
    let wrong_current = || wrong(services, "current_password", "The current password is wrong.");
    let verified = sign_in::verify_own(services, caller, current, client).await?.ok_or_else(wrong_current)?;
    let new_hash = services.hasher.hash(chosen.expose().to_owned()).await?;
    let now = services.clock.now();
    let mut transaction = services.pool.begin().await?;
    let was_current = sign_in::enter(services, &mut transaction, &verified).await?.is_some();
    session::actor_for_change(services, &mut transaction, caller).await?;
    if !was_current {
        return Err(wrong_current());
    }
    sqlx::query!(
        "update users set password_hash = $2, password_change_due = false, password_expires_at = null, updated_at = $3,
                          version = version + 1
         where id = $1",
        person.user_id.0,
        new_hash,
        now
    )
    .execute(&mut *transaction)
    .await?;
    session::end_all_of(&mut transaction, person.user_id, Some(person.session_id)).await?;
    let token = session::confirm(services, &mut transaction, person.session_id, old, now).await?;
    let token = token.ok_or(Refusal::SignedOut)?;
    let entry = Entry::new("user.password_changed", TargetType::User, person.user_id.0, &person.email);
    audit::write(services, &mut transaction, By::Caller(caller), entry).await?;
    commit(transaction).await?;
    Ok(token)
}
