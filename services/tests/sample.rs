//! The sample organisation.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::role::PlatformRole;
use services::sample;
use services::testing::World;

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(world.services.pool()).await.expect("a count")
}

#[tokio::test]
async fn an_empty_console_is_filled_once() {
    let world = World::create().await;
    world.person("Administrator", PlatformRole::Maintainer).await;
    let first = sample::fill(&world.services).await.expect("filled").expect("somebody who signs in");
    assert_eq!(first.email, "jonas.weidenfeld@example.com");
    assert!(first.one_time_password.is_some_and(|password| password.len() >= 15));
    assert!(sample::fill(&world.services).await.expect("left alone").is_none());

    assert_eq!(count(&world, "select count(*) from users").await, 41);
    assert_eq!(count(&world, "select count(*) from projects where project_type = 'shared'").await, 8);
    assert_eq!(count(&world, "select count(*) from budgets").await, 9);
    assert_eq!(count(&world, "select count(distinct category) from budgets").await, 3);
    for state in [
        "is_active and last_sign_in_at is not null",
        "is_active and last_sign_in_at is null",
        "locked_until > last_sign_in_at",
        "not is_active",
        "user_type = 'external'",
        "is_auditor",
        "is_admin and not is_maintainer",
        "char_length(name) > 40",
        "name <> convert_from(convert_to(name, 'UTF8'), 'UTF8') or octet_length(name) > char_length(name)",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from users where {state}"));
        let found: i64 = sqlx::query_scalar(sql).fetch_one(world.services.pool()).await.expect("a count");
        assert!(found > 0, "nobody is: {state}");
    }
}

#[tokio::test]
async fn sample_has_no_passwords_with_a_provider() {
    let world = World::create().await.behind_a_provider();
    assert!(sample::fill(&world.services).await.expect("filled").is_none());
    assert_eq!(count(&world, "select count(*) from users").await, 40);
    assert_eq!(
        count(&world, "select count(*) from users where password_hash is not null or password_change_due").await,
        0
    );
}

#[tokio::test]
async fn the_sample_keeps_the_rules() {
    let world = World::create().await;
    sample::fill(&world.services).await.expect("filled");
    let over_limit = count(
        &world,
        "select count(*) from (
           select m.user_id from user_projects m join projects p on p.id = m.project_id and p.project_type = 'shared'
           join users u on u.id = m.user_id and not u.is_admin group by m.user_id having count(*) > 3) over_limit",
    )
    .await;
    assert_eq!(over_limit, 0);
    let now = world.clock.now();
    let late: i64 = sqlx::query_scalar(
        "select (select count(*) from users where created_at > $1 or last_sign_in_at > $1 or last_sign_in_at < created_at)
              + (select count(*) from projects where created_at > $1)
              + (select count(*) from user_projects m join projects p on p.id = m.project_id
                 where m.created_at > $1 or m.created_at < p.created_at)
              + (select count(*) from user_projects m join users u on u.id = m.user_id where m.created_at < u.created_at)
              + (select count(*) from user_budgets where created_at > $1)",
    )
    .bind(now)
    .fetch_one(world.services.pool())
    .await
    .expect("a count");
    assert_eq!(late, 0, "a date lies in the future, or before the thing it belongs to");
    let unaudited = count(
        &world,
        "select count(*) from (select id from users union all select id from budgets
           union all select id from projects where project_type = 'shared') made
         where not exists (select from audit_log where target_id = made.id)",
    )
    .await;
    assert_eq!(unaudited, 0);
}

#[tokio::test]
async fn the_sample_is_the_same_every_time() {
    let facts = async || {
        let world = World::create().await;
        sample::fill(&world.services).await.expect("filled");
        let rows: Vec<String> = sqlx::query_scalar(
            "select u.name || ' ' || u.created_at || ' ' || coalesce(string_agg(p.name || m.created_at, ' ' order by p.name), '')
             from users u left join user_projects m on m.user_id = u.id left join projects p on p.id = m.project_id
             group by u.id order by u.email",
        )
        .fetch_all(world.services.pool())
        .await
        .expect("people");
        rows
    };
    assert_eq!(facts().await, facts().await);
}

#[tokio::test]
async fn a_console_in_use_is_left_alone() {
    let world = World::create().await;
    world.person("Ada", PlatformRole::User).await;
    assert!(sample::fill(&world.services).await.expect("left alone").is_none());
    world.person("Root", PlatformRole::Maintainer).await;
    assert!(sample::fill(&world.services).await.expect("left alone").is_none());
    assert_eq!(count(&world, "select count(*) from users").await, 2);
}

#[tokio::test]
async fn two_servers_that_start_at_once_fill_it_once() {
    let world = World::create().await;
    let (one, two) = tokio::join!(sample::fill(&world.services), sample::fill(&world.services));
    assert_ne!(one.expect("one").is_some(), two.expect("two").is_some());
    assert_eq!(count(&world, "select count(*) from users").await, 40);
}

#[tokio::test]
async fn sample_has_spent_for_ninety_days() {
    let world = World::create().await;
    sample::fill(&world.services).await.expect("filled");
    assert_eq!(count(&world, "select count(*) from spend_events").await, 18_000);
    assert!(count(&world, "select count(distinct day) from spend_days").await >= 75);
    let unequal = "select count(*) from (select sum(amount) as amount from spend_days) d
                   where amount <> (select sum(amount) from spend_events)";
    assert_eq!(count(&world, unequal).await, 0);
    for (kind, windows) in [
        ("of now", "ends_at > (select max(spent_at) from spend_events)"),
        ("past a soft limit", "spent > soft_limit and spent < hard_limit"),
        ("past a hard limit", "spent >= hard_limit"),
        ("of projects", "user_id is null"),
        ("of users", "project_id is null"),
    ] {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from budget_windows where {windows}"));
        let found: i64 = sqlx::query_scalar(sql).fetch_one(world.services.pool()).await.expect("a count");
        assert!(found > 0, "no window {kind}");
    }
}
