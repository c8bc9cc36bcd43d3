//! Jobs run on one instance at a time, and the end of each run is kept.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::job::{Job, JobRow};
use domain::permission::Asks;
use domain::role::PlatformRole;
use services::cron::CronSchedule;
use services::guard::{Caller, Can};
use services::testing::World;
use services::{jobs, views};
use time::Duration;
use time::macros::datetime;

fn can<P: Asks>(caller: &Caller) -> Can<P> {
    caller.can(Target::Platform).expect("the right")
}

async fn entered() -> (World, Caller) {
    let world = World::create().await;
    let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
    jobs::insert_missing(&world.services).await.expect("entered");
    (world, maintainer)
}

async fn due(world: &World) -> Vec<jobs::Taken> {
    jobs::take_due(&world.services).await.expect("an answer")
}

async fn run_all_due(world: &World) -> usize {
    let due = due(world).await;
    for taken in &due {
        jobs::run(&world.services, *taken).await.expect("a run");
    }
    due.len()
}

async fn row(world: &World, caller: &Caller, job: Job) -> JobRow {
    let rows = views::jobs(&world.services, &can(caller)).await.expect("rows");
    assert_eq!(rows.iter().map(|row| row.job).collect::<Vec<_>>(), Job::ALL);
    rows.into_iter().find(|row| row.job == job).expect("the job")
}

#[tokio::test]
async fn new_jobs_run_at_once_and_then_after_their_interval() {
    let (world, maintainer) = entered().await;
    assert_eq!(row(&world, &maintainer, Job::ForgetSessions).await.last, None);
    assert_eq!(run_all_due(&world).await, Job::ALL.len());
    assert_eq!(run_all_due(&world).await, 0);
    let ran = row(&world, &maintainer, Job::ForgetSessions).await;
    assert_eq!(ran.next_at, world.clock.now() + Duration::minutes(10));
    assert!(ran.last.is_some_and(|run| run.problem.is_none()) && !ran.is_running);

    world.clock.advance(Duration::minutes(1));
    let due = due(&world).await;
    let mut due: Vec<&str> = due.iter().map(|taken| taken.job.key()).collect();
    due.sort_unstable();
    assert_eq!(
        due,
        ["deliver messages", "expire reservations", "plan litellm", "raise alerts", "seal audit"],
        "the jobs of every minute"
    );
}

#[tokio::test]
async fn job_that_an_instance_runs_is_taken_by_no_other_until_its_lease_ends() {
    let (world, maintainer) = entered().await;
    let (here, there) = tokio::join!(due(&world), due(&world));
    assert_eq!(here.len() + there.len(), Job::ALL.len(), "each job once");
    assert!(row(&world, &maintainer, Job::SealAudit).await.is_running);
    assert_eq!(due(&world).await.len(), 0);

    // The instances were killed.
    world.clock.advance(Duration::seconds(61));
    assert!(!row(&world, &maintainer, Job::SealAudit).await.is_running);
    let again = due(&world).await;
    assert_eq!(again.len(), Job::ALL.len());

    // One of them was only slow: its result does not count any more.
    let late = here.iter().chain(&there).find(|taken| taken.job == Job::SealAudit).expect("taken");
    jobs::run(&world.services, *late).await.expect("a run");
    assert_eq!(row(&world, &maintainer, Job::SealAudit).await.last, None);
}

#[tokio::test]
async fn failed_run_says_why_until_one_succeeds() {
    let (world, maintainer) = entered().await;
    world.run("alter table idempotency_keys rename to elsewhere").await;
    for failures in [1, 2] {
        for taken in due(&world).await {
            let result = jobs::run(&world.services, taken).await;
            assert_eq!(result.is_err(), taken.job == Job::ForgetAnswers, "{result:?}");
        }
        let last = row(&world, &maintainer, Job::ForgetAnswers).await.last.expect("a run");
        let problem = last.problem.expect("a reason");
        assert!(problem.contains("idempotency_keys"), "{problem}");
        assert_eq!(last.failures, failures);
        world.clock.advance(Duration::minutes(10));
    }
    world.run("alter table elsewhere rename to idempotency_keys").await;
    run_all_due(&world).await;
    let last = row(&world, &maintainer, Job::ForgetAnswers).await.last.expect("a run");
    assert_eq!((last.problem, last.failures), (None, 0));
}

#[tokio::test]
async fn requested_job_runs_before_its_time_and_is_audited() {
    let (world, maintainer) = entered().await;
    run_all_due(&world).await;
    jobs::request(&world.services, &can(&maintainer), Job::PurgeProjects).await.expect("requested");
    world.clock.advance(Duration::seconds(1));
    let due_now = due(&world).await;
    assert_eq!(due_now.iter().map(|taken| taken.job).collect::<Vec<_>>(), [Job::PurgeProjects]);

    // Once more while it runs, at the same moment as it began: another run follows.
    jobs::request(&world.services, &can(&maintainer), Job::PurgeProjects).await.expect("requested");
    jobs::run(&world.services, due_now[0]).await.expect("a run");
    world.clock.advance(Duration::seconds(1));
    assert_eq!(run_all_due(&world).await, 1);
    assert_eq!(run_all_due(&world).await, 0);

    let targets: Vec<String> =
        sqlx::query_scalar("select target from audit_log where action = 'job.requested' and actor_id = $1")
            .bind(maintainer.actor.user_id.0)
            .fetch_all(world.services.pool())
            .await
            .expect("events");
    assert_eq!(targets, ["Purge deleted projects"; 2]);
}

#[tokio::test]
async fn schedule_of_the_operator_holds_from_the_start_on() {
    let world = World::with(|settings| settings.collection_schedule = CronSchedule::parse("0 23 * * *").ok()).await;
    let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
    jobs::insert_missing(&world.services).await.expect("entered");
    run_all_due(&world).await;
    let collection = row(&world, &maintainer, Job::CollectLiteLlm).await;
    assert_eq!((collection.schedule.as_str(), collection.next_at), ("At 23:00 UTC", datetime!(2026-03-02 23:00 UTC)));
    assert_eq!(row(&world, &maintainer, Job::ForgetSessions).await.schedule, "Every 10 minutes");

    // It ran at another time before: the start brings it forward.
    world.run("update jobs set next_at = '2026-03-09 12:00Z' where name = 'collect litellm'").await;
    jobs::insert_missing(&world.services).await.expect("entered");
    assert_eq!(row(&world, &maintainer, Job::CollectLiteLlm).await.next_at, datetime!(2026-03-02 23:00 UTC));

    // One that ran once a month by a schedule that is gone runs each hour again.
    let world = World::create().await;
    let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
    world.run("insert into jobs (name, next_at) values ('collect litellm', '2026-04-01 00:00Z')").await;
    jobs::insert_missing(&world.services).await.expect("entered");
    let collection = row(&world, &maintainer, Job::CollectLiteLlm).await;
    assert_eq!((collection.schedule.as_str(), collection.next_at), ("Every hour", datetime!(2026-03-02 10:00 UTC)));
}
