//! Sealing the audit log: a job, so that changes at the same moment do not wait for each other.

use super::digest::{self, Hash, Stored};
use crate::Services;
use crate::error::Error;
use sqlx::PgConnection;
use uuid::Uuid;

/// One replica seals at a time.
const LOCK: i64 = 0x6275_7273_6172_0003;
/// The most entries of one seal.
const MOST: i64 = 1_000;

/// The last link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Seals are numbered from 1.
    pub number: i64,
    /// In hexadecimal digits.
    pub hash: String,
}

/// Seals what waits. Called by a job; returns the new last seal, `None` when nothing waited or another replica is at it.
///
/// # Errors
/// The database failed; nothing is sealed then.
pub async fn seal(services: &Services) -> Result<Option<Head>, Error> {
    let mut head = None;
    while let Some((next, is_full)) = seal_some(services).await? {
        head = Some(next);
        if !is_full {
            break;
        }
    }
    Ok(head)
}

async fn seal_some(services: &Services) -> Result<Option<(Head, bool)>, Error> {
    let mut transaction = services.pool.begin().await?;
    let ours = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "ours!""#, LOCK);
    if !ours.fetch_one(&mut *transaction).await? {
        return Ok(None);
    }
    let waiting = waiting(&mut transaction).await?;
    if waiting.is_empty() {
        return Ok(None);
    }
    let last = sqlx::query!("select number, hash from audit_seals order by number desc limit 1")
        .fetch_optional(&mut *transaction)
        .await?;
    let (number, previous) = match last {
        Some(last) => (last.number + 1, stored_hash(&last.hash)?),
        None => (1, Hash::default()),
    };
    let (ids, hashes): (Vec<Uuid>, Vec<Hash>) = waiting.iter().map(|entry| (entry.id, entry.hash())).unzip();
    let now = services.clock.now();
    let hash = digest::seal(&previous, number, now, &hashes);
    sqlx::query!(
        "with sealed as (delete from audit_unsealed where entry = any($3))
         insert into audit_seals (number, sealed_at, entries, hash) values ($1, $2, $3, $4)",
        number,
        now,
        &ids,
        &hash
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Some((Head { number, hash: hex(&hash) }, i64::try_from(ids.len()).is_ok_and(|count| count == MOST))))
}

/// Some of what waits, along the key, which is in the order of time: a backlog of a million is not sorted for each seal.
async fn waiting(connection: &mut PgConnection) -> Result<Vec<Stored>, Error> {
    Ok(sqlx::query_as!(
        Stored,
        "select a.id, a.at, a.actor_id, a.actor, a.session_id, a.request_id, a.action, a.target_type, a.target_id,
                a.target, a.changes, a.reason
         from (select entry from audit_unsealed order by entry limit $1) w join audit_log a on a.id = w.entry
         order by a.at, a.id",
        MOST
    )
    .fetch_all(connection)
    .await?)
}

pub(super) fn stored_hash(bytes: &[u8]) -> Result<Hash, Error> {
    bytes.try_into().map_err(|_| Error::Broken("a seal's hash has another length".to_owned()))
}

pub(super) fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
