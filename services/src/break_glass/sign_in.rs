//! Using a code.
//!
//! Tries are counted before the code is looked at, for each network, apart from other sign-ins: while nobody can sign in,
//! the tries of a whole office must not block the operator.
//!
//! Whatever is wrong with a code, the answer is the same. The audit log says what it was.

use super::issue::expire_in;
use super::{event, is_allowed, lock_codes};
use crate::Services;
use crate::actor::audit_name;
use crate::audit::{self, Action, By};
use crate::change::commit;
use crate::client::{Client, SessionToken};
use crate::error::Error;
use crate::session;
use crate::sign_in::{count_break_glass_try, forget_break_glass_try};
use crate::{meter, token};
use domain::break_glass::{MAX_SESSION_LIFETIME, canonical_code};
use domain::error::Refusal;
use domain::id::UserId;
use domain::violation::Violation;
use sqlx::PgConnection;
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// With how many codes an entered one is compared: the one that can be used, whatever clock issued it, and the last ones,
/// so that the audit log can say that one was used before.
const COMPARED_CODES: i64 = 10;
/// The most refusals of one code that are written into the audit log: it cannot be filled by trying.
const MAX_AUDITED_REFUSALS: i32 = 50;
/// How far the clock of the machine that issued a code may be ahead of ours.
const CLOCK_LEEWAY: Duration = Duration::minutes(2);

/// A session that a code opened.
#[derive(Debug)]
pub struct SignedIn {
    /// For the cookie of the session.
    pub token: SessionToken,
    /// How long the session lasts.
    pub lifetime: Duration,
}

/// Begins a session with a code, in place of the one that the browser had.
///
/// # Errors
/// [`Refusal::NotFound`] where break-glass is turned off; [`Refusal::TooMany`] with the seconds to wait when the network
/// has had its tries; a problem at `code` for whatever is wrong with it.
pub async fn sign_in(services: &Services, code: &str, client: &Client, request_id: &str) -> Result<SignedIn, Error> {
    if !is_allowed(services) {
        return Err(Refusal::NotFound.into());
    }
    meter::sign_in("break_glass", use_code(services, code, client, request_id).await)
}

async fn use_code(services: &Services, code: &str, client: &Client, request_id: &str) -> Result<SignedIn, Error> {
    count_break_glass_try(services, client).await?;
    let mut transaction = services.pool.begin().await?;
    lock_codes(&mut transaction).await?;
    expire_in(services, &mut transaction).await?;
    let opened = match find(&mut transaction, code).await? {
        Some(found) => match found.fault(services.clock.now()) {
            None => Ok(found),
            Some(fault) => Err((Some(found.id), fault)),
        },
        None => Err((None, "unknown code")),
    };
    match opened {
        Ok(found) => {
            let signed_in = open_session(services, &mut transaction, &found, client, request_id).await?;
            forget_break_glass_try(&mut transaction, client).await?;
            commit(transaction).await?;
            tracing::warn!(issued_by = found.issued_by, address = client.address, "a break-glass code was used");
            Ok(signed_in)
        }
        Err((code, fault)) => {
            note_refusal(services, &mut transaction, code, fault, (client, request_id)).await?;
            commit(transaction).await?;
            tracing::warn!(fault, address = client.address, "a break-glass code was refused");
            Err(Violation::WrongBreakGlassCode.into())
        }
    }
}

/// A code that was entered and is known.
struct Found {
    id: Uuid,
    issued_by: String,
    issued_at: OffsetDateTime,
    session_lifetime: Duration,
    is_used: bool,
    is_revoked: bool,
    is_expired: bool,
}

impl Found {
    /// Why it opens no session.
    fn fault(&self, now: OffsetDateTime) -> Option<&'static str> {
        match self {
            Self { is_revoked: true, .. } => Some("revoked"),
            Self { is_used: true, .. } => Some("used before"),
            Self { is_expired: true, .. } => Some("expired"),
            Self { issued_at, .. } if *issued_at > now + CLOCK_LEEWAY => {
                Some("issued in the future: compare the clocks")
            }
            _ => None,
        }
    }
}

/// Compares with each of these codes, in a time that does not depend on which one it is. Of codes before these it is
/// not said that they are known.
async fn find(connection: &mut PgConnection, code: &str) -> Result<Option<Found>, Error> {
    let hash = token::hash(&canonical_code(code));
    let rows = sqlx::query!(
        r#"select id, secret_hash, issued_by, issued_at, session_seconds, used_at is not null as "is_used!",
                  revoked_at is not null as "is_revoked!", expired_at is not null as "is_expired!"
           from break_glass_codes
           order by used_at is null and revoked_at is null and expired_at is null desc, issued_at desc limit $1"#,
        COMPARED_CODES
    )
    .fetch_all(connection)
    .await?;
    let mut found = None;
    for row in rows {
        if bool::from(row.secret_hash.ct_eq(&hash)) {
            found = Some(Found {
                id: row.id,
                issued_by: row.issued_by,
                issued_at: row.issued_at,
                session_lifetime: Duration::seconds(row.session_seconds.into()).min(MAX_SESSION_LIFETIME),
                is_used: row.is_used,
                is_revoked: row.is_revoked,
                is_expired: row.is_expired,
            });
        }
    }
    Ok(found)
}

/// Uses up the code and begins its session.
async fn open_session(
    services: &Services,
    connection: &mut PgConnection,
    found: &Found,
    client: &Client,
    request_id: &str,
) -> Result<SignedIn, Error> {
    let now = services.clock.now();
    let times = (now, now + found.session_lifetime);
    let (session, token) = session::begin_until(services, connection, UserId(found.id), client, times).await?;
    let used = sqlx::query!(
        "update break_glass_codes set used_at = $2, used_from = $3, session_id = $4
         where id = $1 and used_at is null and revoked_at is null and expired_at is null",
        found.id,
        now,
        client.address,
        session.0
    )
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if used != 1 {
        return Err(Error::Broken("a break-glass code changed under its lock".to_owned()));
    }
    if let Some(replaced) = &client.session {
        session::end(connection, replaced).await?;
    }
    let entry = event(Action::BreakGlassUsed, found.id)
        .set("issued_by", &found.issued_by)
        .field("address", None, client.address.clone())
        .set("session_minutes", found.session_lifetime.whole_minutes());
    let name = audit_name(&found.issued_by);
    audit::write(services, connection, By::BreakGlass { name: &name, request_id }, entry).await?;
    Ok(SignedIn { token, lifetime: found.session_lifetime })
}

/// Notes a refusal at the code that was entered, or else at the last one: without any there is nothing to guess.
async fn note_refusal(
    services: &Services,
    connection: &mut PgConnection,
    code: Option<Uuid>,
    fault: &'static str,
    (client, request_id): (&Client, &str),
) -> Result<(), Error> {
    let noted = sqlx::query!(
        "update break_glass_codes set refusals = least(refusals, 2147483646) + 1
         where id = coalesce($1, (select id from break_glass_codes order by issued_at desc limit 1))
         returning id, refusals",
        code
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(noted) = noted.filter(|noted| noted.refusals <= MAX_AUDITED_REFUSALS) else { return Ok(()) };
    let entry =
        event(Action::BreakGlassRefused, noted.id).set("reason", fault).field("address", None, client.address.clone());
    audit::write(services, connection, By::BreakGlass { name: "Not signed in", request_id }, entry).await
}
