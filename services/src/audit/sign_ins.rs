//! Events of sessions: signing in and out, re-authentication, and failed sign-ins.
//!
//! What bounds failed sign-ins: tries beyond those that an address has are refused without an event, each network has its
//! tries, and no more than [`MAX_FAILURES`] events are written an hour, whoever tries. Metrics and logs have all of them.

use super::Action;
use crate::Services;
use crate::client::Client;
use crate::error::Error;
use domain::id::{SessionId, UserId};
use serde_json::json;
use sqlx::PgConnection;
use time::Duration;
use uuid::Uuid;

/// The most events of failed sign-ins within [`FAILURE_WINDOW`].
const MAX_FAILURES: i64 = 500;
const FAILURE_WINDOW: Duration = Duration::HOUR;

/// Records something that a user did with a session, which exists. A user whose rights the identity provider keeps has no
/// row and is recorded by id.
pub(crate) async fn record_session(
    services: &Services,
    connection: &mut PgConnection,
    action: Action,
    session: SessionId,
) -> Result<(), Error> {
    sqlx::query!(
        "with entries as (
           insert into audit_log (id, at, actor_id, actor, session_id, action, target_type, target_id, target, changes)
           select $1, $2, s.user_id, coalesce(u.email, s.user_id::text), s.id, $3, 'user', s.user_id,
                  coalesce(u.email, s.user_id::text),
                  jsonb_build_array(jsonb_build_object('field', 'device', 'before', null, 'after', s.device),
                                    jsonb_build_object('field', 'address', 'before', null, 'after', s.address))
           from sessions s left join users u on u.id = s.user_id
           where s.id = $4 and s.kept_until is null
             and not exists (select from break_glass_codes c where c.id = s.user_id) returning id)
         insert into audit_unsealed (entry) select id from entries",
        services.new_id(),
        services.clock.now(),
        action.key(),
        session.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Records a failed sign-in, or does the same work without an event: `is_blocked` when the address had no try left. The
/// text that was typed is not recorded where no user has it as an address: it may be a password.
pub(crate) async fn record_failure(
    services: &Services,
    user: Option<UserId>,
    client: &Client,
    is_blocked: bool,
) -> Result<(), Error> {
    let now = services.clock.now();
    let changes = json!([{"field": "address", "before": null, "after": client.address}]);
    sqlx::query!(
        "with entries as (
           insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
           select $1, $2, 'Not signed in', $3, 'user', v.id, coalesce(u.email, 'an unknown address'), $4
           from (select $5::uuid as id) v left join users u on u.id = v.id
           where not $6 and (
             select count(*) from (
               select from audit_log l where l.action = any(array[$3]) and l.at > $7
               order by l.action, l.at desc, l.id desc limit $8) f) < $8
           returning id)
         insert into audit_unsealed (entry) select id from entries",
        services.new_id(),
        now,
        Action::UserSignInFailed.key(),
        changes,
        user.map_or(Uuid::nil(), |user| user.0),
        is_blocked,
        now - FAILURE_WINDOW,
        MAX_FAILURES
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}
