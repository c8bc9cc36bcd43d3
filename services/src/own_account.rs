//! One's own account: the password. Sessions are in [`crate::session`].

use crate::audit::{self, Action, By, Entry, TargetType};
use crate::change::commit;
use crate::client::{Client, SessionToken};
use crate::error::Error;
use crate::guard::Caller;
use crate::sign_in::{self, wrong};
use crate::{Services, actor, reauthentication, session};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::password::NewPassword;
use domain::violation::Violation;
use sqlx::{Postgres, Transaction};

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
    let chosen = parse(services, caller, new)?;
    if chosen.expose() == current {
        return Err(new_password_problem(Violation::PasswordUnchanged));
    }
    let wrong_current = || wrong(services, |tries, minutes| Violation::WrongCurrentPassword { tries, minutes });
    let verified = sign_in::verify_own(services, caller, current, client).await?.ok_or_else(wrong_current)?;
    let new_hash = services.hasher.hash(chosen.expose().to_owned()).await?;
    let mut transaction = services.pool.begin().await?;
    let was_current = sign_in::enter(services, &mut transaction, &verified).await?.is_some();
    actor::lock(services, &mut transaction, caller).await?;
    if !was_current {
        return Err(wrong_current());
    }
    replace(services, transaction, (caller, old), &new_hash).await
}

/// Whether the session of the caller proves the one-time password that has to be changed, so that
/// [`replace_one_time_password`] needs nothing but the new one.
///
/// # Errors
/// The database failed.
pub async fn proves_one_time_password(services: &Services, caller: &Caller) -> Result<bool, Error> {
    reauthentication::proves_one_time_password(services, &services.pool, caller).await
}

/// Changes the one-time password with which the session was opened lately, as [`change_password`]. It need not be entered
/// again, so nothing here counts as a try.
///
/// # Errors
/// A problem at `current_password` when the session does not prove it; otherwise as [`change_password`].
pub async fn replace_one_time_password(
    services: &Services,
    caller: &Caller,
    old: &SessionToken,
    new: &str,
) -> Result<SessionToken, Error> {
    sign_in::check_passwords_count(services)?;
    let chosen = parse(services, caller, new)?;
    let unproven = || Error::from(Violation::OneTimePasswordDue);
    if !proves_one_time_password(services, caller).await? {
        return Err(unproven());
    }
    let user = caller.actor.user_id;
    let current = sqlx::query_scalar!("select password_hash from users where id = $1", user.0)
        .fetch_optional(&services.pool)
        .await?
        .flatten();
    if services.hasher.verify(chosen.expose().to_owned(), current.clone()).await? {
        return Err(new_password_problem(Violation::PasswordUnchanged));
    }
    let new_hash = services.hasher.hash(chosen.expose().to_owned()).await?;
    let mut transaction = services.pool.begin().await?;
    // The user is locked before the session, as everywhere.
    let stored =
        sqlx::query_scalar!("select password_hash from users where id = $1 and is_active for no key update", user.0)
            .fetch_optional(&mut *transaction)
            .await?
            .flatten();
    actor::lock(services, &mut transaction, caller).await?;
    if stored != current || !reauthentication::proves_one_time_password(services, &mut *transaction, caller).await? {
        return Err(unproven());
    }
    replace(services, transaction, (caller, old), &new_hash).await
}

fn parse(services: &Services, caller: &Caller, new: &str) -> Result<NewPassword, Error> {
    NewPassword::parse(new, &caller.actor.email, services.settings.password_policy).map_err(new_password_problem)
}

fn new_password_problem(problem: Violation) -> Error {
    FieldErrors::one("new_password", problem).into()
}

/// Stores the new password. The user and the session are locked.
async fn replace(
    services: &Services,
    mut transaction: Transaction<'static, Postgres>,
    (caller, old): (&Caller, &SessionToken),
    new_hash: &str,
) -> Result<SessionToken, Error> {
    let (person, now) = (&caller.actor, services.clock.now());
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
    let entry = Entry::new(Action::UserPasswordChanged, TargetType::User, person.user_id.0, &person.email);
    audit::write(services, &mut transaction, By::Caller(caller), entry).await?;
    commit(transaction).await?;
    Ok(token)
}
