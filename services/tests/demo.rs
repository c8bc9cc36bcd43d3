//! Demo data: the same every time, and within the rules.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::role::PlatformRole;
use domain::violation::Violation;
use services::bootstrap;
use services::demo::{self, Amount, Progress};
use services::testing::{World, rule};
use sqlx::AssertSqlSafe;

const SMALL: Amount = Amount { users: 3_000, projects: 120, seed: 7 };

async fn fill(world: &World, amount: Amount) -> Vec<(&'static str, u64)> {
    let mut done = Vec::new();
    let mut tell = |Progress { what, rows, is_done }| {
        if is_done {
            done.push((what, rows));
        }
    };
    demo::fill(&world.services, amount, false, &mut tell).await.expect("filled");
    done
}

async fn count(world: &World, what: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {what}"));
    sqlx::query_scalar(sql).fetch_one(world.services.pool()).await.expect("a count")
}

/// Every column of every row but identity of the console's own.
async fn contents(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["users", "projects", "user_projects", "budgets", "user_budgets", "project_budgets", "audit_log"] {
        let sql = AssertSqlSafe(format!("select t::text from {table} t order by t::text"));
        all.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(world.services.pool()).await.expect("rows"));
    }
    all
}

#[tokio::test]
async fn the_same_seed_makes_the_same_rows_and_another_seed_others() {
    let (one, same, other) = (World::create().await, World::create().await, World::create().await);
    let done = fill(&one, SMALL).await;
    assert_eq!(done[0], ("people", 3_000));
    assert_eq!(done[1], ("shared projects", 120));
    fill(&same, SMALL).await;
    fill(&other, Amount { seed: 8, ..SMALL }).await;
    let rows = contents(&one).await;
    assert!(rows.len() > 5_000, "{}", rows.len());
    assert_eq!(rows, contents(&same).await);
    assert_ne!(rows, contents(&other).await);
}

#[tokio::test]
async fn what_is_made_keeps_the_rules() {
    let world = World::create().await;
    fill(&world, SMALL).await;
    let now = world.clock.now();
    for (rule, broken) in [
        (
            "nobody but admins is over the limit",
            "(select m.user_id from user_projects m join projects p on p.id = m.project_id and p.project_type = 'shared'
              join users u on u.id = m.user_id and not u.is_admin group by m.user_id having count(*) > 3) broken",
        ),
        (
            "whoever made a project is its admin",
            "projects p where p.project_type = 'shared' and not exists (select from user_projects m
               where m.project_id = p.id and m.user_id = p.created_by and m.is_project_admin)",
        ),
        (
            "everybody regular has a personal project and is its one member",
            "users u where u.user_type = 'regular' and 1 <> (select count(*) from projects p
               join user_projects m on m.project_id = p.id and m.user_id = u.id
               where p.created_by = u.id and p.project_type = 'personal' and p.name = u.email)",
        ),
        (
            "people from outside hold no role and made nothing",
            "users u where u.user_type = 'external' and (u.is_admin or u.is_auditor or exists (
               select from projects p where p.created_by = u.id) or exists (
               select from user_projects m where m.user_id = u.id and m.is_project_admin))",
        ),
        (
            "nobody joined before the project or the person was there",
            "user_projects m join projects p on p.id = m.project_id join users u on u.id = m.user_id
             where m.created_at < p.created_at or m.created_at < u.created_at",
        ),
        ("who made an admin stands in the audit log", "users u where is_admin and not exists (select from audit_log a where a.target_id = u.id)"),
    ] {
        assert_eq!(count(&world, broken).await, 0, "{rule}");
    }
    for (kind, some) in [
        ("deactivated", "users where not is_active"),
        ("never signed in", "users where last_sign_in_at is null"),
        ("locked", "users where locked_until is not null"),
        ("external", "users where user_type = 'external'"),
        ("project admins beside the maker", "user_projects where is_project_admin and granted_by <> user_id"),
        (
            "budgets of each category",
            "(select from budgets group by category having count(*) > 2) b having count(*) = 3",
        ),
        ("budgets of people", "user_budgets"),
        ("budgets of projects", "project_budgets"),
    ] {
        assert!(count(&world, some).await > 0, "{kind}");
    }
    let late = format!("users where created_at > '{now}' or last_sign_in_at > '{now}'");
    assert_eq!(count(&world, &late).await, 0);
}

#[tokio::test]
async fn the_limit_of_the_console_holds_for_demo_data_too() {
    for limit in [0, 1] {
        let world = World::with(|settings| settings.project_limit = limit).await;
        fill(&world, Amount { users: 500, projects: 100, seed: 0 }).await;
        let over = format!(
            "(select m.user_id from user_projects m join projects p on p.id = m.project_id and p.project_type = 'shared'
              join users u on u.id = m.user_id and not u.is_admin group by m.user_id having count(*) > {limit}) broken"
        );
        assert_eq!(count(&world, &over).await, 0);
    }
}

#[tokio::test]
async fn the_smallest_amounts_are_amounts() {
    for (users, projects) in [(0, 0), (0, 5), (1, 0), (1, 5), (2, 1)] {
        let world = World::create().await;
        fill(&world, Amount { users, projects, seed: 1 }).await;
        assert_eq!(count(&world, "users").await, i64::from(users));
        let made = if users == 0 { 0 } else { i64::from(projects) };
        assert_eq!(count(&world, "projects where project_type = 'shared'").await, made);
    }
}

#[tokio::test]
async fn database_with_users_is_refused_unless_told_otherwise() {
    let world = World::create().await;
    world.person("Ada", PlatformRole::User).await;
    let mut tell = |_| {};
    let refused = rule(demo::fill(&world.services, SMALL, false, &mut tell).await);
    assert_eq!(refused, Violation::DatabaseInUse);
    assert_eq!(count(&world, "users").await, 1);
    demo::fill(&world.services, SMALL, true, &mut tell).await.expect("told so");
    assert_eq!(count(&world, "users").await, 3_001);
    let twice = rule(demo::fill(&world.services, SMALL, true, &mut tell).await);
    assert_eq!(twice, Violation::SeedInUse);
    demo::fill(&world.services, Amount { seed: 8, ..SMALL }, true, &mut tell).await.expect("another seed");
    assert_eq!(count(&world, "users").await, 6_001);
}

#[tokio::test]
async fn first_administrator_alone_counts_as_an_empty_database() {
    let world = World::create().await;
    bootstrap::superadmin(&world.services, None, None).await.expect("an administrator");
    fill(&world, Amount { users: 10, projects: 2, seed: 0 }).await;
    assert_eq!(count(&world, "users").await, 11);
}
