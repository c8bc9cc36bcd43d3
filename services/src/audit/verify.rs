//! Proving that the audit log is what was written: every link of the chain is computed again.

use super::digest::{self, Hash, Stored};
use super::protection::{self, Gap};
use super::seal::{Head, hex, stored_hash};
use crate::Services;
use crate::error::Error;
use std::collections::HashMap;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The most problems that are told of one kind.
const TOLD: i64 = 20;
/// An entry is sealed within a minute while an instance runs.
const MAX_WAIT: Duration = Duration::minutes(10);

/// What is wrong with the audit log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A seal is missing.
    #[error("seal {0} is missing")]
    NoSeal(i64),
    /// A sealed entry is missing.
    #[error("entry {1} of seal {0} is missing")]
    NoEntry(i64, Uuid),
    /// An entry of the seal, the seal or the one before it is not what it was.
    #[error("seal {0} or one of its entries was changed")]
    Changed(i64),
    /// An entry that was not written by Bursar, or whose seal is gone.
    #[error("entry {0} is neither sealed nor waiting to be")]
    Foreign(Uuid),
    /// An entry that was written and is gone, before it was sealed.
    #[error("entry {0} disappeared before it was sealed")]
    Lost(Uuid),
    /// The sealing job does not run, or something stops it.
    #[error("entries wait for their seal since {0}: no instance runs, or its job \"seal audit\" fails")]
    Waiting(OffsetDateTime),
    /// The database would let a statement change the audit log.
    #[error(transparent)]
    Unprotected(#[from] Gap),
    /// An earlier run saw a last seal that is not there any more.
    #[error("seal {0} was {1} before and is not now")]
    Rewritten(i64, String),
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many entries are sealed.
    pub sealed: u64,
    /// How many wait for the job.
    pub waiting: i64,
    /// The last seal. Kept somewhere else, it proves later that nothing was cut off or rewritten.
    pub head: Option<Head>,
    /// Nothing when all is well.
    pub faults: Vec<Fault>,
}

/// Computes the whole chain again; `known` is the last seal of an earlier run.
///
/// # Errors
/// The database failed.
pub async fn verify(services: &Services, known: Option<&Head>) -> Result<Report, Error> {
    let mut report = Report { sealed: 0, waiting: 0, head: None, faults: Vec::new() };
    let mut previous = Hash::default();
    let mut expected = 1;
    while let Some(seal) = sqlx::query!(
        "select number, sealed_at, entries, hash from audit_seals where number >= $1 order by number limit 1",
        expected
    )
    .fetch_optional(&services.pool)
    .await?
    {
        report.faults.extend((expected..seal.number).map(Fault::NoSeal));
        let hashes = hashes(services, seal.number, &seal.entries, &mut report.faults).await?;
        let stored = stored_hash(&seal.hash)?;
        if digest::seal(&previous, seal.number, seal.sealed_at, &hashes) != stored {
            report.faults.push(Fault::Changed(seal.number));
        }
        if let Some(known) = known.filter(|known| known.number == seal.number && known.hash != hex(&stored)) {
            report.faults.push(Fault::Rewritten(known.number, known.hash.clone()));
        }
        report.sealed += seal.entries.len() as u64;
        report.head = Some(Head { number: seal.number, hash: hex(&stored) });
        (previous, expected) = (stored, seal.number + 1);
    }
    report.faults.extend(known.filter(|known| known.number >= expected).map(|known| Fault::NoSeal(known.number)));
    unaccounted(services, &mut report).await?;
    Ok(report)
}

/// The hashes of a seal's entries as they are now, without those that are missing.
async fn hashes(services: &Services, seal: i64, ids: &[Uuid], faults: &mut Vec<Fault>) -> Result<Vec<Hash>, Error> {
    let entries = sqlx::query_as!(
        Stored,
        "select id, at, actor_id, actor, session_id, request_id, action, target_type, target_id, target, changes, reason
         from audit_log where id = any($1)",
        ids
    )
    .fetch_all(&services.pool)
    .await?;
    let entries: HashMap<Uuid, Hash> = entries.iter().map(|entry| (entry.id, entry.hash())).collect();
    faults.extend(ids.iter().filter(|id| !entries.contains_key(*id)).map(|id| Fault::NoEntry(seal, *id)));
    Ok(ids.iter().filter_map(|id| entries.get(id).copied()).collect())
}

/// Counts what waits, and finds what neither waits nor is sealed; in one statement, so that the job may run meanwhile.
///
/// It reads every id of the log, which takes longer than a page may take.
async fn unaccounted(services: &Services, report: &mut Report) -> Result<(), Error> {
    let mut transaction = services.pool.begin().await?;
    sqlx::raw_sql("set local statement_timeout = 0; set local work_mem = '64MB'").execute(&mut *transaction).await?;
    let row = sqlx::query!(
        r#"select (select count(*) from audit_unsealed) as "waiting!",
                  (select min(a.at) from audit_unsealed u join audit_log a on a.id = u.entry) as waiting_since,
                  array(select entry from audit_unsealed except select id from audit_log limit $1) as "lost!",
                  array(select id from audit_log except select unnest(entries) from audit_seals
                        except select entry from audit_unsealed limit $1) as "foreign!""#,
        TOLD
    )
    .fetch_one(&mut *transaction)
    .await?;
    report.waiting = row.waiting;
    report.faults.extend(row.foreign.into_iter().map(Fault::Foreign));
    report.faults.extend(row.lost.into_iter().map(Fault::Lost));
    let latest = services.clock.now() - MAX_WAIT;
    report.faults.extend(row.waiting_since.filter(|since| *since < latest).map(Fault::Waiting));
    report.faults.extend(protection::gaps(&mut transaction).await?.into_iter().map(Fault::Unprotected));
    Ok(())
}
