//! The overview shows each role its parts, counts what is there, and takes as many statements whatever the rows.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::budget::Holder;
use domain::budget::schedule::Schedule;
use domain::error::Refusal;
use domain::overview::{LimitHolder, MAX_COUNTED, NAMED, Overview, ReachedBy, StoppedJob};
use domain::reset_period::ResetPeriod;
use domain::role::PlatformRole;
use services::guard::Caller;
use services::testing::{World, count_statements, refusal};
use services::{alerts, jobs, views};
use sqlx::AssertSqlSafe;
use time::Duration;
use time::macros::datetime;

/// The statements of a maintainer's overview.
const STATEMENTS: usize = 8;

async fn overview(world: &World, caller: &Caller) -> Overview {
    views::overview(&world.services, caller).await.expect("an overview")
}

async fn note_limits(world: &World) {
    alerts::raise(&world.services).await.expect("the database answers");
}

/// Users with a budget of 80 and 100 dollars a month, who have spent what their name says, and a project that has spent 100
/// dollars of its own. The month began a day before the test's clock does.
async fn spenders() -> (World, Caller) {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.project("atlas", &root).await;
    world
        .run(
            "insert into users (id, name, email) select gen_random_uuid(), 'Spent ' || n, n || '@example.com'
               from unnest(array[0, 79, 80, 99, 100, 130]) n;
             insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_at)
               values ('00000000-0000-0000-0000-00000000000b', 'CLI', 'cli', 80, 100, 43200, '2026-03-01Z');
             insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_at, project_id)
               select '00000000-0000-0000-0000-00000000000c', 'Atlas', 'cli', 80, 100, 43200, '2026-03-01Z', id
               from projects where name = 'atlas';
             insert into user_budgets (user_id, category, budget_id, created_at)
               select id, 'cli', '00000000-0000-0000-0000-00000000000b', '2026-03-01Z' from users where name like 'Spent%';
             insert into project_budgets (project_id, category, budget_id, created_at)
               select id, 'cli', '00000000-0000-0000-0000-00000000000c', '2026-03-01Z' from projects where name = 'atlas';
             insert into budget_windows
               (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
               select gen_random_uuid(), 'cli', id, '00000000-0000-0000-0000-00000000000b', '30d', '2026-03-01Z',
                      '2026-03-31Z', 80, 100, substring(name from 7)::numeric
               from users where name like 'Spent%';
             insert into budget_windows
               (id, category, project_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
               select gen_random_uuid(), 'cli', id, '00000000-0000-0000-0000-00000000000c', '30d', '2026-03-01Z',
                      '2026-03-31Z', 80, 100, 100
               from projects where name = 'atlas'",
        )
        .await;
    (world, root)
}

fn name(of: &LimitHolder) -> String {
    match &of.holder {
        Holder::User { name, .. } => name.clone(),
        Holder::Project { name, .. } => name.to_string(),
    }
}

