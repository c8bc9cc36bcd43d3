//! Sealing the audit log: a job, so that changes at the same moment do not wait for each other.

use super::digest::{self, Hash, Stored};
use crate::Services;
use crate::error::Error;
use sqlx::PgConnection;
use uuid::Uuid;

/// One instance seals at a time.
const LOCK: i64 = 0x6275_7273_6172_0003;
/// The most entries of one seal.
const MAX_ENTRIES: i64 = 1_000;

/// The last link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Seals are numbered from 1.
    pub number: i64,
    /// In hexadecimal digits.
    pub hash: String,
}

/// Some of the entries that wait, and where the next page of them begins.
struct Page {
    waiting: Vec<Stored>,
    /// How many notes name an entry that is not in the audit log.
    lost: usize,
    next: Option<Uuid>,
}

/// Seals what waits. Called by a job; returns the new last seal, `None` when nothing waited or another instance seals.
///
/// Each seal is logged: the log is its copy outside the database.
///
/// # Errors
/// [`Error::AuditEntriesLost`] when entries disappeared before they were sealed; the others are sealed all the same.
/// Otherwise the database failed, and what was not sealed yet still waits.
pub async fn seal(services: &Services) -> Result<Option<Head>, Error> {
    let (mut head, mut lost, mut next) = (None, 0, Some(Uuid::nil()));
    while let Some(first) = next {
        let mut transaction = services.pool.begin().await?;
        let ours = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "ours!""#, LOCK);
        if !ours.fetch_one(&mut *transaction).await? {
            break;
        }
        let page = read_page(&mut transaction, first).await?;
        let sealed = match page.waiting.as_slice() {
            [] => None,
            waiting => Some(insert_seal(services, &mut transaction, waiting).await?),
        };
        // Also when nothing was sealed: a transaction that is only dropped would keep the lock from the next page.
        transaction.commit().await?;
        if let Some(sealed) = sealed {
            tracing::info!(number = sealed.number, hash = sealed.hash, "sealed the audit log");
            head = Some(sealed);
        }
        (lost, next) = (lost + page.lost, page.next);
    }
    if lost > 0 { Err(Error::AuditEntriesLost(lost)) } else { Ok(head) }
}

/// Reads along the key, which is in the order of time: a backlog of a million is not sorted for each seal, and notes
/// without an entry are passed over once instead of filling every page.
async fn read_page(connection: &mut PgConnection, first: Uuid) -> Result<Page, Error> {
    let notes = sqlx::query_scalar!(
        "select entry from audit_unsealed where entry >= $1 order by entry limit $2",
        first,
        MAX_ENTRIES
    )
    .fetch_all(&mut *connection)
    .await?;
    let waiting = sqlx::query_as!(
        Stored,
        "select id, at, actor_id, actor, session_id, request_id, action, target_type, target_id, target, changes, reason
         from audit_log where id = any($1) order by at, id",
        &notes
    )
    .fetch_all(connection)
    .await?;
    let is_full = i64::try_from(notes.len()).is_ok_and(|count| count == MAX_ENTRIES);
    let next = notes.last().filter(|_| is_full).and_then(|last| last.as_u128().checked_add(1)).map(Uuid::from_u128);
    Ok(Page { lost: notes.len() - waiting.len(), waiting, next })
}

async fn insert_seal(services: &Services, connection: &mut PgConnection, waiting: &[Stored]) -> Result<Head, Error> {
    let last = sqlx::query!("select number, hash from audit_seals order by number desc limit 1")
        .fetch_optional(&mut *connection)
        .await?;
    let (number, previous) = match last {
        Some(last) => (next(last.number)?, stored_hash(&last.hash)?),
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
    .execute(connection)
    .await?;
    Ok(Head { number, hash: hex(&hash) })
}

fn next(number: i64) -> Result<i64, Error> {
    number.checked_add(1).ok_or_else(|| Error::Broken("a seal has the largest number there is".to_owned()))
}

fn stored_hash(bytes: &[u8]) -> Result<Hash, Error> {
    bytes.try_into().map_err(|_| Error::Broken("a seal's hash has another length".to_owned()))
}

pub(super) fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
