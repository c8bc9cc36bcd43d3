//! Proving that the audit log is what was written: links of the chain are computed again, and what is neither sealed nor
//! waiting is found.

use super::chain::{Place, walk};
use super::digest::Hash;
use super::protection::{self, Gap};
use super::seal::{Head, hex};
use crate::Services;
use crate::error::Error;
use sqlx::{Postgres, Transaction};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The most problems that one statement finds.
const TOLD: i64 = 20;
/// The most problems that a report names; it counts the others.
const MAX_FAULTS: usize = 200;
/// An entry is sealed within a minute while an instance runs.
const MAX_WAIT: Duration = Duration::minutes(10);

/// What is wrong with the audit log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A seal is missing.
    #[error("seal {0} is missing")]
    NoSeal(i64),
    /// Several seals in a row are missing.
    #[error("seals {0} to {1} are missing")]
    NoSeals(i64, i64),
    /// A seal before the first one, which nothing of Bursar writes.
    #[error("seal {0} does not belong to the chain")]
    StraySeal(i64),
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
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many entries are sealed.
    pub sealed: u64,
    /// How many wait for the job.
    pub waiting: i64,
    /// The last seal. Kept somewhere else, it proves later that nothing was cut off or rewritten.
    pub head: Option<Head>,
    /// The first problems; none when all is well.
    pub faults: Vec<Fault>,
    /// How many problems there are.
    pub problems: u64,
    /// Whether every seal was computed again.
    pub is_whole: bool,
}

impl Report {
    /// Adds a problem. An attacker can make as many as there are rows: not all are kept in memory.
    pub(super) fn add(&mut self, fault: Fault) {
        self.problems += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }
}

/// How far an earlier verification proved the log.
#[derive(Clone, Debug)]
pub(super) struct Proven {
    /// The last seal.
    pub(super) head: Head,
    /// How many entries are sealed up to it.
    pub(super) sealed: u64,
}

/// Computes the whole chain again; `known` is the last seal of an earlier run.
///
/// # Errors
/// The database failed.
pub async fn verify(services: &Services, known: Option<&Head>) -> Result<Report, Error> {
    let mut report = Report { is_whole: true, ..Report::default() };
    walk(services, &mut report, Place::START, known).await?;
    find_foreign(services, &mut report).await?;
    check_waiting(services, &mut report).await?;
    Ok(report)
}

/// Computes what was sealed since `proven`, and counts the entries; `None` when something is wrong, which [`verify`] names.
pub(super) async fn verify_since(services: &Services, proven: &Proven) -> Result<Option<Report>, Error> {
    let head = sqlx::query_scalar!("select hash from audit_seals where number = $1", proven.head.number)
        .fetch_optional(&services.pool)
        .await?;
    let hash = head.and_then(|hash| Hash::try_from(hash).ok()).filter(|hash| hex(hash) == proven.head.hash);
    let Some(hash) = hash else { return Ok(None) };
    let place = Place { number: proven.head.number, hash };
    let mut report = Report { sealed: proven.sealed, head: Some(proven.head.clone()), ..Report::default() };
    walk(services, &mut report, place, None).await?;
    check_waiting(services, &mut report).await?;
    let is_sound = report.problems == 0 && is_complete(services, &report).await?;
    Ok(is_sound.then_some(report))
}

/// Reads every id of the log, which takes longer than a page may take.
async fn long_read(services: &Services) -> Result<Transaction<'static, Postgres>, Error> {
    let mut transaction = services.pool.begin().await?;
    sqlx::raw_sql("set local statement_timeout = 0; set local work_mem = '64MB'").execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Finds entries that neither wait nor are sealed, and seals that are no links of the chain; in one statement, so that the
/// job may seal meanwhile.
async fn find_foreign(services: &Services, report: &mut Report) -> Result<(), Error> {
    let mut transaction = long_read(services).await?;
    let row = sqlx::query!(
        r#"select array(select number from audit_seals where number <= $1 order by number limit $2) as "stray!",
                  array(select id from audit_log except select unnest(entries) from audit_seals where number > $1
                        except select entry from audit_unsealed limit $2) as "foreign!""#,
        Place::START.number,
        TOLD
    )
    .fetch_one(&mut *transaction)
    .await?;
    row.stray.into_iter().map(Fault::StraySeal).for_each(|fault| report.add(fault));
    row.foreign.into_iter().map(Fault::Foreign).for_each(|fault| report.add(fault));
    Ok(())
}

/// Whether the log has as many entries as are sealed and wait, counted at one moment.
async fn is_complete(services: &Services, report: &Report) -> Result<bool, Error> {
    let mut transaction = long_read(services).await?;
    let sealed = sqlx::query_scalar!(
        r#"select (select count(*) from audit_log)
                  - (select count(*) from audit_unsealed u where exists (select from audit_log a where a.id = u.entry))
                  - coalesce((select sum(cardinality(entries)) from audit_seals where number > $1), 0) as "sealed!""#,
        report.head.as_ref().map_or(0, |head| head.number)
    )
    .fetch_one(&mut *transaction)
    .await?;
    Ok(u64::try_from(sealed) == Ok(report.sealed))
}

/// Counts what waits, finds what disappeared before it was sealed, and checks what protects the log.
async fn check_waiting(services: &Services, report: &mut Report) -> Result<(), Error> {
    let mut transaction = long_read(services).await?;
    let row = sqlx::query!(
        r#"select (select count(*) from audit_unsealed) as "waiting!",
                  (select min(a.at) from audit_unsealed u join audit_log a on a.id = u.entry) as waiting_since,
                  array(select entry from audit_unsealed u
                        where not exists (select from audit_log a where a.id = u.entry) limit $1) as "lost!""#,
        TOLD
    )
    .fetch_one(&mut *transaction)
    .await?;
    report.waiting = row.waiting;
    row.lost.into_iter().map(Fault::Lost).for_each(|fault| report.add(fault));
    let latest = services.clock.now() - MAX_WAIT;
    let since = row.waiting_since.filter(|since| *since < latest);
    since.map(Fault::Waiting).into_iter().for_each(|fault| report.add(fault));
    let gaps = protection::gaps(&mut transaction).await?;
    gaps.into_iter().map(Fault::Unprotected).for_each(|gap| report.add(gap));
    Ok(())
}
