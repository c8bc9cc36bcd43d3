//! Secrets on their way from the administrator who issued them: one-time passwords of users and tokens of gateways.
//!
//! A secret stays on its page until the administrator says that it was handed over, for ten minutes at most, and for the
//! session that issued it. It is sealed with a secret that only the administrator's browser has.

use crate::Services;
use crate::client::SessionToken;
use crate::error::Error;
use crate::sealer::Sealer;
use crate::sweep;
use crate::token::browser_secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::SessionId;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a secret waits to be handed over.
pub const SHOWN_FOR: Duration = Duration::minutes(10);

browser_secret! {
    /// What opens the secrets that a browser hands over, for the cookie and nowhere else.
    HandoverToken
}

impl HandoverToken {
    /// The secret of a browser that has none yet. Two posts at the same moment give it the same one, so that neither
    /// locks out what the other issued.
    pub fn derived(session: &SessionToken) -> Self {
        let secret = Sha256::new().chain_update("bursar handover\0").chain_update(session.expose()).finalize();
        Self(URL_SAFE_NO_PAD.encode(secret).into())
    }

    fn sealer(&self) -> Sealer {
        Sealer::new("bursar handover", self.expose())
    }
}

/// A secret that waits to be handed over. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Handover {
    /// The secret.
    pub secret: String,
    /// When it leaves the page.
    pub until: OffsetDateTime,
}

impl std::fmt::Debug for Handover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handover").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Keeps a secret that was issued to `holder`, a user or a gateway. Those issued to it before, by any administrator, no
/// longer work and are not shown at all.
///
/// # Errors
/// The database failed.
pub async fn keep(
    services: &Services,
    session: SessionId,
    token: &HandoverToken,
    holder: Uuid,
    secret: &str,
) -> Result<(), Error> {
    let id = services.new_id();
    let sealed = token.sealer().seal(&services.random, id.as_bytes(), secret.as_bytes().to_vec())?;
    sqlx::query!(
        "with replaced as (delete from password_handovers where user_id = $3)
         insert into password_handovers (id, session_id, user_id, sealed, expires_at) values ($1, $2, $3, $4, $5)",
        id,
        session.0,
        holder,
        sealed,
        services.clock.now() + SHOWN_FOR
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}

/// The secret of `holder` that this session issued and still has to hand over.
///
/// # Errors
/// The database failed.
pub async fn find(
    services: &Services,
    session: SessionId,
    token: &HandoverToken,
    holder: Uuid,
) -> Result<Option<Handover>, Error> {
    Ok(find_latest(services, session, token, &[holder]).await?.map(|(_, handover)| handover))
}

/// The latest secret that this session issued to one of `holders` and still has to hand over, and whose it is.
///
/// # Errors
/// The database failed.
pub async fn find_latest(
    services: &Services,
    session: SessionId,
    token: &HandoverToken,
    holders: &[Uuid],
) -> Result<Option<(Uuid, Handover)>, Error> {
    let row = sqlx::query!(
        "select id, user_id, sealed, expires_at from password_handovers
         where user_id = any($1) and session_id = $2 and expires_at > $3 order by id desc limit 1",
        holders,
        session.0,
        services.clock.now()
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.and_then(|row| {
        let secret = token.sealer().open(row.id.as_bytes(), &row.sealed)?;
        Some((row.user_id, Handover { secret: String::from_utf8(secret).ok()?, until: row.expires_at }))
    }))
}

/// Forgets the secret of `holder` that was handed over. Returns whether this session still has others to hand over.
///
/// # Errors
/// The database failed.
pub async fn dismiss(services: &Services, session: SessionId, holder: Uuid) -> Result<bool, Error> {
    let others = sqlx::query_scalar!(
        "with dismissed as (delete from password_handovers where session_id = $1 and user_id = $2)
         select exists(select from password_handovers where session_id = $1 and user_id <> $2 and expires_at > $3)
           as \"others!\"",
        session.0,
        holder,
        services.clock.now()
    )
    .fetch_one(&services.pool)
    .await?;
    Ok(others)
}

/// Forgets secrets that were not handed over in time; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    sweep::delete_until!(services, "password_handovers", "expires_at", services.clock.now())
}
