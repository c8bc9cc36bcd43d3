//! The actor behind a break-glass session: no user, with a maintainer's rights in both modes.
//!
//! Such a session is recognised by the row of its code alone. Its `user_id` is the id of the code, which no user has: the
//! statements that look for users find none, so that a version of the program that does not know break-glass refuses it.

use crate::Services;
use crate::client::SessionToken;
use crate::error::Error;
use crate::guard::Caller;
use domain::actor::Actor;
use domain::break_glass::BreakGlassSession;
use domain::error::Refusal;
use domain::id::{SessionId, UserId};
use domain::role::PlatformRole;
use domain::user::UserKind;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// How the session's principal is called on pages and, with the operator's name, in the audit log.
const NAME: &str = "Break-glass";

/// What stands in the audit log for the session of a code.
pub(crate) fn audit_name(issued_by: &str) -> String {
    format!("{NAME}, issued by {issued_by}")
}

/// Reads the principal of a valid break-glass session.
pub(super) async fn load(services: &Services, token: &SessionToken) -> Result<Option<(Actor, OffsetDateTime)>, Error> {
    if !services.settings.break_glass {
        return Ok(None);
    }
    let now = services.clock.now();
    let row = sqlx::query!(
        "select s.id as session_id, s.last_used_at, s.expires_at, b.id, b.issued_by
         from sessions s join break_glass_codes b on b.session_id = s.id and b.id = s.user_id and b.revoked_at is null
         where s.token_hash = $1 and s.expires_at > $2 and s.last_used_at > $3 and not s.is_program",
        token.hash(),
        now,
        now - services.settings.session_idle
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.map(|row| (actor(services, row.id, row.session_id, row.issued_by, row.expires_at), row.last_used_at)))
}

/// The principal of a break-glass session that is valid until the transaction ends: the session and its code are locked.
pub(super) async fn lock(services: &Services, connection: &mut PgConnection, caller: &Caller) -> Result<Actor, Error> {
    let session = caller.actor.session_id.0;
    let row = sqlx::query!(
        "select s.expires_at, b.id, b.issued_by
         from sessions s join break_glass_codes b on b.session_id = s.id and b.id = s.user_id and b.revoked_at is null
         where s.id = $1 and s.expires_at > $2 for share",
        session,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?
    .filter(|_| services.settings.break_glass)
    .ok_or(Refusal::SignedOut)?;
    Ok(actor(services, row.id, session, row.issued_by, row.expires_at))
}

fn actor(services: &Services, code: Uuid, session: Uuid, issued_by: String, expires_at: OffsetDateTime) -> Actor {
    Actor {
        user_id: UserId(code),
        session_id: SessionId(session),
        name: NAME.to_owned(),
        email: audit_name(&issued_by),
        email_verified: false,
        mode: services.settings.mode,
        role: PlatformRole::Maintainer,
        kind: UserKind::Regular,
        projects: Vec::new(),
        password_change_due: false,
        break_glass: Some(BreakGlassSession { issued_by, expires_at }),
    }
}
