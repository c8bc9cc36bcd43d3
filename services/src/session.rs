//! Sessions: a random secret in the browser, its hash in a row. The row is the session; `revoke` ends it.

mod claimed;
mod confirmed;
mod reauthentication;
mod revoke;

pub use confirmed::is_confirmed;
pub(crate) use confirmed::{check_confirmed, confirm, note_one_time_password, proves_one_time_password};
pub(crate) use reauthentication::reauthenticate_for;
pub(crate) use revoke::revoke;

use crate::Services;
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::identity;
use crate::sign_in::DeviceToken;
use crate::sweep::{self, BATCH};
use crate::token::cookie_secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::Actor;
use domain::error::Refusal;
use domain::id::{ProjectId, SessionId, UserId};
use domain::mode::Mode;
use domain::permission::ManageOwnAccount;
use domain::role::{PlatformRole, ProjectRole};
use domain::session::SessionRow;
use domain::user::UserKind;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How exact `last_used_at` is; saves a write on most requests.
const USE_RESOLUTION: Duration = Duration::minutes(1);

cookie_secret! {
    /// The secret of a session, for the cookie and nowhere else.
    SessionToken
}

impl SessionToken {
    /// The secret of the session of an access token.
    pub fn derived(from: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(from)))
    }
}

/// Where a request came from, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Network address, from the connection or a trusted proxy.
    pub address: Option<String>,
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
    /// From the cookie of a browser that somebody signed in from.
    pub device: Option<DeviceToken>,
    /// It came to the API.
    pub is_program: bool,
    /// From the session cookie: a sign-in in this browser replaces that session.
    pub session: Option<SessionToken>,
}

/// Reads who is behind a token, with the rights that hold now. One statement.
///
/// # Errors
/// The database failed. A token that is unknown, expired or unused for too long is `Ok(None)`.
pub async fn authenticate(services: &Services, token: &SessionToken) -> Result<Option<Actor>, Error> {
    if services.identity.is_some() && !identity::stands_behind(services, token).await? {
        return Ok(None);
    }
    let (actor, last_used_at) = match services.settings.mode {
        Mode::Platform => match stored(services, token).await? {
            Some((actor, last_used_at)) => (actor, last_used_at),
            None => return Ok(None),
        },
        Mode::Keycloak => match claimed::find(services, &token.hash()).await? {
            Some(row) => {
                let last_used_at = row.last_used_at;
                let Some(actor) = claimed::actor(services, row) else { return Ok(None) };
                (actor, last_used_at)
            }
            None => return Ok(None),
        },
    };
    let now = services.clock.now();
    if now - last_used_at >= USE_RESOLUTION {
        sqlx::query!("update sessions set last_used_at = $2 where id = $1", actor.session_id.0, now)
            .execute(&services.pool)
            .await?;
    }
    Ok(Some(actor))
}

