//! Events of sessions: signing in and out, re-authentication, and tries of them that failed.
//!
//! What bounds failed tries: those beyond what an address has are refused without an event, each network has its tries, and
//! no more than [`MAX_FAILURES`] events of an action are written an hour. Metrics and logs have all of them.

use super::Action;
use crate::Services;
use crate::client::Client;
use crate::error::Error;
use domain::id::{SessionId, UserId};
use serde_json::json;
use sqlx::PgConnection;
use time::Duration;
use uuid::Uuid;

/// The most events of one failed action within [`FAILURE_WINDOW`].
const MAX_FAILURES: i64 = 500;
const FAILURE_WINDOW: Duration = Duration::HOUR;

/// The actor of a session's end that the identity provider sent.
const IDENTITY_PROVIDER: &str = "Identity provider";

/// Records something that a user did with a session, which exists. A user whose rights the identity provider keeps has no
/// row and is recorded by id.
pub(crate) async fn record_session(
    services: &Services,
    connection: &mut PgConnection,
    action: Action,
    session: SessionId,
) -> Result<(), Error> {
    record(services, connection, action, None, &[session.0]).await
}

/// Records that the identity provider ended sessions, before they are revoked. Those of API clients are left out: that one
/// begins is no event either.
pub(crate) async fn record_provider_sign_out(
    services: &Services,
    connection: &mut PgConnection,
    sessions: &[Uuid],
) -> Result<(), Error> {
    record(services, connection, Action::UserSignedOutByProvider, Some(IDENTITY_PROVIDER), sessions).await
}

/// Records an event for each session, whose user is the actor unless another one is named.
async fn record(
    services: &Services,
    connection: &mut PgConnection,
    action: Action,
    actor: Option<&str>,
    sessions: &[Uuid],
) -> Result<(), Error> {
    let ids: Vec<Uuid> = sessions.iter().map(|_| services.new_id()).collect();
    sqlx::query!(
        "with entries as (
           insert into audit_log (id, at, actor_id, actor, session_id, action, target_type, target_id, target, changes)
           select n.id, $1, case when $2::text is null then s.user_id end, coalesce($2, u.email, s.user_id::text), s.id, $3,
                  'user', s.user_id, coalesce(u.email, s.user_id::text),
                  jsonb_build_array(jsonb_build_object('field', 'device', 'before', null, 'after', s.device),
                                    jsonb_build_object('field', 'address', 'before', null, 'after', s.address))
           from unnest($4::uuid[], $5::uuid[]) n (id, session_id)
           join sessions s on s.id = n.session_id left join users u on u.id = s.user_id
           where s.kept_until is null and ($2 is null or not s.is_program)
             and not exists (select from break_glass_codes c where c.id = s.user_id) returning id)
         insert into audit_unsealed (entry) select id from entries",
        services.clock.now(),
        actor,
        action.key(),
        &ids,
        sessions
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Who failed to authenticate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Claimant<'a> {
    /// The user whose address was typed, if there is one. A text that no user has as an address is not recorded: it may
    /// be a password.
    Typed(Option<UserId>),
    /// The address that the identity provider named. Its text is no secret.
    Named(&'a str),
    /// The user of a session.
    Session(SessionId),
}

/// A try to authenticate that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'a> {
    pub(crate) action: Action,
    pub(crate) claimant: Claimant<'a>,
    pub(crate) client: &'a Client,
    /// Why, unless it is a wrong password.
    pub(crate) reason: Option<&'a str>,
}

/// Records a failed try, or does the same work without an event: `is_blocked` when the address had no try left.
pub(crate) async fn record_failure(services: &Services, failure: Failure<'_>, is_blocked: bool) -> Result<(), Error> {
    let Failure { action, claimant, client, reason } = failure;
    let (user, name, session) = match claimant {
        Claimant::Typed(user) => (user, None, None),
        Claimant::Named(name) => (None, Some(name), None),
        Claimant::Session(session) => (None, None, Some(session)),
    };
    let now = services.clock.now();
    sqlx::query!(
        "with entries as (
           insert into audit_log
             (id, at, actor_id, actor, session_id, action, target_type, target_id, target, changes, reason)
           select $1, $2, s.user_id,
                  case when s.id is null then 'Not signed in' else coalesce(u.email, s.user_id::text) end, s.id, $3, 'user',
                  v.id, coalesce(u.email, s.user_id::text, nullif($6, ''), 'an unknown address'), $4, $11
           from (select $7::uuid as id) g left join sessions s on s.id = g.id
           cross join lateral (
             select coalesce(s.user_id, $5, (select id from users where lower(email) = lower($6)), $12) as id) v
           left join users u on u.id = v.id
           where not $8 and (
             select count(*) from (
               select from audit_log l where l.action = any(array[$3]) and l.at > $9
               order by l.action, l.at desc, l.id desc limit $10) f) < $10
           returning id)
         insert into audit_unsealed (entry) select id from entries",
        services.new_id(),
        now,
        action.key(),
        json!([{"field": "address", "before": null, "after": client.address}]),
        user.map(|user| user.0),
        name,
        session.map(|session| session.0),
        is_blocked,
        now - FAILURE_WINDOW,
        MAX_FAILURES,
        reason,
        Uuid::nil()
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}
