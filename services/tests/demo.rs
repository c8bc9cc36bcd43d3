//! Demo data: the same every time, and within the rules.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::role::PlatformRole;
use domain::violation::Violation;
use services::bootstrap;
use services::demo::{self, Amount, Progress};
use services::testing::{World, rule};
use sqlx::AssertSqlSafe;

const SMALL: Amount = Amount { users: 3_000, projects: 120, spend_events: 5_000, seed: 7 };

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
    for table in [
        "users",
        "projects",
        "user_projects",
        "budgets",
        "user_budgets",
        "project_budgets",
        "audit_log",
        "spend_events",
        "spend_days",
        "budget_windows",
    ] {
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
        fill(&world, Amount { users: 500, projects: 100, spend_events: 0, seed: 0 }).await;
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
        fill(&world, Amount { users, projects, spend_events: 100, seed: 1 }).await;
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
    fill(&world, Amount { users: 10, projects: 2, spend_events: 10, seed: 0 }).await;
    assert_eq!(count(&world, "users").await, 11);
}

/// Differences between the ledger and what is added up from it; zero rows each.
const LEDGER: [(&str, &str); 4] = [
    (
        "totals by day are the sums of the events",
        "(select (spent_at at time zone 'UTC')::date as day, category, project_id, user_id, model, sum(amount) as amount,
                sum(input_tokens)::bigint as input, sum(output_tokens)::bigint as output, count(*) as events
         from spend_events group by 1, 2, 3, 4, 5
         except
         select day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events from spend_days) d",
    ),
    (
        "no day is without events",
        "(select 1 from (select sum(amount) as amount, sum(events) as events from spend_days) d
         where (amount, events) <> (select sum(amount), count(*) from spend_events)) d",
    ),
    (
        "a window holds what its budget paid in it",
        "budget_windows w where w.spent <> (
           select coalesce(sum(e.amount), 0) from spend_events e
           where e.category = w.category and e.spent_at >= w.starts_at and e.spent_at < w.ends_at
             and case when w.user_id is null then e.project_id = w.project_id
                      else e.user_id = w.user_id and not exists (
                        select from project_budgets p where p.project_id = e.project_id and p.category = e.category) end)",
    ),
    (
        "an event since the assignment is in a window",
        "spend_events e where exists (
           select from project_budgets p where p.project_id = e.project_id and p.category = e.category
             and p.created_at <= e.spent_at)
         and not exists (select from budget_windows w where w.project_id = e.project_id and w.category = e.category
             and w.starts_at <= e.spent_at and e.spent_at < w.ends_at)",
    ),
];

#[tokio::test]
async fn spend_adds_up_and_is_believable() {
    let world = World::create().await;
    let done = fill(&world, Amount { spend_events: 20_000, ..SMALL }).await;
    assert!(done.contains(&("events of spend", 20_000)), "{done:?}");
    for (rule, broken) in LEDGER {
        assert_eq!(count(&world, broken).await, 0, "{rule}");
    }
    let now = world.clock.now();
    assert_eq!(count(&world, &format!("spend_events where spent_at > '{now}'")).await, 0);
    assert_eq!(count(&world, "spend_events where amount <= 0").await, 0);
    assert_eq!(count(&world, "spend_events_other").await, 0, "each month has a partition");
    for (what, share) in [
        ("on a weekend", "extract(isodow from spent_at) > 5"),
        ("outside the hours of an office", "extract(hour from spent_at at time zone 'UTC') not between 7 and 18"),
    ] {
        let some = count(&world, &format!("spend_events where {share}")).await;
        assert!(some < 3_000, "{some} of 20,000 events are {what}");
    }
    for (kind, some) in [
        ("in a shared project", "spend_events e join projects p on p.id = e.project_id and p.project_type = 'shared'"),
        (
            "in a personal project",
            "spend_events e join projects p on p.id = e.project_id and p.project_type = 'personal'",
        ),
        ("of each category", "(select from spend_events group by category) c having count(*) = 3"),
        ("of several models", "(select from spend_events group by model) m having count(*) > 5"),
        ("past a soft limit", "budget_windows where spent > soft_limit and spent < hard_limit"),
        ("past a hard limit", "budget_windows where spent > hard_limit"),
    ] {
        assert!(count(&world, some).await > 0, "{kind}");
    }
    assert!(count(&world, &format!("budget_windows where starts_at <= '{now}' and ends_at > '{now}'")).await > 20);
    let (past, all) =
        (count(&world, "budget_windows where spent > hard_limit").await, count(&world, "budget_windows").await);
    assert!(past * 8 < all, "{past} of {all} windows are past their hard limit");
}
