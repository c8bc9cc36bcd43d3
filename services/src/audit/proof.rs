//! The proof of the audit log: the chain is computed again, and what was found is kept for the page.

use super::Head;
use super::verify::{Report, verify};
use crate::Services;
use crate::error::Error;

/// Verifies the audit log against the last seal of the run before, and keeps the result; called by a job.
///
/// # Errors
/// [`Error::AuditBroken`] when the log is not what was written; otherwise the database failed.
pub async fn prove(services: &Services) -> Result<(), Error> {
    let before = sqlx::query!(
        r#"select seal_number as "number!", seal_hash as "hash!" from audit_verifications
           where seal_number is not null order by verified_at desc, id desc limit 1"#
    )
    .fetch_optional(&services.pool)
    .await?;
    let known = before.map(|before| Head { number: before.number, hash: before.hash });
    let report = verify(services, known.as_ref()).await?;
    record_verification(services, &report).await?;
    match report.faults.first() {
        None => Ok(()),
        Some(first) => Err(Error::AuditBroken(report.faults.len(), first.to_string())),
    }
}

/// Keeps what a verification found.
///
/// # Errors
/// The database failed.
pub async fn record_verification(services: &Services, report: &Report) -> Result<(), Error> {
    let (number, hash) = report.head.as_ref().map(|head| (head.number, head.hash.as_str())).unzip();
    sqlx::query!(
        "insert into audit_verifications
           (id, verified_at, sealed, waiting, seal_number, seal_hash, problems, problem)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        services.new_id(),
        services.clock.now(),
        i64::try_from(report.sealed).unwrap_or(i64::MAX),
        report.waiting,
        number,
        hash,
        i64::try_from(report.faults.len()).unwrap_or(i64::MAX),
        report.faults.first().map(ToString::to_string)
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}
