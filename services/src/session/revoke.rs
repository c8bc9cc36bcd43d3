//! Revoking sessions, in the one way that holds for every kind.
//!
//! A browser's secret is random: with its row it is worthless. An API client's is derived from an access token that the
//! client can send again. That row stays until the token expires, with an end in the past, so that the token opens no
//! session and begins no second one.

use crate::error::Error;
use sqlx::PgConnection;
use uuid::Uuid;

/// Revokes sessions by id; part of a transaction. Returns how many were valid until now.
pub(crate) async fn revoke(connection: &mut PgConnection, sessions: &[Uuid]) -> Result<u64, Error> {
    let revoked = sqlx::query_scalar!(
        r#"with removed as (delete from sessions where id = any($1) and not is_program returning id),
                kept as (update sessions set expires_at = 'epoch', kept_until = expires_at
                         where id = any($1) and is_program and kept_until is null returning id)
           select (select count(*) from removed) + (select count(*) from kept) as "revoked!""#,
        sessions
    )
    .fetch_one(connection)
    .await?;
    Ok(revoked.unsigned_abs())
}
