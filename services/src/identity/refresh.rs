//! Refreshing a session's claims a little before their token expires, once.
//!
//! A lease in the row decides which of many requests on many instances refreshes; no connection to the database is held
//! while the provider answers. The others go on with claims that still hold, or wait for the new ones.

use super::fault::{Fault, stale, untrusted};
use super::flow::granted;
use super::{Identity, sessions};
use crate::Services;
use crate::audit;
use crate::change::commit;
use crate::client::SessionToken;
use crate::error::Error;
use crate::provision::{self, Admission, Occasion};
use crate::session;
use domain::id::SessionId;
use oidc_client::{Claims, IdToken, Purpose, TokenResponse, unverified_claims};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tracing::Instrument as _;

/// How long before their end claims are refreshed; a fifth of their life when that is shorter.
const EARLY: Duration = Duration::minutes(1);
/// Longer than an exchange with the provider can take.
const LEASE: Duration = Duration::seconds(15);
/// How often, and how many times, a waiting request looks whether the refresh is done.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_millis(50);
const MAX_POLLS: u32 = 120;

/// The claims of a session, as its row had them.
#[derive(Clone, Copy, Debug)]
struct Held {
    refreshed_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

/// The state of a session's claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    /// They are valid.
    Holds,
    /// There are newer ones, to be read.
    Renewed,
    /// They have expired, and could not be refreshed.
    Over,
    /// The provider has ended the session, and so did we.
    Ended,
}

impl Held {
    fn is_over(self, now: OffsetDateTime) -> bool {
        now >= self.expires_at
    }

    fn is_due(self, now: OffsetDateTime) -> bool {
        now >= self.expires_at - EARLY.min((self.expires_at - self.refreshed_at) / 5)
    }

    fn as_is(self, now: OffsetDateTime) -> Freshness {
        if self.is_over(now) { Freshness::Over } else { Freshness::Holds }
    }
}

/// Refreshes the claims of a session at the provider when they are due. Returns whether the session still exists: one
/// that did not begin at the provider does, and so does one for which the provider does not answer now.
///
/// # Errors
/// The database failed.
pub(crate) async fn refresh_if_due(services: &Services, token: &SessionToken) -> Result<bool, Error> {
    let row = sqlx::query!(
        "select p.session_id, p.refreshed_at, p.access_expires_at from provider_sessions p
         join sessions s on s.id = p.session_id where s.token_hash = $1 and s.kept_until is null",
        token.hash()
    )
    .fetch_optional(&services.pool)
    .await?;
    let Some(row) = row else { return Ok(true) };
    let held = Held { refreshed_at: row.refreshed_at, expires_at: row.access_expires_at };
    Ok(keep_fresh(services, SessionId(row.session_id), held).await? != Freshness::Ended)
}

/// Refreshes the claims of a session if they are due.
async fn keep_fresh(services: &Services, session: SessionId, held: Held) -> Result<Freshness, Error> {
    let now = services.clock.now();
    let Some(identity) = services.identity.clone().filter(|_| held.is_due(now)) else { return Ok(held.as_is(now)) };
    let Some(lease) = Lease::take(services, session, held).await? else {
        return if held.is_over(now) { wait(services, session, held).await } else { Ok(Freshness::Holds) };
    };
    // What was begun is finished even when the request is given up: the provider may have replaced the refresh token.
    let (services, span) = (services.clone(), tracing::Span::current());
    let renewal = async move { lease.use_up(&services, &identity, held).await };
    tokio::spawn(renewal.instrument(span)).await.map_err(|fault| Error::Broken(fault.to_string()))?
}

/// The right to refresh one session.
struct Lease {
    session: SessionId,
    subject: String,
    sealed: Vec<u8>,
    claims: Claims,
}

impl Lease {
    async fn take(services: &Services, session: SessionId, held: Held) -> Result<Option<Self>, Error> {
        let now = services.clock.now();
        let row = sqlx::query!(
            r#"update provider_sessions set refresh_leased_until = $3
               where session_id = $1 and refreshed_at = $2
                 and (refresh_leased_until is null or refresh_leased_until <= $4)
               returning subject, sealed_tokens, claims as "claims: sqlx::types::Json<Claims>""#,
            session.0,
            held.refreshed_at,
            now + LEASE,
            now
        )
        .fetch_optional(&services.pool)
        .await?;
        Ok(row.map(|row| Self { session, subject: row.subject, sealed: row.sealed_tokens, claims: row.claims.0 }))
    }

    async fn use_up(self, services: &Services, identity: &Arc<Identity>, held: Held) -> Result<Freshness, Error> {
        match self.renew(services, identity, held).await {
            Ok(freshness) => Ok(freshness),
            Err(Fault::Services(fault)) => Err(fault),
            Err(Fault::Protocol(oidc_client::Error::Stale(why))) => {
                tracing::info!(why, "the provider has ended a session");
                self.end(services).await
            }
            Err(fault) => {
                tracing::warn!(%fault, "the claims of a session could not be refreshed");
                self.give_back(services).await?;
                Ok(held.as_is(services.clock.now()))
            }
        }
    }

