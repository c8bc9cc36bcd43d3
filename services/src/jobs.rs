//! What the console does by itself: each job on one instance at a time, with the end of its last run kept for the page.

use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use crate::{
    Services, access_snapshots, alerts, audit, break_glass, handover, idempotency, identity, lease, litellm, outbox,
    projects, session, sign_in, spend,
};
use domain::id::DeliveryId;
use domain::job::Job;
use domain::permission::{ManageBudgets, RunJobs, TakeAccessSnapshots};
use domain::violation::Violation;
use futures_util::FutureExt as _;
use sqlx::PgExecutor;
use std::panic::AssertUnwindSafe;
use time::OffsetDateTime;

/// The most characters that are kept of why a run failed.
const PROBLEM_LENGTH: usize = 500;

/// A job whose lease this instance holds.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// The job.
    pub job: Job,
    since: OffsetDateTime,
}

/// Inserts jobs that have no row yet; they are due at once. One that would run later than its schedule says now runs then.
///
/// # Errors
/// The database failed.
pub async fn insert_missing(services: &Services) -> Result<(), Error> {
    let now = services.clock.now();
    sqlx::query!(
        "insert into jobs (name, next_at) select name, $2 from unnest($1::text[]) name on conflict do nothing",
        &keys(),
        now
    )
    .execute(&services.pool)
    .await?;
    let times: Vec<OffsetDateTime> = Job::ALL.iter().map(|job| next_run(services, *job, now)).collect();
    sqlx::query!(
        "update jobs j set next_at = n.next_at from unnest($1::text[], $2::timestamptz[]) n (name, next_at)
         where j.name = n.name and j.next_at > n.next_at",
        &keys(),
        &times
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}

/// Takes every job that is due and that no other instance runs.
///
/// # Errors
/// The database failed.
pub async fn take_due(services: &Services) -> Result<Vec<Taken>, Error> {
    let now = services.clock.now();
    let names = sqlx::query_scalar!(
        "update jobs set started_at = $1, leased_until = $2
         where name in (
             select name from jobs
             where name = any($3) and next_at <= $1 and (leased_until is null or leased_until <= $1)
             order by name for update skip locked)
         returning name",
        now,
        lease::end(now),
        &keys()
    )
    .fetch_all(&services.pool)
    .await?;
    Ok(names.iter().filter_map(|name| Some(Taken { job: Job::from_key(name)?, since: now })).collect())
}

/// Runs a job and writes down how it ended.
///
/// # Errors
/// What the job failed with.
pub async fn run(services: &Services, taken: Taken) -> Result<(), Error> {
    attend(services, taken, work(services, taken.job)).await
}

/// Does the work of a job and writes down how it ended.
async fn attend<T>(
    services: &Services,
    taken: Taken,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let result = tokio::select! {
        result = AssertUnwindSafe(work).catch_unwind() => {
            result.unwrap_or_else(|_| Err(Error::Broken("the job panicked; the log says where".to_owned())))
        }
        () = keep(services, taken) => {
            let lost = format!("the lease of the job {} was lost to another instance", taken.job.key());
            return Err(Error::Broken(lost));
        }
    };
    let problem = result.as_ref().err().map(|fault| fault.to_string().chars().take(PROBLEM_LENGTH).collect::<String>());
    let (now, usual) = (services.clock.now(), next_run(services, taken.job, taken.since));
    // What has failed is not left for a day because it runs once a day.
    let next_at = if problem.is_some() { usual.min(taken.since + taken.job.interval()) } else { usual };
    sqlx::query!(
        "update jobs set leased_until = null, finished_at = $3, problem = $4,
             failures = case when $4::text is null then 0 else failures + 1 end,
             -- A run that was requested meanwhile follows.
             next_at = case when next_at > $2 then next_at else $5 end
         where name = $1 and started_at = $2",
        taken.job.key(),
        taken.since,
        now,
        problem,
        next_at
    )
    .execute(&services.pool)
    .await?;
    result
}

/// When a job runs that has begun at this time.
fn next_run(services: &Services, job: Job, since: OffsetDateTime) -> OffsetDateTime {
    let own = services.settings.schedule(job).and_then(|schedule| schedule.next_after(since));
    own.unwrap_or(since + job.interval())
}

async fn work(services: &Services, job: Job) -> Result<(), Error> {
    match job {
        Job::SealAudit => audit::seal(services).await.map(drop),
        Job::VerifyAudit => audit::prove(services).await,
        Job::ExpireReservations => spend::expire(services).await.map(drop),
        Job::RaiseAlerts => match alerts::raise(services).await? {
            0 => Ok(()),
            _ => hasten(&services.pool, Job::DeliverMessages, services.clock.now()).await,
        },
        Job::DeliverMessages => {
            // What LiteLLM has taken may let other objects follow.
            if outbox::deliver(services).await? > 0 && services.has_litellm() {
                hasten(&services.pool, Job::PlanLiteLlm, services.clock.now()).await?;
            }
            outbox::sweep(services).await.map(drop)
        }
        Job::PlanLiteLlm => match litellm::plan(services).await? {
            0 => Ok(()),
            _ => hasten(&services.pool, Job::DeliverMessages, services.clock.now()).await,
        },
        Job::CollectLiteLlm => litellm::collect(services).await.map(drop),
        Job::PrepareLedger => spend::prepare(services).await.map(drop),
        Job::AddUpSpend => spend::add_up(services).await.map(drop),
        Job::TakeAccessSnapshot => access_snapshots::take(services).await,
        Job::PurgeProjects => projects::purge(services).await.map(drop),
        Job::ForgetSessions => session::sweep(services).await.map(drop),
        Job::ForgetSignIns => identity::sweep(services).await.map(drop),
        // Passwords to hand over, and break-glass codes that nobody used.
        Job::ForgetOneTimePasswords => {
            let (codes, passwords) = tokio::join!(break_glass::expire(services), handover::sweep(services));
            codes.and(passwords).map(drop)
        }
        Job::ForgetDevices => sign_in::sweep_devices(services).await.map(drop),
        Job::ForgetTries => sign_in::sweep(services).await.map(drop),
        Job::ForgetAddresses => sign_in::sweep_addresses(services).await.map(drop),
        Job::ForgetAnswers => idempotency::sweep(services).await.map(drop),
    }
}

/// Renews the lease of a run until another instance has taken the job.
async fn keep(services: &Services, taken: Taken) {
    lease::keep(taken.job.key(), async || {
        let renewed = sqlx::query!(
            "update jobs set leased_until = $3 where name = $1 and started_at = $2",
            taken.job.key(),
            taken.since,
            lease::end(services.clock.now())
        );
        Ok(renewed.execute(&services.pool).await?.rows_affected() > 0)
    })
    .await;
}

/// Has a job run as soon as an instance looks for due ones.
///
/// # Errors
/// The refusals of every change; otherwise the database failed.
pub async fn request(services: &Services, can: &Can<RunJobs>, job: Job) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    hasten(change.connection(), job, services.clock.now()).await?;
    change.record(Entry::new(Action::JobRequested, TargetType::Job, services.new_id(), job.title())).await?;
    change.commit().await
}

