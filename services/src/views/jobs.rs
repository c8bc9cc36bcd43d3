//! The page of the jobs, with the messages that one of them delivers.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use domain::count::MAX_EXACT_COUNT;
use domain::delivery::{Channel, DeliveryRow, DeliveryState, LONG_WAIT, Undelivered};
use domain::id::DeliveryId;
use domain::job::{Job, JobRow, Run};
use domain::permission::ViewJobs;

/// Every job with its last run, in the order of [`Job::ALL`].
///
/// # Errors
/// The database failed.
pub async fn jobs(services: &Services, _: &Can<ViewJobs>) -> Result<Vec<JobRow>, Error> {
    load_jobs(services).await
}

/// The same for a view that shows less of them than why a run failed. One statement.
pub(super) async fn load_jobs(services: &Services) -> Result<Vec<JobRow>, Error> {
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
            let (job, next_at) = (Job::from_key(&row.name)?, row.next_at);
            let schedule = services.settings.schedule_in_words(job);
            Some(JobRow { job, schedule, next_at, is_running: row.is_running, last })
        })
        .collect();
    jobs.sort_by_key(|row| Job::ALL.iter().position(|job| *job == row.job));
    Ok(jobs)
}

/// How many messages failed, and how many wait for longer than [`LONG_WAIT`]; each exact up to [`MAX_EXACT_COUNT`]. One
/// statement.
///
/// # Errors
/// The database failed.
pub(super) async fn undelivered(services: &Services, _: &Can<ViewJobs>) -> Result<Undelivered, Error> {
    // What waits for a proxy that budgets are not pushed to is meant to wait.
    let row = sqlx::query!(
        r#"with on_its_way as materialized (
             select 'webhook' as channel union all select 'mail' union all
             select 'litellm' from litellm_push where address = $3 and stopped_at is null)
           select (select count(*) from (select from outbox where state = 'failed'
                                         and channel in (select channel from on_its_way) limit $2) f) as "failed!",
                  (select count(*) from (select from outbox where state = 'pending' and created_at <= $1
                                         and channel in (select channel from on_its_way) limit $2) p) as "waiting!",
                  (select created_at from outbox where state = 'pending' and created_at <= $1
                   and channel in (select channel from on_its_way) order by state, created_at limit 1) as oldest"#,
        services.clock.now() - LONG_WAIT,
        MAX_EXACT_COUNT + 1,
        services.channels.litellm.as_ref().map(|proxy| proxy.address())
    )
    .fetch_one(&services.pool)
    .await?;
    Ok(Undelivered { failed: row.failed, waiting: row.waiting, oldest: row.oldest })
}

/// The messages to other systems, at most 50: those that failed, then those that wait, then those that were delivered, each
/// the latest first. One statement.
///
/// # Errors
/// The database failed.
pub async fn deliveries(services: &Services, _: &Can<ViewJobs>) -> Result<Vec<DeliveryRow>, Error> {
    let rows = sqlx::query!(
        r#"select m.id, m.channel, m.recipient, m.subject, m.state, m.attempts, m.created_at, m.next_attempt_at, m.settled_at,
                  m.problem
           from unnest(array['failed', 'pending', 'delivered']) with ordinality s (state, place)
           cross join lateral (
               select * from outbox where state = s.state order by created_at desc, id limit 50) m
           order by s.place, m.created_at desc, m.id limit 50"#
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let unknown = || Error::Broken(format!("unknown channel {} or state {}", row.channel, row.state));
            Ok(DeliveryRow {
                id: DeliveryId(row.id),
                channel: Channel::from_key(&row.channel).ok_or_else(unknown)?,
                state: DeliveryState::from_key(&row.state).ok_or_else(unknown)?,
                recipient: row.recipient,
                subject: row.subject,
                attempts: row.attempts,
                created_at: row.created_at,
                next_attempt_at: row.next_attempt_at,
                settled_at: row.settled_at,
                problem: row.problem,
            })
        })
        .collect()
}