    async fn renew(&self, services: &Services, identity: &Arc<Identity>, held: Held) -> Result<Freshness, Fault> {
        let tokens = identity.sealer.open(self.session, &self.sealed);
        let tokens = tokens.ok_or_else(|| untrusted("its tokens were sealed with another BURSAR_SECRET_KEY"))?;
        // Providers need not give one, and programs have none: the lease lies still until the claims are over.
        let Some(refresh) = tokens.refresh else { return Ok(held.as_is(services.clock.now())) };
        let answer = identity.oidc.refresh(refresh.clone(), self.session.0.as_u128()).await?;
        let mut grant = if answer.id_token().is_some() {
            let id = identity.oidc.verify_id_token(&answer, None).await?;
            granted(services, identity, &answer, id, self.exchange()).await?
        } else {
            self.without_id_token(services, identity, &answer, tokens.id).await?
        };
        if grant.subject != self.subject {
            return Err(untrusted("it is about another user now"));
        }
        grant.tokens.refresh.get_or_insert(refresh);
        self.admit(services, identity, &grant).await
    }

    /// What the exchange is for, and the claims so far.
    fn exchange(&self) -> (Purpose, Option<&Claims>) {
        (Purpose::Session(self.session.0.as_u128()), Some(&self.claims))
    }

    /// Providers need not send an id token again; what it said stands.
    async fn without_id_token(
        &self,
        services: &Services,
        identity: &Arc<Identity>,
        answer: &TokenResponse,
        id: String,
    ) -> Result<sessions::Grant, Fault> {
        let said = unverified_claims(&id).unwrap_or_else(|| self.claims.clone());
        let id = IdToken { raw: id, claims: said, subject: self.subject.clone(), sid: None, authenticated_at: None };
        granted(services, identity, answer, id, self.exchange()).await
    }

    async fn admit(
        &self,
        services: &Services,
        identity: &Identity,
        grant: &sessions::Grant,
    ) -> Result<Freshness, Fault> {
        let mut transaction = services.pool.begin().await?;
        let verified_identity = identity.verified(&grant.claims, "");
        match provision::admit(services, &mut transaction, &verified_identity, Occasion::Refresh).await? {
            Admission::Admitted(_) => {}
            Admission::Denied(_) => {
                commit(transaction).await?;
                return Err(stale("the user may not sign in any more"));
            }
        }
        if !session::exists(&mut transaction, self.session).await? {
            return Ok(Freshness::Ended);
        }
        sessions::keep(services, &mut transaction, identity, self.session, grant).await?;
        commit(transaction).await?;
        Ok(Freshness::Renewed)
    }

    async fn end(&self, services: &Services) -> Result<Freshness, Error> {
        let mut transaction = services.pool.begin().await?;
        audit::record_provider_sign_out(services, &mut transaction, &[self.session.0]).await?;
        session::revoke(&mut transaction, &[self.session.0]).await?;
        commit(transaction).await?;
        Ok(Freshness::Ended)
    }

    async fn give_back(&self, services: &Services) -> Result<(), Error> {
        sqlx::query!(
            "update provider_sessions set refresh_leased_until = null where session_id = $1 and sealed_tokens = $2",
            self.session.0,
            self.sealed
        )
        .execute(&services.pool)
        .await?;
        Ok(())
    }
}

/// Waits for the request that refreshes.
async fn wait(services: &Services, session: SessionId, held: Held) -> Result<Freshness, Error> {
    for _ in 0..MAX_POLLS {
        tokio::time::sleep(POLL_INTERVAL).await;
        let row = sqlx::query!(
            "select refreshed_at, refresh_leased_until from provider_sessions where session_id = $1",
            session.0
        )
        .fetch_optional(&services.pool)
        .await?;
        match row {
            None => return Ok(Freshness::Ended),
            Some(row) if row.refreshed_at != held.refreshed_at => return Ok(Freshness::Renewed),
            Some(row) if row.refresh_leased_until.is_none() => break,
            Some(_) => {}
        }
    }
    Ok(Freshness::Over)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn claims_are_refreshed_a_little_before_their_end() {
        let start = datetime!(2026-03-02 09:00 UTC);
        let due = |life: i64, at: i64| {
            let held = Held { refreshed_at: start, expires_at: start + Duration::seconds(life) };
            held.is_due(start + Duration::seconds(at))
        };
        assert!(!due(300, 239) && due(300, 240) && due(300, 301));
        assert!(!due(10, 7) && due(10, 8));
        assert!(!due(3600, 3539) && due(3600, 3540));
    }
}
