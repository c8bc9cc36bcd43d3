//! The proof of the audit log: the chain is computed again, and what was found is kept for the page.

use super::Head;
use super::verify::{Proven, Report, verify, verify_since};
use crate::Services;
use crate::error::Error;
use time::Duration;

/// For how long the job goes on from the verification before. It runs once a day, so the whole chain is computed again
/// once a week.
const WHOLE_HOLDS: Duration = Duration::days(6);

/// The last verification without a problem.
struct LastProof {
    proven: Proven,
    /// Nothing was found since, and the whole chain was computed lately.
    goes_on: bool,
}

/// Verifies the audit log and keeps the result; called by a job. What was proven before is not computed again unless it is
/// time to, or something is wrong: then the whole chain is, up to the last seal that was right.
///
/// # Errors
/// [`Error::AuditBroken`] when the log is not what was written; otherwise the database failed.
pub async fn prove(services: &Services) -> Result<(), Error> {
    let last = last_proof(services).await?;
    let continued = match &last {
        Some(last) if last.goes_on => verify_since(services, &last.proven).await?,
        _ => None,
    };
    let report = match continued {
        Some(report) => report,
        None => verify(services, last.as_ref().map(|last| &last.proven.head)).await?,
    };
    record_verification(services, &report).await?;
    match report.faults.first() {
        None => Ok(()),
        Some(first) => Err(Error::AuditBroken(report.problems, first.to_string())),
    }
}

/// A verification that found problems proves nothing: the seals of the last one without any stay the measure.
async fn last_proof(services: &Services) -> Result<Option<LastProof>, Error> {
    let row = sqlx::query!(
        r#"select seal_number as "number!", seal_hash as "hash!", sealed,
                  exists (select from audit_verifications
                          where is_whole and problems = 0 and verified_at > $1)
                  and (select problems = 0 from audit_verifications order by verified_at desc, id desc limit 1)
                  as "goes_on!"
           from audit_verifications where seal_number is not null and problems = 0
           order by verified_at desc, id desc limit 1"#,
        services.clock.now() - WHOLE_HOLDS
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.map(|row| {
        let head = Head { number: row.number, hash: row.hash };
        LastProof { proven: Proven { head, sealed: row.sealed.unsigned_abs() }, goes_on: row.goes_on }
    }))
}

/// Keeps what a verification found.
///
/// # Errors
/// The database failed.
pub async fn record_verification(services: &Services, report: &Report) -> Result<(), Error> {
    let (number, hash) = report.head.as_ref().map(|head| (head.number, head.hash.as_str())).unzip();
    sqlx::query!(
        "insert into audit_verifications
           (id, verified_at, sealed, waiting, seal_number, seal_hash, problems, problem, is_whole)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        services.new_id(),
        services.clock.now(),
        i64::try_from(report.sealed).unwrap_or(i64::MAX),
        report.waiting,
        number,
        hash,
        i64::try_from(report.problems).unwrap_or(i64::MAX),
        report.faults.first().map(ToString::to_string),
        report.is_whole
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}
