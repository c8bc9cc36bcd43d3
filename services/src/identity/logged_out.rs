//! Logouts that the provider has sent, kept for what was issued before them and arrives after them.
//!
//! A logout revokes the sessions that exist. An access token that no client has sent yet, and a sign-in between its
//! code and its session, have none: they are refused by what is kept here.

use super::fault::{Fault, stale, untrusted};
use crate::Services;
use crate::error::Error;
use oidc_client::{Claims, LogoutToken, claim_seconds};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How long a logout is kept, and so how old a token may be when it is first sent: of an older one it is unknown
/// whether its session at the provider has ended.
const KEPT_FOR: Duration = Duration::days(7);

/// Where a session that is about to begin comes from.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) sid: Option<&'a str>,
    pub(super) subject: &'a str,
    /// When the browser was sent to the provider, by our clock.
    pub(super) started_at: Option<OffsetDateTime>,
}

/// Keeps a logout; part of the transaction that revokes its sessions.
pub(super) async fn keep(
    services: &Services,
    connection: &mut PgConnection,
    issuer: &str,
    token: &LogoutToken,
) -> Result<(), Error> {
    // A transaction that begins a session for the same user either has committed by now, or sees the row below.
    lock(connection, issuer, (token.sid.as_deref(), token.subject.as_deref()), true).await?;
    let now = services.clock.now();
    sqlx::query!(
        "insert into provider_logouts (id, issuer, sid, subject, issued_at, received_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        services.new_id(),
        issuer,
        token.sid,
        token.subject,
        token.issued_at,
        now,
        now + KEPT_FOR
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Refuses claims that were issued, or a sign-in that began, not later than a logout of the same session or user; of the
/// user alone where the claims name no session. No
/// logout is committed between this and the end of the transaction.
pub(super) async fn check(
    services: &Services,
    connection: &mut PgConnection,
    issuer: &str,
    claims: &Claims,
    origin: Origin<'_>,
) -> Result<(), Fault> {
    let issued_at = claim_seconds(claims, "iat").ok_or_else(|| untrusted("it does not say when it was issued"))?;
    if services.clock.now() - issued_at >= KEPT_FOR {
        return Err(untrusted("it was issued more than seven days ago and never sent since"));
    }
    lock(connection, issuer, (origin.sid, Some(origin.subject)), false).await?;
    let is_logged_out = sqlx::query_scalar!(
        r#"select exists (
             select from provider_logouts
             where issuer = $1 and (subject is null or subject = $3)
               and (sid = $2 or ((sid is null or $2 is null) and subject = $3))
               and (issued_at >= $4 or received_at >= $5)) as "exists!""#,
        issuer,
        origin.sid,
        origin.subject,
        issued_at,
        origin.started_at
    )
    .fetch_one(connection)
    .await?;
    if is_logged_out { Err(stale("the provider has ended its session since")) } else { Ok(()) }
}

/// Locks a session and a user of the provider until the transaction ends: a logout alone, sign-ins beside each other.
async fn lock(
    connection: &mut PgConnection,
    issuer: &str,
    (sid, subject): (Option<&str>, Option<&str>),
    is_logout: bool,
) -> Result<(), Error> {
    sqlx::query!(
        "select case when $4 then pg_advisory_xact_lock(key) else pg_advisory_xact_lock_shared(key) end from (
           select hashtextextended(concat_ws(' ', $1::text, name), 0) as key
           from unnest(array['sid ' || $2::text, 'sub ' || $3::text]) name where name is not null order by key) keys",
        issuer,
        sid,
        subject,
        is_logout
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}
