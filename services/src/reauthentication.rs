//! Re-authentication: sensitive changes need a recent proof of identity, and some need one of their own, however recent
//! the last one is: granting maintainer.
//!
//! The session remembers for what it was sent to re-authenticate, so that neither the sign-in nor a re-authentication
//! for another change counts.

use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use domain::error::Refusal;
use domain::session::CONFIRMED_FOR;
use domain::violation::Violation;
use sqlx::PgExecutor;

/// Whether the user may make sensitive changes without re-authentication, and no change waits for a re-authentication
/// of its own.
///
/// # Errors
/// The database failed.
pub async fn is_recent(services: &Services, caller: &Caller) -> Result<bool, Error> {
    match check_recent(services, &services.pool, caller).await {
        Err(Error::Refused(_)) => Ok(false),
        checked => {
            checked?;
            Ok(!is_due(services, caller).await?)
        }
    }
}

/// Refuses a user who authenticated too long ago. An API client authenticates with each request. A break-glass session
/// is short, and there is nothing that it could authenticate with again.
pub(crate) async fn check_recent(
    services: &Services,
    database: impl PgExecutor<'_>,
    caller: &Caller,
) -> Result<(), Error> {
    if caller.actor.break_glass.is_some() {
        return Ok(());
    }
    let confirmed = sqlx::query_scalar!(
        r#"select coalesce(authenticated_at > $2, false) or (is_program and $3) as "is_confirmed!"
           from sessions where id = $1 and kept_until is null"#,
        caller.actor.session_id.0,
        services.clock.now() - CONFIRMED_FOR,
        caller.sent_bearer
    )
    .fetch_optional(database)
    .await?;
    match confirmed {
        Some(true) => Ok(()),
        Some(false) => Err(Refusal::ConfirmationDue.into()),
        None => Err(Refusal::SignedOut.into()),
    }
}

/// Uses up the re-authentication that the session made for `purpose`, or asks for one. API clients authenticate with
/// each request.
///
/// # Errors
/// [`Refusal::ConfirmationDue`] when there was none within [`CONFIRMED_FOR`]. A session that has ended is refused by the
/// change itself. [`Violation::GrantNeedsAccount`] in a break-glass session, which cannot re-authenticate.
pub(crate) async fn reauthenticate_for(services: &Services, caller: &Caller, purpose: &str) -> Result<(), Error> {
    if caller.actor.break_glass.is_some() {
        return Err(Refusal::Forbidden(Violation::GrantNeedsAccount).into());
    }
    let (session, now) = (caller.actor.session_id.0, services.clock.now());
    let used = sqlx::query!(
        "delete from reauthentications where session_id = $1 and purpose = $2 and done_at > $3",
        session,
        purpose,
        now - CONFIRMED_FOR
    )
    .execute(&services.pool)
    .await?
    .rows_affected();
    if used == 1 {
        return Ok(());
    }
    let is_due = sqlx::query!(
        "insert into reauthentications (session_id, purpose, requested_at)
         select id, $2, $3 from sessions where id = $1 and not (is_program and $4)
         on conflict (session_id) do update set purpose = $2, requested_at = $3, done_at = null",
        session,
        purpose,
        now,
        caller.sent_bearer
    )
    .execute(&services.pool)
    .await?
    .rows_affected();
    if is_due == 1 { Err(Refusal::ConfirmationDue.into()) } else { Ok(()) }
}

/// Whether the session was sent to re-authenticate lately and has not done so.
async fn is_due(services: &Services, caller: &Caller) -> Result<bool, Error> {
    let due = sqlx::query_scalar!(
        r#"select exists (
             select from reauthentications where session_id = $1 and done_at is null and requested_at > $2) as "due!""#,
        caller.actor.session_id.0,
        services.clock.now() - CONFIRMED_FOR
    )
    .fetch_one(&services.pool)
    .await?;
    Ok(due)
}

/// Whether the session was opened lately with the one-time password that the user still has to change: who did so
/// need not enter it again. Every other one-time password of the user ended the session when it was issued.
pub(crate) async fn proves_one_time_password(
    services: &Services,
    database: impl PgExecutor<'_>,
    caller: &Caller,
) -> Result<bool, Error> {
    let proves = sqlx::query_scalar!(
        r#"select s.by_one_time_password and coalesce(s.authenticated_at > $2, false) and u.password_change_due as "proves!"
           from sessions s join users u on u.id = s.user_id where s.id = $1 and s.kept_until is null"#,
        caller.actor.session_id.0,
        services.clock.now() - CONFIRMED_FOR
    )
    .fetch_optional(database)
    .await?;
    Ok(proves.unwrap_or_default())
}