fn names(of: &[LimitHolder]) -> Vec<String> {
    let mut names: Vec<_> = of.iter().map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn each_role_sees_the_parts_that_its_permissions_open() {
    let world = World::create().await;
    for (role, work, audit) in [
        (PlatformRole::Maintainer, true, true),
        (PlatformRole::Admin, true, false),
        (PlatformRole::Auditor, false, true),
    ] {
        let caller = world.person(&format!("A {role:?}"), role).await;
        let seen = overview(&world, &caller).await;
        assert_eq!((seen.work.is_some(), seen.audit.is_some()), (work, audit), "{role:?}");
        assert!(seen.limits.is_some() && seen.month.is_some() && seen.provider.is_none(), "{role:?}");
    }
    let user = world.person("Uma User", PlatformRole::User).await;
    let refused = views::overview(&world.services, &user).await.map(drop);
    assert!(matches!(refusal(refused), Refusal::Forbidden(_)));
}

#[tokio::test]
async fn without_budgets_nothing_is_said_of_limits_and_spend() {
    let world = World::with(|settings| settings.budgets = false).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let seen = overview(&world, &root).await;
    assert!(seen.limits.is_none() && seen.month.is_none() && seen.work.is_some());
}

#[tokio::test]
async fn holders_at_a_limit_are_counted_once_the_job_has_noted_them() {
    let (world, root) = spenders().await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    assert_eq!((limits.users, limits.running_out.len()), (ReachedBy::default(), 0), "the job has not run");
    note_limits(&world).await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    assert_eq!((limits.users.at_hard_limit, limits.users.over_soft_limit, limits.is_exact), (2, 2, true));
    assert_eq!(names(&limits.users.named), ["Spent 100", "Spent 130"]);
    assert_eq!((limits.projects.at_hard_limit, limits.projects.over_soft_limit), (1, 0));
    assert_eq!(names(&limits.projects.named), ["atlas"]);
    assert_eq!(limits.users.named[0].budget.usage.resets_at, datetime!(2026-03-31 00:00 UTC));
    let resets: Vec<_> = limits.resets.iter().map(|reset| (reset.at, reset.count)).collect();
    assert_eq!(resets, [(datetime!(2026-03-31 00:00 UTC), 5)]);
    let running_out: Vec<_> = limits.running_out.iter().map(|budget| name(&budget.of)).collect();
    assert_eq!(running_out, ["Spent 99", "Spent 80"], "the first one first");
}

#[tokio::test]
async fn raised_limit_deactivation_and_reset_end_what_was_noted() {
    let (world, root) = spenders().await;
    note_limits(&world).await;
    let at_hard_limit = async || overview(&world, &root).await.limits.expect("a maintainer").users.at_hard_limit;
    assert_eq!(at_hard_limit().await, 2);
    world.run("update users set is_active = false where name = 'Spent 130'").await;
    assert_eq!(at_hard_limit().await, 1);
    world.run("update budgets set hard_limit = 120 where name = 'CLI'").await;
    assert_eq!(at_hard_limit().await, 0, "without waiting for the job");
    world.run("update budgets set hard_limit = 100 where name = 'CLI'").await;
    assert_eq!(at_hard_limit().await, 1);
    world.clock.advance(Duration::days(30));
    let root = world.signed_in(root.actor.user_id).await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    assert_eq!((limits.users.at_hard_limit, limits.projects.at_hard_limit, limits.resets.len()), (0, 0, 0));
    note_limits(&world).await;
    let noted: i64 = sqlx::query_scalar("select count(*) from limits_reached")
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
    assert_eq!(noted, 0, "what is over is forgotten");
}

#[tokio::test]
async fn window_of_a_former_schedule_is_at_no_limit() {
    let (world, root) = spenders().await;
    note_limits(&world).await;
    world.run("update budgets set reset_minutes = 10080 where name = 'CLI'").await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    assert_eq!((limits.users.at_hard_limit, limits.users.over_soft_limit), (0, 0), "the next call begins a window");
    assert_eq!(limits.projects.at_hard_limit, 1);
}

#[tokio::test]
async fn database_knows_the_schedule_as_windows_keep_it() {
    let (world, _) = spenders().await;
    for (period, time_zone) in
        [("30d", ""), ("30d", "Europe/Warsaw"), ("1d", "UTC"), ("7d", ""), ("36h", ""), ("90m", "")]
    {
        let period = ResetPeriod::parse(period).expect("a period");
        let schedule = Schedule::of_budget(period, !time_zone.is_empty(), time_zone).expect("a schedule");
        let key: String = sqlx::query_scalar(
            "update budgets set reset_minutes = $1, calendar = $2 <> '', time_zone = coalesce(nullif($2, ''), 'UTC')
             where name = 'CLI' returning budget_schedule(budgets)",
        )
        .bind(i32::try_from(period.minutes()).expect("minutes"))
        .bind(time_zone)
        .fetch_one(world.services.pool())
        .await
        .expect("a budget");
        assert_eq!(key, schedule.key());
    }
}

#[tokio::test]
async fn window_of_a_deleted_budget_counts_against_the_one_that_pays_now() {
    let (world, root) = spenders().await;
    world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_at, is_default)
               values ('00000000-0000-0000-0000-00000000000d', 'Default', 'cli', 80, 100, 43200, '2026-03-01Z', true);
             delete from user_budgets where budget_id = '00000000-0000-0000-0000-00000000000b';
             delete from budgets where id = '00000000-0000-0000-0000-00000000000b'",
        )
        .await;
    note_limits(&world).await;
    assert_eq!(overview(&world, &root).await.limits.expect("a maintainer").users.at_hard_limit, 2);
    let alerts: i64 = sqlx::query_scalar("select count(*) from budget_alerts where budget_id = $1")
        .bind(uuid::Uuid::from_u128(0xd))
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
    assert_eq!(alerts, 6, "four at the soft limit, two of them at the hard one");
}

