//! Ending sessions together with the provider: we tell it (RP-initiated logout), or it tells us (back-channel logout).

use super::fault::{Fault, untrusted};
use super::logged_out;
use super::signed::{Claims, Signed, check_size, is_for, seconds};
use super::{Identity, LEEWAY};
use crate::Services;
use crate::change::commit;
use crate::client::SessionToken;
use crate::error::Error;
use crate::session;
use domain::id::SessionId;
use domain::provider::ProviderSignOut;
use serde_json::Value;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// Where the provider sends logout tokens.
pub const BACK_CHANNEL: &str = "/sign-in/back-channel-logout";
/// Where it sends people after they signed out; to be registered with the provider.
const AFTERWARDS: &str = "/sign-in";
/// The member of `events` that makes a token a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A logout token is used at once.
const LIFE: Duration = Duration::seconds(120);
const LONGEST_JTI: usize = 255;

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
    session::end(&mut transaction, token).await?;
    commit(transaction).await?;
    let (Some(ended), Some(identity)) = (ended, services.identity.as_ref()) else { return Ok(None) };
    let tokens = identity.sealer.open(SessionId(ended.session_id), &ended.sealed_tokens);
    Ok(identity.provider_sign_out(services, tokens.map(|tokens| tokens.id)).await)
}

impl Identity {
    async fn provider_sign_out(&self, services: &Services, id_token: Option<String>) -> Option<ProviderSignOut> {
        let known = self.current(services).await.ok()?;
        let endpoint = known.extras().end_session_endpoint.clone()?;
        let afterwards = format!("{}{AFTERWARDS}", self.config.public_url);
        let parameters = [
            ("client_id", Some(self.config.client_id.clone())),
            ("post_logout_redirect_uri", Some(afterwards)),
            ("id_token_hint", id_token),
        ];
        let parameters = parameters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Some(ProviderSignOut { kind: self.kind(), endpoint: endpoint.to_string(), parameters: parameters.collect() })
    }
}

/// Ends every session that a logout token names, at once and for all processes. Returns how many there were.
///
/// # Errors
/// [`Fault::Untrusted`] says what is wrong with the token; then nothing has ended.
pub async fn back_channel(services: &Services, token: &str) -> Result<u64, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    check_size(token)?;
    let signed = identity.signed(services, token).await?;
    let order = identity.order(services, &signed)?;
    let issuer = identity.config.issuer.as_str();
    let now = services.clock.now();
    let mut transaction = services.pool.begin().await?;
    let is_new = sqlx::query!(
        "insert into logout_tokens (issuer, jti, expires_at) values ($1, $2, $3) on conflict do nothing",
        issuer,
        order.jti,
        now + LIFE + LEEWAY + LEEWAY
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if is_new == 0 {
        return Err(untrusted("it was used already"));
    }
    logged_out::keep(services, &mut transaction, issuer, &order).await?;
    let ended = end(&mut transaction, issuer, order.sid.as_deref(), order.subject.as_deref()).await?;
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

/// What a logout token orders.
pub(super) struct Order {
    jti: String,
    pub(super) sid: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) issued_at: OffsetDateTime,
}

impl Identity {
    /// Everything that section 2.6 of the specification asks for beyond signature and issuer.
    fn order(&self, services: &Services, Signed { claims, kind, .. }: &Signed) -> Result<Order, Fault> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        if !matches!(kind.as_deref(), None | Some("jwt" | "logout+jwt")) {
            return Err(untrusted("it is another kind of token"));
        }
        if !is_for(claims, &self.config.client_id) {
            return Err(untrusted("it is for somebody else"));
        }
        let issued_at = seconds(claims, "iat").ok_or_else(|| untrusted("it does not say when it was issued"))?;
        if services.clock.now() - issued_at > LIFE {
            return Err(untrusted("it is too old"));
        }
        if !is_logout(claims) {
            return Err(untrusted("its events are not a logout"));
        }
        if claims.contains_key("nonce") {
            return Err(untrusted("it has a nonce"));
        }
        let jti = text("jti").filter(|jti| (1..=LONGEST_JTI).contains(&jti.len()));
        let jti = jti.ok_or_else(|| untrusted("it has no name of its own"))?;
        let (sid, subject) = (text("sid"), text("sub"));
        if sid.is_none() && subject.is_none() {
            return Err(untrusted("it names neither a session nor a person"));
        }
        Ok(Order { jti, sid, subject, issued_at })
    }
}

fn is_logout(claims: &Claims) -> bool {
    claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object)
}

/// People are locked before their sessions, in one order, as everywhere.
pub(crate) async fn end(
    connection: &mut PgConnection,
    issuer: &str,
    sid: Option<&str>,
    subject: Option<&str>,
) -> Result<u64, Error> {
    let sessions = sqlx::query_scalar!(
        "select p.session_id from provider_sessions p
         where p.issuer = $1 and ($2::text is null or p.sid = $2) and ($3::text is null or p.subject = $3)",
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
    session::revoke(connection, &sessions).await
}
