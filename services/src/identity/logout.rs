//! Ending sessions together with the provider: we tell it (RP-initiated logout), or it tells us (back-channel logout).

use super::LEEWAY;
use super::fault::{Fault, untrusted};
use super::logged_out;
use crate::Services;
use crate::audit::{self, Action};
use crate::change::commit;
use crate::client::SessionToken;
use crate::error::Error;
use crate::session;
use domain::id::SessionId;
use domain::provider::ProviderSignOut;
use oidc_client::LOGOUT_TOKEN_LIFETIME;
use sqlx::PgConnection;

/// Where the provider sends logout tokens.
pub const BACK_CHANNEL: &str = "/sign-in/back-channel-logout";
/// Where it sends users after they signed out; to be registered with the provider.
const AFTERWARDS: &str = "/sign-in";

/// Whether an address can be that of [`BACK_CHANNEL`]: inside a cluster its host is another one than for browsers.
pub(crate) fn is_back_channel(address: &str) -> bool {
    address.starts_with("http") && address.ends_with(BACK_CHANNEL)
}

/// Ends the session behind a token. Returns the request that ends the session at the provider too, if it began there.
///
/// # Errors
/// The database failed.
pub async fn sign_out(services: &Services, token: &SessionToken) -> Result<Option<ProviderSignOut>, Error> {
    let mut transaction = services.pool.begin().await?;
    let ended = sqlx::query!(
        "select p.session_id, p.sealed_tokens from sessions s join provider_sessions p on p.session_id = s.id
         where s.token_hash = $1",
        token.hash()
    )
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(session) = session::find(&mut transaction, token).await? {
        audit::record_session(services, &mut transaction, Action::UserSignedOut, session).await?;
    }
    session::end(&mut transaction, token).await?;
    commit(transaction).await?;
    let (Some(ended), Some(identity)) = (ended, services.identity.as_ref()) else { return Ok(None) };
    let tokens = identity.sealer.open(SessionId(ended.session_id), &ended.sealed_tokens);
    let redirect_to = format!("{}{AFTERWARDS}", identity.config.public_url);
    let request = identity.oidc.end_session(tokens.map(|tokens| tokens.id), redirect_to).await;
    Ok(request.map(|(endpoint, parameters)| ProviderSignOut { kind: identity.kind(), endpoint, parameters }))
}

/// Revokes every session that a logout token names, at once and on all instances. Returns how many there were.
///
/// # Errors
/// [`oidc_client::Error::Untrusted`] says what is wrong with the token; then nothing has ended.
pub async fn back_channel(services: &Services, token: &str) -> Result<u64, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    let token = identity.oidc.verify_logout_token(token).await?;
    let issuer = identity.config.issuer.as_str();
    let now = services.clock.now();
    let mut transaction = services.pool.begin().await?;
    let is_new = sqlx::query!(
        "insert into logout_tokens (issuer, jti, expires_at) values ($1, $2, $3) on conflict do nothing",
        issuer,
        token.jti,
        now + LOGOUT_TOKEN_LIFETIME + LEEWAY + LEEWAY
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if is_new == 0 {
        return Err(untrusted("it was used already"));
    }
    logged_out::keep(services, &mut transaction, issuer, &token).await?;
    let ended = end(services, &mut transaction, issuer, token.sid.as_deref(), token.subject.as_deref()).await?;
    sqlx::query!(
        "insert into provider_news (issuer, last_logout_at) values ($1, $2)
         on conflict (issuer) do update set last_logout_at = excluded.last_logout_at",
        issuer,
        now
    )
    .execute(&mut *transaction)
    .await?;
    commit(transaction).await?;
    Ok(ended)
}

/// Revokes the sessions that a logout names. A session whose ID token named no `sid` may be the one that is meant, so it
/// is revoked with the others of its user. Users are locked before their sessions, in the order of their ids, as
/// everywhere.
pub(crate) async fn end(
    services: &Services,
    connection: &mut PgConnection,
    issuer: &str,
    sid: Option<&str>,
    subject: Option<&str>,
) -> Result<u64, Error> {
    let sessions = sqlx::query_scalar!(
        "select p.session_id from provider_sessions p
         where p.issuer = $1 and ($3::text is null or p.subject = $3)
           and ($2::text is null or p.sid = $2 or (p.sid is null and $3::text is not null))",
        issuer,
        sid,
        subject
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!(
        "select id from users where id in (select user_id from sessions where id = any($1)) order by id for no key update",
        &sessions
    )
    .fetch_all(&mut *connection)
    .await?;
    audit::record_provider_sign_out(services, connection, &sessions).await?;
    session::revoke(connection, &sessions).await
}