#[tokio::test]
async fn windows_no_longer_at_a_limit_do_not_hide_others() {
    let (world, root) = spenders().await;
    world.run("update budget_windows set ends_at = '2026-04-01Z' where project_id is not null").await;
    add_spenders(&world, 1_100).await;
    world.run("update budgets set soft_limit = 900, hard_limit = 1000 where name = 'CLI'").await;
    note_limits(&world).await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    assert_eq!((limits.projects.at_hard_limit, limits.is_exact), (1, true));
}

#[tokio::test]
async fn budgets_that_reset_first_do_not_hide_one_that_runs_out() {
    let (world, root) = spenders().await;
    add_spenders(&world, 25).await;
    world
        .run(
            "update budget_windows set spent = 99, starts_at = '2026-01-31 09:00Z', ends_at = '2026-03-02 10:00Z'
             where user_id in (select id from users where email like 'many%')",
        )
        .await;
    note_limits(&world).await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    let running_out: Vec<_> = limits.running_out.iter().map(|budget| name(&budget.of)).collect();
    assert_eq!(running_out, ["Spent 99", "Spent 80"]);
}

#[tokio::test]
async fn spend_corrected_to_zero_is_over_no_soft_limit() {
    let (world, root) = spenders().await;
    world.run("update budgets set soft_limit = 0 where name = 'CLI'").await;
    note_limits(&world).await;
    world.run("update budget_windows set spent = 0 where spent = 79").await;
    assert_eq!(overview(&world, &root).await.limits.expect("a maintainer").users.over_soft_limit, 2);
}

#[tokio::test]
async fn lowered_limit_is_noted_by_the_next_run() {
    let (world, root) = spenders().await;
    note_limits(&world).await;
    world.run("update budgets set soft_limit = 50, hard_limit = 79 where name = 'CLI'").await;
    note_limits(&world).await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    assert_eq!((limits.users.at_hard_limit, limits.users.over_soft_limit), (5, 0));
    assert_eq!(limits.users.named.len(), NAMED);
}

#[tokio::test]
async fn failed_and_waiting_messages_are_counted_and_fresh_ones_are_not() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world
        .run(
            "insert into outbox (id, channel, recipient, subject, payload, created_at, state, next_attempt_at, settled_at)
             select gen_random_uuid(), 'mail', 'a@example.com', 'x', '{}', at, state, at,
                    case when state <> 'pending' then at end
             from (values (timestamptz '2026-03-02 08:59Z', 'pending'), ('2026-03-02 08:45Z', 'pending'),
                          ('2026-03-02 08:30Z', 'pending'), ('2026-03-01Z', 'failed'), ('2026-03-01Z', 'delivered'))
                  v (at, state)",
        )
        .await;
    let undelivered = overview(&world, &root).await.work.expect("a maintainer").undelivered;
    assert_eq!((undelivered.failed, undelivered.waiting), (1, 2));
    assert_eq!(undelivered.oldest, Some(datetime!(2026-03-02 08:30 UTC)));
}

#[tokio::test]
async fn failed_and_late_jobs_are_problems() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    jobs::insert_missing(&world.services).await.expect("entered");
    let problems = async |root: &Caller| {
        let work = overview(&world, root).await.work.expect("a maintainer");
        work.problems(world.clock.now()).count()
    };
    assert_eq!(problems(&root).await, 0);
    world.run("update jobs set problem = 'no answer', finished_at = '2026-03-02Z', failures = 1 where name = 'seal audit'").await;
    assert_eq!(problems(&root).await, 1);
    world.clock.advance(Duration::minutes(5));
    assert_eq!(problems(&root).await, domain::job::Job::ALL.len(), "no instance takes them");
}