/// Collects what was spent through LiteLLM at once, and to the end, also when the caller no longer waits. Returns how many
/// events were added.
///
/// # Errors
/// [`Violation::CollectionOff`] and [`Violation::CollectionUnderWay`]; the refusals of every change; otherwise the proxy or the
/// database failed.
pub async fn collect_litellm(services: &Services, can: &Can<RunJobs>) -> Result<usize, Error> {
    if !services.collects_litellm() {
        return Err(Violation::CollectionOff.into());
    }
    let job = Job::CollectLiteLlm;
    let mut change = services.change(can).await?;
    let since = services.clock.now();
    let taken = sqlx::query!(
        "update jobs set started_at = $2, leased_until = $3
         where name = $1 and (leased_until is null or leased_until <= $2)",
        job.key(),
        since,
        lease::end(since)
    )
    .execute(change.connection())
    .await?;
    if taken.rows_affected() == 0 {
        return Err(Violation::CollectionUnderWay.into());
    }
    change.record(Entry::new(Action::JobRequested, TargetType::Job, services.new_id(), job.title())).await?;
    change.commit().await?;
    let (services, taken) = (services.clone(), Taken { job, since });
    let background = services.background.clone();
    let work = async move { attend(&services, taken, litellm::collect(&services)).await };
    background.to_its_end(work).await.unwrap_or_else(|| Err(Error::Broken("a collection came to no end".to_owned())))
}

/// Requests a snapshot of the grants in Keycloak; the job takes it as soon as an instance looks for due ones.
///
/// # Errors
/// [`Violation::SnapshotUnderWay`] and [`Violation::SnapshotsNotConfigured`]; the refusals of every change; otherwise the
/// database failed.
pub async fn request_access_snapshot(services: &Services, can: &Can<TakeAccessSnapshots>) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    access_snapshots::insert_request(services, &mut change).await?;
    hasten(change.connection(), Job::TakeAccessSnapshot, services.clock.now()).await?;
    change.commit().await
}

/// Starts pushing budgets to the LiteLLM proxy, as soon as an instance looks for due jobs.
///
/// # Errors
/// As [`litellm::start`].
pub async fn start_litellm(services: &Services, can: &Can<ManageBudgets>) -> Result<(), Error> {
    litellm::start(services, can).await?;
    hasten(&services.pool, Job::PlanLiteLlm, services.clock.now()).await
}

/// Pushes what differs in the LiteLLM proxy once more, as soon as an instance looks for due jobs. Returns how many objects.
///
/// # Errors
/// As [`litellm::push_again`].
pub async fn push_to_litellm_again(services: &Services, can: &Can<ManageBudgets>) -> Result<usize, Error> {
    let count = litellm::push_again(services, can).await?;
    hasten(&services.pool, Job::DeliverMessages, services.clock.now()).await?;
    Ok(count)
}

/// Has a message that failed be sent again, as soon as an instance looks for due jobs. Returns its subject.
///
/// # Errors
/// The refusals of every change; [`Refusal::NotFound`] and [`Violation::DeliveryNotWaiting`].
///
/// [`Refusal::NotFound`]: domain::error::Refusal::NotFound
pub async fn retry_delivery(services: &Services, can: &Can<RunJobs>, message: DeliveryId) -> Result<String, Error> {
    let mut change = services.change(can).await?;
    let subject = outbox::requeue(services, change.connection(), message).await?;
    hasten(change.connection(), Job::DeliverMessages, services.clock.now()).await?;
    change.record(Entry::new(Action::DeliveryRetried, TargetType::Delivery, message.0, &subject)).await?;
    change.commit().await?;
    Ok(subject)
}

/// Makes a job due.
async fn hasten(executor: impl PgExecutor<'_>, job: Job, now: OffsetDateTime) -> Result<(), Error> {
    sqlx::query!(
        "insert into jobs (name, next_at) values ($1, $2) on conflict (name)
         -- Later than a run under way began, whichever clock is ahead: another one follows it.
         do update set next_at = greatest($2, jobs.started_at + interval '1 microsecond')",
        job.key(),
        now
    )
    .execute(executor)
    .await?;
    Ok(())
}

fn keys() -> Vec<String> {
    Job::ALL.iter().map(|job| job.key().to_owned()).collect()
}
