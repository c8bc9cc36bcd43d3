//! The page of the jobs.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use domain::job::{Job, JobRow, Run};
use domain::permission::ViewJobs;

/// Every job with its last run, in the order of [`Job::ALL`].
///
/// # Errors
/// The database failed.
pub async fn jobs(services: &Services, _: &Can<ViewJobs>) -> Result<Vec<JobRow>, Error> {
    let now = services.clock.now();
    let rows = sqlx::query!(
        r#"select name, next_at, coalesce(leased_until > $1, false) as "is_running!", finished_at, problem, failures
           from jobs"#,
        now
    )
    .fetch_all(&services.pool)
    .await?;
    let mut jobs: Vec<JobRow> = rows
        .into_iter()
        .filter_map(|row| {
            let (problem, failures) = (row.problem, row.failures);
            let last = row.finished_at.map(|finished_at| Run { finished_at, problem, failures });
            Some(JobRow { job: Job::from_key(&row.name)?, next_at: row.next_at, is_running: row.is_running, last })
        })
        .collect();
    jobs.sort_by_key(|row| Job::ALL.iter().position(|job| *job == row.job));
    Ok(jobs)
}
