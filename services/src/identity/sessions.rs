//! The verified claims and tokens of a session, in a row beside it.

use super::Identity;
use super::access_token::VerifiedToken;
use super::fault::{Fault, stale, untrusted};
use super::seal::Tokens;
use crate::Services;
use crate::audit::{self, Action};
use crate::change::commit;
use crate::client::{Client, SessionToken};
use crate::error::Error;
use crate::session;
use domain::id::{SessionId, UserId};
use oidc_client::Claims;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How long claims hold when the provider does not say.
pub(super) const DEFAULT_LIFE: Duration = Duration::minutes(5);

/// An answer of the provider with everything checked.
pub(super) struct Grant {
    pub(super) subject: String,
    pub(super) sid: Option<String>,
    pub(super) claims: Claims,
    pub(super) tokens: Tokens,
    pub(super) expires_at: OffsetDateTime,
    pub(super) authenticated_at: Option<OffsetDateTime>,
}

/// Begins a session for a user whom the provider authenticated.
pub(super) async fn begin(
    services: &Services,
    connection: &mut PgConnection,
    identity: &Identity,
    user: UserId,
    grant: &Grant,
    client: &Client,
) -> Result<SessionToken, Error> {
    let now = services.clock.now();
    // Where the provider does not say, the sign-in itself is what there is.
    let at = grant.authenticated_at.map_or(now, |at| at.min(now));
    let (session, token) = session::begin(services, connection, user, client, at).await?;
    audit::record_session(services, connection, Action::UserSignedIn, session).await?;
    keep(services, connection, identity, session, grant).await?;
    Ok(token)
}

/// Marks a session as freshly authenticated and gives it a new secret.
///
/// Only the browser that holds the session can do so, for the user of the session, and only when the provider
/// asked them after `since`.
pub(super) async fn confirm(
    services: &Services,
    identity: &Identity,
    session: SessionId,
    grant: &Grant,
    since: OffsetDateTime,
    old: Option<&SessionToken>,
) -> Result<SessionToken, Fault> {
    let old = old.ok_or_else(|| stale("no user is signed in any more"))?;
    if grant.authenticated_at.is_none_or(|at| at < since) {
        return Err(untrusted("it does not say that the user authenticated again"));
    }
    let mut transaction = services.pool.begin().await?;
    let subject = sqlx::query_scalar!(
        "select p.subject from provider_sessions p join sessions s on s.id = p.session_id
         where p.session_id = $1 and p.issuer = $2 and s.expires_at > $3 for update of s",
        session.0,
        identity.config.issuer,
        services.clock.now()
    )
    .fetch_optional(&mut *transaction)
    .await?;
    if subject.ok_or_else(|| stale("the session has ended"))? != grant.subject {
        return Err(untrusted("another user has signed in"));
    }
    let token = session::confirm(services, &mut transaction, session, old, services.clock.now()).await?;
    let token = token.ok_or_else(|| stale("the session is another browser's"))?;
    keep(services, &mut transaction, identity, session, grant).await?;
    commit(transaction).await?;
    Ok(token)
}

/// What an access token is recognized by when its session was revoked: the hash of what is signed, without the signature.
///
/// The whole text would not do. A client that has a token with an ECDSA signature can compute a second signature that is valid
/// for it, with the negative of its second number, and so a second text.
pub(super) struct SignedText(Vec<u8>);

impl SignedText {
    pub(super) fn of(token: &str) -> Self {
        let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
        Self(Sha256::digest(signed).to_vec())
    }

    /// Keeps it with the session that the token begins.
    pub(super) async fn keep(&self, connection: &mut PgConnection, session: SessionId) -> Result<(), Error> {
        sqlx::query!("update provider_sessions set signed_text = $2 where session_id = $1", session.0, self.0)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Whether a session of the token was revoked.
    pub(super) async fn is_revoked(&self, connection: &mut PgConnection, token: &VerifiedToken) -> Result<bool, Error> {
        let revoked = sqlx::query_scalar!(
            r#"select exists (
                 select from provider_sessions p join sessions s on s.id = p.session_id
                 where p.issuer = $1 and p.subject = $2 and p.signed_text = $3 and s.kept_until is not null) as "revoked!""#,
            token.issuer,
            token.subject,
            self.0
        );
        Ok(revoked.fetch_one(connection).await?)
    }
}

/// Stores the claims and tokens; a refresh that is under way is too late.
pub(super) async fn keep(
    services: &Services,
    connection: &mut PgConnection,
    identity: &Identity,
    session: SessionId,
    grant: &Grant,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into provider_sessions
           (session_id, issuer, subject, sid, claims, sealed_tokens, access_expires_at, refreshed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (session_id) do update set
           sid = coalesce(excluded.sid, provider_sessions.sid), claims = excluded.claims,
           sealed_tokens = excluded.sealed_tokens, access_expires_at = excluded.access_expires_at,
           refreshed_at = excluded.refreshed_at, refresh_leased_until = null",
        session.0,
        identity.config.issuer,
        grant.subject,
        grant.sid,
        Value::Object(grant.claims.clone()),
        identity.sealer.seal(&services.random, session, &grant.tokens)?,
        grant.expires_at,
        services.clock.now()
    )
    .execute(connection)
    .await?;
    Ok(())
}
