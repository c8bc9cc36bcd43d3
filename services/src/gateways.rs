//! Gateways: created and revoked by maintainers, authenticated by a token of which only the hash is stored.

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::Can;
use crate::token;
use domain::error::Refusal;
use domain::gateway::{GatewayDraft, GatewayState, TOKEN_PREFIX};
use domain::id::GatewayId;
use domain::permission::ManageGateways;
use secrecy::{ExposeSecret as _, SecretString};
use time::{Duration, OffsetDateTime};

/// How exact `last_used_at` is; saves a write on most requests.
const USE_RESOLUTION: Duration = Duration::minutes(1);
/// How many characters of a token are stored to tell tokens apart.
const HINT_LENGTH: usize = 4;

/// The token of a gateway: a prefix and 256 random bits. Not printed.
#[derive(Clone, Debug)]
pub struct GatewayToken(SecretString);

impl GatewayToken {
    /// Whether a Bearer token is meant to be that of a gateway.
    pub fn is_meant(raw: &str) -> bool {
        raw.starts_with(TOKEN_PREFIX)
    }

    /// Takes what an API client sends; `None` for what cannot have been issued here.
    pub fn parse(raw: &str) -> Option<Self> {
        token::is_secret(raw.strip_prefix(TOKEN_PREFIX)?).then(|| Self(raw.into()))
    }

    /// The token, to be shown once.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    fn random(services: &Services) -> Self {
        Self(format!("{TOKEN_PREFIX}{}", services.random.secret()).into())
    }

    /// What is stored of it.
    pub fn hash(&self) -> Vec<u8> {
        token::hash(self.expose())
    }

    fn hint(&self) -> &str {
        let token = self.expose();
        &token[token.len() - HINT_LENGTH..]
    }
}

/// Why a token authenticates no gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefused {
    /// No gateway has it.
    Unknown,
    /// It has expired.
    Expired,
    /// Its gateway was revoked.
    Revoked,
}

/// Creates a gateway. Its token is returned once; only the hash is stored.
///
/// # Errors
/// A problem at `name` when another gateway that is not revoked has it; the refusals of every change.
pub async fn create(
    services: &Services,
    can: &Can<ManageGateways>,
    draft: &GatewayDraft,
) -> Result<(GatewayId, GatewayToken), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let (id, token, now) = (GatewayId(services.new_id()), GatewayToken::random(services), services.clock.now());
    let creator = change.account();
    sqlx::query!(
        "insert into gateways (id, name, token_hash, token_hint, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        draft.name.as_str(),
        token.hash(),
        token.hint(),
        creator,
        now,
        draft.lifetime.end(now)
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new(Action::GatewayCreated, TargetType::Gateway, id.0, draft.name.as_str());
    change.record(entry.fields(None, draft)).await?;
    change.commit().await?;
    Ok((id, token))
}

/// Revokes a gateway: from the commit on its token is refused. Returns its name; `None` when it was revoked before.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such gateway; the refusals of every change.
pub async fn revoke(
    services: &Services,
    can: &Can<ManageGateways>,
    gateway: GatewayId,
) -> Result<Option<String>, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let stored = sqlx::query!("select name, revoked_at from gateways where id = $1 for update", gateway.0)
        .fetch_optional(change.connection())
        .await?
        .ok_or(Refusal::NotFound)?;
    if stored.revoked_at.is_some() {
        return Ok(None);
    }
    sqlx::query!("update gateways set revoked_at = $2 where id = $1", gateway.0, services.clock.now())
        .execute(change.connection())
        .await?;
    change.record(Entry::new(Action::GatewayRevoked, TargetType::Gateway, gateway.0, &stored.name)).await?;
    change.commit().await?;
    Ok(Some(stored.name))
}

/// The gateway behind a token. One statement; another one a minute to record that the token is used.
///
/// # Errors
/// The database failed; [`Refusal::NotFound`] where there are no gateways.
pub async fn authenticate(services: &Services, raw: &str) -> Result<Result<GatewayId, TokenRefused>, Error> {
    switched_on(services)?;
    let Some(token) = GatewayToken::parse(raw) else { return Ok(Err(TokenRefused::Unknown)) };
    // The look-up is by the hash: how long it takes says nothing about the token.
    let row = sqlx::query!(
        "select id, expires_at, revoked_at, last_used_at from gateways where token_hash = $1",
        token.hash()
    )
    .fetch_optional(&services.pool)
    .await?;
    let Some(row) = row else { return Ok(Err(TokenRefused::Unknown)) };
    match GatewayState::at(services.clock.now(), row.expires_at, row.revoked_at) {
        GatewayState::Revoked => return Ok(Err(TokenRefused::Revoked)),
        GatewayState::Expired => return Ok(Err(TokenRefused::Expired)),
        GatewayState::Active => {}
    }
    record_use(services, GatewayId(row.id), row.last_used_at).await?;
    Ok(Ok(GatewayId(row.id)))
}

/// Records that a token is used, unless it was recorded a moment ago.
async fn record_use(
    services: &Services,
    gateway: GatewayId,
    last_used_at: Option<OffsetDateTime>,
) -> Result<(), Error> {
    let now = services.clock.now();
    let before = now - USE_RESOLUTION;
    if last_used_at.is_none_or(|last| last <= before) {
        sqlx::query!(
            // Of many requests at the same moment one writes.
            "update gateways set last_used_at = $2
             where id = (select id from gateways where id = $1 and (last_used_at is null or last_used_at <= $3)
                         for update skip locked)",
            gateway.0,
            now,
            before
        )
        .execute(&services.pool)
        .await?;
    }
    Ok(())
}
