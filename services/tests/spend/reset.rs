//! A reset by hand, and changes of the schedule.

use crate::spend::support::{Platform, event, settle_code};
use domain::budget::Category;
use domain::error::Refusal;
use services::spend::WindowSubject;
use services::testing::refusal;
use sqlx::Row as _;
use time::Duration;

#[tokio::test]
async fn reset_begins_a_window_and_leaves_the_past_alone() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let begun = platform.world.clock.now();
    let [spent, under_way] = [platform.hold("1", ada, "4").await, platform.hold("2", ada, "5").await];
    platform.settle(spent.reservation, "4").await;
    platform.world.clock.advance(Duration::days(3));
    let reset_at = platform.world.clock.now();
    let subject = WindowSubject::User(ada);
    platform.reset(subject, Category::Cli).await.expect("a reset");
    platform.hold("3", ada, "10").await;
    // The call under way counts where it was reserved, a late event by its time.
    assert_eq!(settle_code(&platform.settle(under_way.reservation, "6").await), "settled");
    platform.ingest(vec![event("4", ada, "1", begun + Duration::days(1)), event("5", ada, "2", reset_at)]).await;
    let window = |spent: &str, reserved: &str| ("10".to_owned(), spent.to_owned(), reserved.to_owned());
    assert_eq!(platform.windows(ada).await, [window("11", "0"), window("2", "10")]);
    let days = Duration::days(30);
    assert_eq!(platform.times(ada).await, [(begun, reset_at), (reset_at, reset_at + days)]);
    platform.check_totals().await;
    let said = platform.world.audit(ada.0).await;
    let expected = ("user.budget_reset", ["category: - -> cli", "spent: 4.00 -> 0.00"]);
    assert_eq!(
        (said[0].0.as_str(), said[0].2.iter().map(String::as_str).collect::<Vec<_>>()),
        (expected.0, expected.1.to_vec())
    );
}

#[tokio::test]
async fn reset_without_a_budget_is_refused() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let subject = WindowSubject::User(ada);
    let answer = platform.reset(subject, Category::Platform).await;
    assert_eq!(refusal(answer), Refusal::NotFound);
    let project = platform.world.project("atlas", &platform.root).await;
    let subject = WindowSubject::Project(project);
    let answer = platform.reset(subject, Category::Cli).await;
    assert_eq!(refusal(answer), Refusal::NotFound);
}

#[tokio::test]
async fn another_reset_period_ends_the_window_and_begins_one() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let begun = platform.world.clock.now();
    platform.hold("1", ada, "10").await;
    platform.world.clock.advance(Duration::hours(1));
    platform.run("update budgets set reset_minutes = 1440").await;
    let edited = platform.world.clock.now();
    platform.hold("2", ada, "10").await;
    assert_eq!(platform.times(ada).await, [(begun, edited), (edited, edited + Duration::days(1))]);
    // At the very moment when the window began.
    platform.run("update budgets set reset_minutes = 60").await;
    assert_eq!(crate::spend::support::denied(&platform.reserve("3", ada, "1").await), "hard_limit_reached");
    assert_eq!(platform.times(ada).await[1], (edited, edited + Duration::hours(1)));
    platform.check_totals().await;
}

#[tokio::test]
async fn calendar_window_ends_with_the_month_of_its_time_zone() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.run("update budgets set calendar = true, time_zone = 'Asia/Kolkata'").await;
    platform.hold("1", ada, "10").await;
    let start = time::macros::datetime!(2026-03-01 00:00 +05:30);
    let next = time::macros::datetime!(2026-04-01 00:00 +05:30);
    assert_eq!(platform.times(ada).await, [(start, next)]);
    let subject = WindowSubject::User(ada);
    platform.reset(subject, Category::Cli).await.expect("a reset");
    let now = platform.world.clock.now();
    assert_eq!(platform.times(ada).await, [(start, now), (now, next)], "the end of the month stays");
}

#[tokio::test]
async fn reset_of_a_project_reads_its_windows_by_index() {
    let platform = Platform::create().await;
    let project = platform.world.project("atlas", &platform.root).await;
    let budget = platform.budget("Budget of atlas", "10").await;
    platform.assign_to_project(budget, project).await;
    platform
        .run(
            "insert into budget_windows
                 (id, category, project_id, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit)
             select gen_random_uuid(), 'cli', gen_random_uuid(), case when n % 2 = 0 then gen_random_uuid() end,
                    gen_random_uuid(), '30d', '2026-01-01', '2027-01-01', 0, 1
             from generate_series(1, 20000) n;
             analyze budget_windows",
        )
        .await;
    platform.reset(WindowSubject::Project(project), Category::Cli).await.expect("a reset");
    // The connection that the reset used has its statement prepared.
    let mut plans = Vec::new();
    for mut connection in platform.connections().await {
        sqlx::raw_sql("set plan_cache_mode = force_generic_plan").execute(&mut *connection).await.expect("a setting");
        let names: Vec<String> = sqlx::query_scalar(
            "select name from pg_prepared_statements
             where statement like '%from budget_windows%starts_at <= $4%for no key update'",
        )
        .fetch_all(&mut *connection)
        .await
        .expect("statements");
        for name in names {
            let explain = format!("explain execute {name} ('cli', '{project}', null, '2026-03-01')");
            let plan = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).fetch_all(&mut *connection).await.expect("a plan");
            plans.push(plan.iter().map(|line| line.get::<String, _>(0)).collect::<Vec<_>>().join("\n"));
        }
        connection.close().await.expect("an orderly end");
    }
    assert_eq!(plans.len(), 1, "{plans:?}");
    assert!(!plans[0].contains("Seq Scan on budget_windows"), "{}", plans[0]);
}
