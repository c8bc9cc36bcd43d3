//! Creating calls of API clients, and forms ([`crate::submission`]), that are sent again: done once, answered the same.
//!
//! A call claims its key before it is done and leaves its answer there. A call that failed gives its key back, as
//! nothing has changed.

use crate::Services;
use crate::error::Error;
use crate::sweep;
use crate::token;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::id::UserId;
use ring::hmac;
use time::Duration;

/// How long an answer is kept.
pub const LIFE: Duration = Duration::hours(24);
/// A claim without an answer belongs to a call that was cut off; longer than any request may take.
const ABANDONED: Duration = Duration::minutes(10);

/// A key and the request it was sent with, as they are stored.
///
/// A request may hold a password, and its hash is fast: a reader of the database could try billions of passwords a
/// second against it. So it is stored as a MAC under the key's name, which API clients make at random, and of the name
/// only the hash.
#[derive(Clone, Debug)]
pub struct Key {
    owner: UserId,
    name_hash: String,
    request_mac: Vec<u8>,
    life: Duration,
}

impl Key {
    /// Keys of different users never meet. `request_hash` is that of address and body.
    pub fn new(owner: UserId, name: &str, request_hash: &[u8]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, name.as_bytes());
        Self {
            owner,
            name_hash: STANDARD.encode(token::hash(name)),
            request_mac: hmac::sign(&secret, request_hash).as_ref().to_vec(),
            life: LIFE,
        }
    }

    /// Repeats the answer for a shorter time than [`LIFE`].
    #[must_use]
    pub fn repeating_for(self, life: Duration) -> Self {
        Self { life, ..self }
    }
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names and values worth repeating.
    pub headers: Vec<(String, String)>,
    /// As sent.
    pub body: Vec<u8>,
}

/// What has become of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody had it: do the call, then [`keep`] its answer or [`give_back`] the key.
    New,
    /// The call was done.
    Done(Answer),
    /// The same call is under way.
    UnderWay,
    /// Another request had it.
    OfAnotherRequest,
}

/// Claims a key. One statement, two when it was claimed before.
///
/// # Errors
/// The database failed.
pub async fn claim(services: &Services, key: &Key) -> Result<Claim, Error> {
    let now = services.clock.now();
    let claimed = sqlx::query!(
        "insert into idempotency_keys as k (user_id, key, request_hash, created_at) values ($1, $2, $3, $4)
         on conflict (user_id, key) do update
           set request_hash = $3, status = null, headers = null, body = null, created_at = $4
           where (k.status is not null and k.created_at <= $5) or (k.status is null and k.created_at <= $6)
         returning true as \"claimed!\"",
        key.owner.0,
        key.name_hash,
        key.request_mac,
        now,
        now - key.life,
        now - ABANDONED
    )
    .fetch_optional(&services.pool)
    .await?;
    if claimed.is_some() {
        return Ok(Claim::New);
    }
    let stored = sqlx::query!(
        "select request_hash, status, headers, body from idempotency_keys where user_id = $1 and key = $2",
        key.owner.0,
        key.name_hash
    )
    .fetch_optional(&services.pool)
    .await?;
    // Given back in this very moment: as good as under way, and free for the next try.
    let Some(stored) = stored else { return Ok(Claim::UnderWay) };
    if stored.request_hash != key.request_mac {
        return Ok(Claim::OfAnotherRequest);
    }
    let Some(status) = stored.status else { return Ok(Claim::UnderWay) };
    let headers = serde_json::from_value(stored.headers.unwrap_or_default());
    Ok(Claim::Done(Answer {
        status: u16::try_from(status).map_err(|fault| Error::Broken(fault.to_string()))?,
        headers: headers.map_err(|fault| Error::Broken(fault.to_string()))?,
        body: stored.body.unwrap_or_default(),
    }))
}

/// Keeps the answer of a call that was done.
///
/// # Errors
/// The database failed.
pub async fn keep(services: &Services, key: &Key, answer: &Answer) -> Result<(), Error> {
    let broken = |fault: String| Error::Broken(fault);
    let status = i16::try_from(answer.status).map_err(|fault| broken(fault.to_string()))?;
    let headers = serde_json::to_value(&answer.headers).map_err(|fault| broken(fault.to_string()))?;
    sqlx::query!(
        "update idempotency_keys set status = $4, headers = $5, body = $6
         where user_id = $1 and key = $2 and request_hash = $3 and status is null",
        key.owner.0,
        key.name_hash,
        key.request_mac,
        status,
        headers,
        answer.body
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}

/// Frees the key of a call that was refused.
///
/// # Errors
/// The database failed.
pub async fn give_back(services: &Services, key: &Key) -> Result<(), Error> {
    sqlx::query!(
        "delete from idempotency_keys where user_id = $1 and key = $2 and request_hash = $3 and status is null",
        key.owner.0,
        key.name_hash,
        key.request_mac
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}

/// Forgets old answers; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    let oldest = services.clock.now() - LIFE;
    sweep::delete_until!(services, "idempotency_keys", "created_at", oldest)
}
