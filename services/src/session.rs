//! Sessions: a random secret in the browser, its hash in a row. The row is the session; `revoke` ends it. Who is behind
//! one is read by [`crate::actor`].

mod confirmed;
mod revoke;

pub(crate) use confirmed::{confirm, note_one_time_password};
pub(crate) use revoke::revoke;

use crate::Services;
use crate::audit::{self, Action};
use crate::client::{Client, SessionToken};
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::sweep::{self, BATCH};
use domain::error::Refusal;
use domain::id::{SessionId, UserId};
use domain::permission::ManageOwnAccount;
use domain::session::SessionRow;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How exact `last_used_at` is; saves a write on most requests.
const USE_RESOLUTION: Duration = Duration::minutes(1);

/// Records that a session is used, unless it was recorded a moment ago.
pub(crate) async fn record_use(
    services: &Services,
    session: SessionId,
    last_used_at: OffsetDateTime,
) -> Result<(), Error> {
    let now = services.clock.now();
    if now - last_used_at >= USE_RESOLUTION {
        sqlx::query!("update sessions set last_used_at = $2 where id = $1", session.0, now)
            .execute(&services.pool)
            .await?;
    }
    Ok(())
}

/// Begins a session for a user who authenticated at `authenticated_at`; part of that transaction.
pub(crate) async fn begin(
    services: &Services,
    connection: &mut PgConnection,
    user: UserId,
    client: &Client,
    authenticated_at: OffsetDateTime,
) -> Result<(SessionId, SessionToken), Error> {
    let end = services.clock.now() + services.settings.session_life;
    begin_until(services, connection, user, client, (authenticated_at, end)).await
}

/// As [`begin`], with an end that is given.
pub(crate) async fn begin_until(
    services: &Services,
    connection: &mut PgConnection,
    user: UserId,
    client: &Client,
    times: (OffsetDateTime, OffsetDateTime),
) -> Result<(SessionId, SessionToken), Error> {
    let token = SessionToken::random(services);
    let id = insert_session(services, connection, &token, user, client, times).await?;
    Ok((id.ok_or_else(|| Error::Broken("a random token was there already".to_owned()))?, token))
}

/// Inserts a session with a token and an end that are given; `None` when the token has one already.
pub(crate) async fn insert_session(
    services: &Services,
    connection: &mut PgConnection,
    token: &SessionToken,
    user: UserId,
    client: &Client,
    (authenticated_at, end): (OffsetDateTime, OffsetDateTime),
) -> Result<Option<SessionId>, Error> {
    let id = sqlx::query_scalar!(
        "insert into sessions
           (id, token_hash, user_id, device, address, is_program, signed_in_at, last_used_at, authenticated_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9) on conflict (token_hash) do nothing returning id",
        services.new_id(),
        token.hash(),
        user.0,
        device(client.user_agent.as_deref()),
        client.address,
        client.is_program,
        services.clock.now(),
        authenticated_at,
        end
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(SessionId))
}

/// Whether a session exists; it is not removed before the transaction ends.
pub(crate) async fn exists(connection: &mut PgConnection, session: SessionId) -> Result<bool, Error> {
    let row = sqlx::query_scalar!("select id from sessions where id = $1 and kept_until is null for share", session.0);
    Ok(row.fetch_optional(connection).await?.is_some())
}

/// The valid session behind a token, if there is one.
pub(crate) async fn find(connection: &mut PgConnection, token: &SessionToken) -> Result<Option<SessionId>, Error> {
    let found =
        sqlx::query_scalar!("select id from sessions where token_hash = $1 and kept_until is null", token.hash());
    Ok(found.fetch_optional(connection).await?.map(SessionId))
}

/// Ends the session behind a token, if there is one; part of a transaction.
pub(crate) async fn end(connection: &mut PgConnection, token: &SessionToken) -> Result<(), Error> {
    let found = sqlx::query_scalar!("select id from sessions where token_hash = $1", token.hash());
    let found = found.fetch_all(&mut *connection).await?;
    revoke(connection, &found).await?;
    Ok(())
}

/// One's own valid sessions, the latest first.
///
/// # Errors
/// The database failed.
pub async fn list(services: &Services, can: &Can<ManageOwnAccount>) -> Result<Vec<SessionRow>, Error> {
    let Caller { actor, .. } = can.caller();
    let now = services.clock.now();
    let rows = sqlx::query!(
        "select id, device, address, signed_in_at, last_used_at from sessions
         where user_id = $1 and expires_at > $2 and last_used_at > $3 order by last_used_at desc, id limit 100",
        actor.user_id.0,
        now,
        now - services.settings.session_idle
    )
    .fetch_all(&services.pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionRow {
            id: SessionId(row.id),
            device: row.device,
            address: row.address,
            is_current: row.id == actor.session_id.0,
            signed_in_at: row.signed_in_at,
            last_used_at: row.last_used_at,
        })
        .collect())
}

/// Ends one of one's own sessions.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not one's own or has ended already.
pub async fn end_one(services: &Services, can: &Can<ManageOwnAccount>, session: SessionId) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let owner = change.caller().actor.user_id;
    audit::record_session(services, change.connection(), Action::UserSessionEnded, session).await?;
    let own = sqlx::query_scalar!("select id from sessions where id = $1 and user_id = $2", session.0, owner.0)
        .fetch_all(change.connection())
        .await?;
    if revoke(change.connection(), &own).await? == 0 {
        return Err(Refusal::NotFound.into());
    }
    change.commit().await
}

/// Ends all of one's own sessions, this one too. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn end_all(services: &Services, can: &Can<ManageOwnAccount>) -> Result<u64, Error> {
    let mut change = services.change(can).await?;
    let owner = change.caller().actor.user_id;
    let session = change.caller().actor.session_id;
    audit::record_session(services, change.connection(), Action::UserSignedOutEverywhere, session).await?;
    let ended = end_all_of(change.connection(), owner, None).await?;
    change.commit().await?;
    Ok(ended)
}

/// Ends the sessions of a user within a transaction, all or all but one.
pub(crate) async fn end_all_of(
    connection: &mut PgConnection,
    user: UserId,
    except: Option<SessionId>,
) -> Result<u64, Error> {
    let sessions = sqlx::query_scalar!(
        "select id from sessions where user_id = $1 and id is distinct from $2",
        user.0,
        except.map(|session| session.0)
    )
    .fetch_all(&mut *connection)
    .await?;
    revoke(connection, &sessions).await
}

/// Deletes expired sessions; called by a job.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    let now = services.clock.now();
    sweep::in_batches(|| {
        sqlx::query!(
            "delete from sessions where ctid = any(array(
               select ctid from sessions where expires_at <= $1 and (kept_until is null or kept_until <= $1)
               order by expires_at limit $2 for update skip locked))",
            now,
            BATCH
        )
        .execute(&services.pool)
    })
    .await
}

/// Browser and system from a user agent, as far as its owner needs to recognise it.
fn device(user_agent: Option<&str>) -> String {
    let text = user_agent.unwrap_or_default();
    let pick =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name);
    let browser = pick(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = pick(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_is_named_after_browser_and_system() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(device(Some(firefox)), "Firefox on Linux");
        assert_eq!(device(Some(edge)), "Edge on Windows");
        assert_eq!(device(Some("curl/8.0")), "Unknown device");
        assert_eq!(device(None), "Unknown device");
    }
}