/// Somebody with a row in `users`, and when the session was last used.
async fn stored(services: &Services, token: &SessionToken) -> Result<Option<(Actor, OffsetDateTime)>, Error> {
    let now = services.clock.now();
    let row = sqlx::query!(
        r#"select s.id as session_id, s.last_used_at, u.id, u.name, u.email, u.user_type,
                  coalesce(u.email_verified, u.auth_source = 'local') as "email_verified!",
                  u.is_admin, u.is_maintainer, u.is_auditor, u.password_change_due,
                  coalesce(p.ids, '{}') as "project_ids!", coalesce(p.admins, '{}') as "project_admins!",
                  coalesce(p.personal, '{}') as "project_personal!"
           from sessions s
           join users u on u.id = s.user_id and u.is_active
           left join lateral (
             select array_agg(p.id) as ids, array_agg(m.is_project_admin) as admins,
                    array_agg(p.project_type = 'personal') as personal
             from user_projects m join projects p on p.id = m.project_id and p.deleted_at is null
             where m.user_id = u.id
               and (u.user_type = 'regular' or p.project_type = 'personal' or lower(p.name) in (select lower(n) from unnest($4::text[]) n))
           ) p on true
           where s.token_hash = $1 and s.expires_at > $2 and s.last_used_at > $3"#,
        token.hash(),
        now,
        now - services.settings.session_idle,
        &services.settings.external_names()
    )
    .fetch_optional(&services.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let roles =
        row.project_personal.iter().zip(&row.project_admins).map(|(personal, admin)| project_role(*personal, *admin));
    let actor = Actor {
        user_id: UserId(row.id),
        session_id: SessionId(row.session_id),
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
        mode: Mode::Platform,
        role: PlatformRole::from_flags(row.is_maintainer, row.is_admin, row.is_auditor),
        kind: user_kind(&row.user_type)?,
        projects: row.project_ids.iter().copied().map(ProjectId).zip(roles).collect(),
        password_change_due: row.password_change_due,
    };
    Ok(Some((actor, row.last_used_at)))
}

/// The rights that hold now, with the rows that grant them locked until the transaction ends. Without projects.
///
/// The person is locked before the session, as everywhere: whoever ends sessions holds their person already.
pub(crate) async fn actor_for_change(
    services: &Services,
    connection: &mut PgConnection,
    caller: &Caller,
) -> Result<Actor, Error> {
    if services.settings.mode == Mode::Keycloak {
        return claimed::lock(services, connection, caller).await;
    }
    let session = caller.actor.session_id;
    let row = sqlx::query!(
        r#"with u as materialized (select * from users where id = $1 and is_active for share)
         select u.id, u.name, u.email, coalesce(u.email_verified, u.auth_source = 'local') as "email_verified!",
                u.user_type, u.is_admin, u.is_maintainer, u.is_auditor, u.password_change_due
         from u join sessions s on s.user_id = u.id
         where s.id = $2 and s.expires_at > $3 for share of s"#,
        caller.actor.user_id.0,
        session.0,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Refusal::SignedOut)?;
    Ok(Actor {
        user_id: UserId(row.id),
        session_id: session,
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
        mode: Mode::Platform,
        role: PlatformRole::from_flags(row.is_maintainer, row.is_admin, row.is_auditor),
        kind: user_kind(&row.user_type)?,
        projects: Vec::new(),
        password_change_due: row.password_change_due,
    })
}

/// Begins a session for somebody who proved at `authenticated_at` who they are; part of that transaction.
pub(crate) async fn begin(
    services: &Services,
    connection: &mut PgConnection,
    user: UserId,
    client: &Client,
    authenticated_at: OffsetDateTime,
) -> Result<(SessionId, SessionToken), Error> {
    let (token, end) = (SessionToken::random(services), services.clock.now() + services.settings.session_life);
    let id = begin_as(services, connection, &token, user, client, (authenticated_at, end)).await?;
    Ok((id.ok_or_else(|| Error::Broken("a random token was there already".to_owned()))?, token))
}

/// Begins a session with a token and an end that are given; `None` when the token has one already.
pub(crate) async fn begin_as(
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

/// Whether a session is there; it stays until the transaction ends.
pub(crate) async fn is_there(connection: &mut PgConnection, session: SessionId) -> Result<bool, Error> {
    let row = sqlx::query_scalar!("select id from sessions where id = $1 and kept_until is null for share", session.0);
    Ok(row.fetch_optional(connection).await?.is_some())
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
    let ended = end_all_of(change.connection(), owner, None).await?;
    change.commit().await?;
    Ok(ended)
}

/// Ends somebody's sessions within a transaction, all or all but one.
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

/// Removes sessions that have ended by themselves; called by a job.
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

pub(crate) const fn project_role(is_personal: bool, is_admin: bool) -> ProjectRole {
    match (is_personal, is_admin) {
        (true, _) => ProjectRole::Owner,
        (false, true) => ProjectRole::Admin,
        (false, false) => ProjectRole::Member,
    }
}

pub(crate) fn user_kind(stored: &str) -> Result<UserKind, Error> {
    UserKind::parse(stored).map_err(|_| Error::Broken(format!("unknown user_type {stored}")))
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
    fn a_device_is_named_as_its_owner_knows_it() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(device(Some(firefox)), "Firefox on Linux");
        assert_eq!(device(Some(edge)), "Edge on Windows");
        assert_eq!(device(Some("curl/8.0")), "Unknown device");
        assert_eq!(device(None), "Unknown device");
    }

    #[test]
    fn a_cookie_that_is_no_token_is_no_session() {
        assert!(SessionToken::from_cookie(&"a".repeat(43)).is_some());
        for bad in ["", "short", &"a".repeat(44), &"é".repeat(21), &format!("{} ", "a".repeat(42))] {
            assert!(SessionToken::from_cookie(bad).is_none(), "{bad:?}");
        }
    }
}
