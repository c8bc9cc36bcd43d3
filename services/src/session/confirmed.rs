//! How lately the person behind a session proved who they are (field.md S9).

use super::{SessionToken, reauthentication};
use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use domain::error::Refusal;
use domain::id::SessionId;
use domain::session::CONFIRMED_FOR;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

/// Whether who asks may do what hurts without being asked who they are, and no change waits for a re-authentication of
/// its own.
///
/// # Errors
/// The database failed.
pub async fn is_confirmed(services: &Services, caller: &Caller) -> Result<bool, Error> {
    match check_confirmed(services, &services.pool, caller).await {
        Err(Error::Refused(_)) => Ok(false),
        checked => {
            checked?;
            Ok(!reauthentication::is_due(services, caller).await?)
        }
    }
}

/// Refuses whoever proved too long ago who they are. A program proves itself with each request.
pub(crate) async fn check_confirmed(
    services: &Services,
    database: impl PgExecutor<'_>,
    caller: &Caller,
) -> Result<(), Error> {
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

/// Notes that a session was opened with a one-time password; part of the transaction that begins it.
pub(crate) async fn note_one_time_password(connection: &mut PgConnection, session: SessionId) -> Result<(), Error> {
    sqlx::query!("update sessions set by_one_time_password = true where id = $1", session.0)
        .execute(connection)
        .await?;
    Ok(())
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

/// Notes that the person behind a session proved again who they are, and gives it a new secret (field.md S1); `None`
/// when `old` is not the secret it has.
pub(crate) async fn confirm(
    services: &Services,
    connection: &mut PgConnection,
    session: SessionId,
    old: &SessionToken,
    at: OffsetDateTime,
) -> Result<Option<SessionToken>, Error> {
    let token = SessionToken::random(services);
    let confirmed = sqlx::query!(
        "with confirmed as (
           update sessions set token_hash = $3, authenticated_at = $4, by_one_time_password = false
           where id = $1 and token_hash = $2 and kept_until is null returning id),
         waiting as (
           update reauthentications set done_at = $4 where session_id in (select id from confirmed))
         select id from confirmed",
        session.0,
        old.hash(),
        token.hash(),
        at
    )
    .fetch_optional(connection)
    .await?;
    Ok(confirmed.map(|_| token))
}
