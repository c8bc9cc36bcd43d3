//! Issuing, revoking and expiring codes.

use super::{event, is_allowed, lock_codes};
use crate::Services;
use crate::audit::{self, Action, By};
use crate::change::commit;
use crate::error::Error;
use crate::session;
use crate::sign_in::forget_break_glass_tries;
use crate::token;
use crate::users::one_time_password;
use domain::break_glass::{
    CODE_LIFETIME, MAX_CODE_LIFETIME, MAX_SESSION_LIFETIME, MIN_LIFETIME, SESSION_LIFETIME, canonical_code,
    operator_name,
};
use domain::error::Refusal;
use domain::violation::Violation;
use secrecy::SecretString;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A code to issue.
#[derive(Clone, Debug)]
pub struct Issue {
    /// The name of the operator, if known.
    pub issued_by: String,
    /// How long the code can be used; kept between [`MIN_LIFETIME`] and [`MAX_CODE_LIFETIME`].
    pub code_lifetime: Duration,
    /// How long the session lasts; kept between [`MIN_LIFETIME`] and [`MAX_SESSION_LIFETIME`].
    pub session_lifetime: Duration,
}

impl Issue {
    /// With the default lifetimes.
    pub fn by(issued_by: impl Into<String>) -> Self {
        Self { issued_by: issued_by.into(), code_lifetime: CODE_LIFETIME, session_lifetime: SESSION_LIFETIME }
    }
}

/// A code that was issued. Not printed by `Debug`.
#[derive(Debug)]
pub struct Issued {
    /// The code, to be shown once.
    pub code: SecretString,
    /// Until when it can be used.
    pub expires_at: OffsetDateTime,
    /// How long the session lasts.
    pub session_lifetime: Duration,
    /// Whether another code could be used until now.
    pub has_replaced: bool,
}

/// What a revocation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Codes that could be used.
    pub codes: u64,
    /// Sessions that were valid.
    pub sessions: u64,
}

/// Issues a code in place of the one that could be used until now. Sessions that were opened before go on.
///
/// # Errors
/// [`Violation::BreakGlassOff`] where it is turned off.
pub async fn issue(services: &Services, issue: Issue) -> Result<Issued, Error> {
    if !is_allowed(services) {
        return Err(Refusal::Forbidden(Violation::BreakGlassOff).into());
    }
    let code_lifetime = issue.code_lifetime.clamp(MIN_LIFETIME, MAX_CODE_LIFETIME);
    let session_lifetime = issue.session_lifetime.clamp(MIN_LIFETIME, MAX_SESSION_LIFETIME);
    let issued_by = operator_name(&issue.issued_by);
    let (code, id, now) = (one_time_password(&services.random), services.new_id(), services.clock.now());
    let expires_at = now + code_lifetime;
    let mut transaction = services.pool.begin().await?;
    lock_codes(&mut transaction).await?;
    expire_in(services, &mut transaction).await?;
    let has_replaced = revoke_usable(services, &mut transaction, "another code was issued").await? > 0;
    sqlx::query!(
        "insert into break_glass_codes (id, secret_hash, issued_by, issued_at, expires_at, session_seconds)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        token::hash(&canonical_code(&code)),
        issued_by,
        now,
        expires_at,
        i32::try_from(session_lifetime.whole_seconds()).unwrap_or(i32::MAX)
    )
    .execute(&mut *transaction)
    .await?;
    // Failed guesses of others must not block the operator.
    forget_break_glass_tries(&mut transaction).await?;
    let entry = event(Action::BreakGlassIssued, id)
        .set("issued_by", &issued_by)
        .set("code_minutes", code_lifetime.whole_minutes())
        .set("session_minutes", session_lifetime.whole_minutes());
    audit::write(services, &mut transaction, By::Operator, entry).await?;
    commit(transaction).await?;
    tracing::warn!(issued_by, "a break-glass code was issued");
    Ok(Issued { code: code.into(), expires_at, session_lifetime, has_replaced })
}

/// Revokes the code that can be used, and ends every break-glass session. Also where break-glass is turned off.
///
/// # Errors
/// The database failed.
pub async fn revoke(services: &Services, revoked_by: &str) -> Result<Revoked, Error> {
    let revoked_by = operator_name(revoked_by);
    let now = services.clock.now();
    let mut transaction = services.pool.begin().await?;
    lock_codes(&mut transaction).await?;
    expire_in(services, &mut transaction).await?;
    let reason = format!("revoked by {revoked_by}");
    let codes = revoke_usable(services, &mut transaction, &reason).await?;
    let used = sqlx::query!(
        r#"select b.id, s.id as session_id from break_glass_codes b join sessions s on s.id = b.session_id
           where b.revoked_at is null and s.expires_at > $1"#,
        now
    )
    .fetch_all(&mut *transaction)
    .await?;
    // Sessions before codes, in the order in which a change of such a session locks them.
    let sessions: Vec<Uuid> = used.iter().map(|row| row.session_id).collect();
    let ended = session::revoke(&mut transaction, &sessions).await?;
    let used: Vec<Uuid> = used.iter().map(|row| row.id).collect();
    sqlx::query!("update break_glass_codes set revoked_at = $2 where id = any($1)", &used, now)
        .execute(&mut *transaction)
        .await?;
    let entries = used.iter().map(|code| event(Action::BreakGlassSessionRevoked, *code).set("reason", &reason));
    audit::write_all(services, &mut transaction, By::Operator, entries.collect()).await?;
    commit(transaction).await?;
    tracing::warn!(revoked_by, codes, sessions = ended, "break-glass was revoked");
    Ok(Revoked { codes, sessions: ended })
}

/// Marks unused codes as expired; called by a job, and before each change of codes. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn expire(services: &Services) -> Result<u64, Error> {
    let mut transaction = services.pool.begin().await?;
    lock_codes(&mut transaction).await?;
    let expired = expire_in(services, &mut transaction).await?;
    commit(transaction).await?;
    Ok(expired)
}

/// Part of a transaction that holds [`lock_codes`].
pub(super) async fn expire_in(services: &Services, connection: &mut PgConnection) -> Result<u64, Error> {
    let expired = sqlx::query!(
        "update break_glass_codes set expired_at = $1
         where used_at is null and revoked_at is null and expired_at is null and expires_at <= $1
         returning id, issued_by",
        services.clock.now()
    )
    .fetch_all(&mut *connection)
    .await?;
    let entries = expired.iter().map(|row| event(Action::BreakGlassExpired, row.id).set("issued_by", &row.issued_by));
    audit::write_all(services, connection, By::Console, entries.collect()).await?;
    Ok(expired.len() as u64)
}

async fn revoke_usable(services: &Services, connection: &mut PgConnection, reason: &str) -> Result<u64, Error> {
    let revoked = sqlx::query_scalar!(
        "update break_glass_codes set revoked_at = $1
         where used_at is null and revoked_at is null and expired_at is null returning id",
        services.clock.now()
    )
    .fetch_all(&mut *connection)
    .await?;
    let entries = revoked.iter().map(|code| event(Action::BreakGlassRevoked, *code).set("reason", reason));
    audit::write_all(services, connection, By::Operator, entries.collect()).await?;
    Ok(revoked.len() as u64)
}