#[tokio::test]
async fn stopped_job_that_notes_limits_is_told_to_auditors_too() {
    let world = World::create().await;
    let auditor = world.person("Ann", PlatformRole::Auditor).await;
    let stopped = async || overview(&world, &auditor).await.limits.expect("an auditor").stopped_job;
    assert_eq!(stopped().await, None, "no instance has started");
    jobs::insert_missing(&world.services).await.expect("entered");
    assert_eq!(stopped().await, None);
    world.run("update jobs set problem = 'no answer', finished_at = '2026-03-02Z' where name = 'seal audit'").await;
    assert_eq!(stopped().await, None, "another job");
    world.run("update jobs set problem = 'no answer', finished_at = '2026-03-02Z' where name = 'raise alerts'").await;
    let last_run = Some(datetime!(2026-03-02 00:00 UTC));
    assert_eq!(stopped().await, Some(StoppedJob { last_run, has_failed: true }));
    world.run("update jobs set problem = null where name = 'raise alerts'").await;
    assert_eq!(stopped().await, None);
    world.clock.advance(Duration::minutes(5));
    assert_eq!(stopped().await, Some(StoppedJob { last_run, has_failed: false }));
}

#[tokio::test]
async fn month_is_summed_beside_the_whole_month_before() {
    let world = World::create().await;
    world.clock.advance(Duration::days(8));
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world
        .run(
            "insert into spend_days (day, category, model, amount, input_tokens, output_tokens, events)
             values ('2026-03-01', 'cli', '', 9, 0, 0, 1), ('2026-03-10', 'cli', '', 1, 0, 0, 1),
                    ('2026-02-01', 'cli', '', 3, 0, 0, 1), ('2026-02-28', 'platform', '', 4, 0, 0, 1),
                    ('2026-01-31', 'cli', '', 100, 0, 0, 1)",
        )
        .await;
    let month = overview(&world, &root).await.month.expect("a maintainer");
    assert_eq!((month.spent.cents(), month.last_month.cents()), ("$10.00".to_owned(), "$7.00".to_owned()));
    // Nine full days of a dollar a day, today's dollar, and 21 days to come.
    assert_eq!(month.forecast.map(|forecast| forecast.month.cents()), Some("$31.00".to_owned()));
}

/// Adds users who have spent all of their budget of 100 dollars.
async fn add_spenders(world: &World, count: i32) {
    let statements = format!(
        "insert into users (id, name, email)
               select gen_random_uuid(), 'Spent ' || n, 'many' || n || '@example.com' from generate_series(1, {count}) n;
             insert into user_budgets (user_id, category, budget_id, created_at)
               select id, 'cli', '00000000-0000-0000-0000-00000000000b', '2026-03-01Z' from users where email like 'many%';
             insert into budget_windows
               (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
               select gen_random_uuid(), 'cli', id, '00000000-0000-0000-0000-00000000000b', '30d', '2026-03-01Z',
                      '2026-03-31Z', 80, 100, 100
               from users where email like 'many%'"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(world.services.pool()).await.expect("added");
    note_limits(world).await;
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_rows() {
    let (world, root) = spenders().await;
    let statements = async |caller: &Caller| count_statements(overview(&world, caller)).await.1;
    assert_eq!(statements(&root).await, STATEMENTS);
    add_spenders(&world, 301).await;
    assert_eq!(overview(&world, &root).await.limits.expect("a maintainer").users.at_hard_limit, 303);
    assert_eq!(statements(&root).await, STATEMENTS);
}

#[tokio::test]
async fn counts_beyond_the_bound_say_that_they_are_not_exact() {
    let (world, root) = spenders().await;
    add_spenders(&world, 1_100).await;
    let limits = overview(&world, &root).await.limits.expect("a maintainer");
    assert!(!limits.is_exact && limits.users.at_hard_limit >= MAX_COUNTED - 2, "{limits:?}");
}
