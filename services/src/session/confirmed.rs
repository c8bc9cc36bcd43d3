//! What a session remembers of how its user authenticated.

use crate::Services;
use crate::audit::{self, Action};
use crate::client::SessionToken;
use crate::error::Error;
use domain::id::SessionId;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// Notes that a session was opened with a one-time password; part of the transaction that begins it.
pub(crate) async fn note_one_time_password(connection: &mut PgConnection, session: SessionId) -> Result<(), Error> {
    sqlx::query!("update sessions set by_one_time_password = true where id = $1", session.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that the user of a session re-authenticated, and gives it a new secret; `None` when `old` is not the secret it
/// has.
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
    .fetch_optional(&mut *connection)
    .await?;
    if confirmed.is_none() {
        return Ok(None);
    }
    audit::record_session(services, connection, Action::UserReauthenticated, session).await?;
    Ok(Some(token))
}
