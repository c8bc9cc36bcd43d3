//! Lists of users and projects narrowed by what is spent of budgets in the window of now.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{Category, UsageFilter};
use domain::page::PageSize;
use domain::project::{ProjectQuery, ProjectTypes};
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use domain::user::{UserQuery, UserSort};
use services::guard::Caller;
use services::testing::{World, count_statements};
use services::{Settings, alerts, views};

/// Users named after what they have spent of a budget of 80 and 100 dollars of this month, and a user with a default
/// budget of 200 and 200.
async fn spenders() -> (World, Caller) {
    spenders_with(|_| ()).await
}

async fn spenders_with(settings: impl FnOnce(&mut Settings)) -> (World, Caller) {
    let world = World::with(settings).await;
    let root = world.person("Root", PlatformRole::Admin).await;
    world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_at)
               values ('00000000-0000-0000-0000-00000000000b', 'CLI', 'cli', 80, 100, 43200, '2026-03-01Z');
             insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_at, is_default)
               values ('00000000-0000-0000-0000-00000000000d', 'All', 'platform', 200, 200, 43200, '2026-03-01Z', true);
             insert into users (id, name, email) select gen_random_uuid(), 'Spent ' || n, n || '@example.com'
               from unnest(array['000', '049.999', '050', '075', '080', '099', '100', '130']) n;
             insert into user_budgets (user_id, category, budget_id, created_at)
               select id, 'cli', '00000000-0000-0000-0000-00000000000b', '2026-03-01Z' from users where name like 'Spent%';
             insert into budget_windows
               (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
               select gen_random_uuid(), 'cli', id, '00000000-0000-0000-0000-00000000000b', '30d', '2026-03-01Z',
                      '2026-03-31Z', 80, 100, substring(name from 7)::numeric
               from users where name like 'Spent%';
             insert into users (id, name, email) values
               ('00000000-0000-0000-0000-0000000000de', 'Default', 'default@example.com');
             insert into budget_windows
               (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
               values (gen_random_uuid(), 'platform', '00000000-0000-0000-0000-0000000000de',
                       '00000000-0000-0000-0000-00000000000d', '30d', '2026-03-01Z', '2026-03-31Z', 200, 200, 150)",
        )
        .await;
    (world, root)
}

fn spent(usage: UsageFilter) -> UserQuery {
    UserQuery { usage: Some(usage), ..UserQuery::default() }
}

async fn names(world: &World, root: &Caller, query: &UserQuery) -> Vec<String> {
    let can = root.can(Target::Platform).expect("an admin");
    let (page, statements) = count_statements(views::users::list(&world.services, &can, query)).await;
    assert!(statements <= 2, "{statements} statements");
    page.expect("a page").rows.into_iter().map(|user| user.name).collect()
}

async fn note(world: &World) {
    alerts::raise(&world.services).await.expect("the database answers");
}

#[tokio::test]
async fn list_shows_who_has_spent_as_much() {
    let (world, root) = spenders().await;
    note(&world).await;
    let over_half = ["Default", "Spent 050", "Spent 075", "Spent 080", "Spent 099", "Spent 100", "Spent 130"];
    for (usage, expected) in [
        (UsageFilter::Half, &over_half[..]),
        (UsageFilter::ThreeQuarters, &["Default", "Spent 075", "Spent 080", "Spent 099", "Spent 100", "Spent 130"]),
        (UsageFilter::NineTenths, &["Spent 099", "Spent 100", "Spent 130"]),
        (UsageFilter::SoftLimit, &["Spent 080", "Spent 099", "Spent 100", "Spent 130"]),
        (UsageFilter::HardLimit, &["Spent 100", "Spent 130"]),
    ] {
        assert_eq!(names(&world, &root, &spent(usage)).await, expected, "{usage:?}");
    }
    let search = SearchTerm::parse("130@").ok();
    assert_eq!(names(&world, &root, &UserQuery { search, ..spent(UsageFilter::SoftLimit) }).await, ["Spent 130"]);
    let by_creation = UserQuery { sort: UserSort::Created, descending: true, ..spent(UsageFilter::HardLimit) };
    assert_eq!(names(&world, &root, &by_creation).await.len(), 2);
    // As the previous version notes them.
    world.run("update limits_reached set percent = 0, holder_id = null").await;
    note(&world).await;
    assert_eq!(names(&world, &root, &spent(UsageFilter::NineTenths)).await, ["Spent 099", "Spent 100", "Spent 130"]);
}

#[tokio::test]
async fn row_shows_the_default_budget_that_the_user_was_found_by() {
    let (world, root) = spenders().await;
    note(&world).await;
    let can = root.can(Target::Platform).expect("an admin");
    let page = views::users::list(&world.services, &can, &spent(UsageFilter::ThreeQuarters)).await.expect("a page");
    let found = page.rows.iter().find(|user| user.name == "Default").expect("listed");
    let shown: Vec<_> = found.budgets.iter().map(|budget| (budget.category, budget.usage.percent())).collect();
    assert_eq!(shown, [(Category::Platform, 75)]);
}

#[tokio::test]
async fn list_compares_what_was_noted_with_what_is() {
    let (world, root) = spenders().await;
    note(&world).await;
    world
        .run(
            "update budget_windows set spent = 99.99 where spent = 100;
             update users set is_active = false where name = 'Spent 130';
             update budget_windows set spent = 101 where spent = 80",
        )
        .await;
    let at_hard = spent(UsageFilter::HardLimit);
    assert_eq!(names(&world, &root, &at_hard).await, ["Spent 080"], "neither corrected nor deactivated; noted at soft");
    note(&world).await;
    assert_eq!(names(&world, &root, &at_hard).await, ["Spent 080"]);
    world.run("update budgets set hard_limit = 1000 where name = 'CLI'").await;
    assert_eq!(names(&world, &root, &at_hard).await, [""; 0], "the limit was raised");
    world.clock.advance(time::Duration::days(40));
    assert_eq!(names(&world, &root, &spent(UsageFilter::Half)).await, [""; 0], "the windows are over");
}

/// More than are fetched by id: they are found along the order, and sorted where they all come late in it.
#[tokio::test]
async fn many_who_have_spent_as_much_are_listed_page_by_page() {
    let (world, root) = spenders().await;
    world
        .run(
            "insert into users (id, name, email)
               select gen_random_uuid(), case when n <= 10010 then 'Zz ' else 'Aa ' end || to_char(n, 'fm00000'),
                      n || '@many.example' from generate_series(1, 22000) n;
             insert into budget_windows
               (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
               select gen_random_uuid(), 'platform', id, '00000000-0000-0000-0000-00000000000d', '30d', '2026-03-01Z',
                      '2026-03-31Z', 200, 200, 190
               from users where name like 'Zz%';
             analyze users; analyze budget_windows",
        )
        .await;
    note(&world).await;
    let can = root.can(Target::Platform).expect("an admin");
    let mut query = UserQuery { size: PageSize::new(3).expect("in range"), ..spent(UsageFilter::NineTenths) };
    let mut seen = Vec::new();
    for _ in 0..2 {
        let page = views::users::list(&world.services, &can, &query).await.expect("a page");
        seen.extend(page.rows.into_iter().map(|user| user.name));
        query.cursor = page.next;
    }
    assert_eq!(seen, ["Spent 099", "Spent 100", "Spent 130", "Zz 00001", "Zz 00002", "Zz 00003"]);
    let last = UserQuery { descending: true, cursor: None, ..query };
    assert_eq!(names(&world, &root, &last).await, ["Zz 10010", "Zz 10009", "Zz 10008"]);
}

/// Two projects that have used up their budgets; Ada is project admin of the first and a member of the second.
async fn projects() -> (World, Caller, Caller) {
    let (world, root) = spenders().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.project("atlas", &ada).await;
    let beacon = world.project("beacon", &root).await;
    world.member(beacon, ada.actor.user_id, ProjectRole::Member).await;
    world.project("calm", &root).await;
    world
        .run(
            "insert into project_budgets (project_id, category, budget_id, created_at)
               select id, 'cli', '00000000-0000-0000-0000-00000000000b', '2026-03-01Z' from projects where project_type = 'shared';
             insert into budget_windows
               (id, category, project_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
               select gen_random_uuid(), 'cli', id, '00000000-0000-0000-0000-00000000000b', '30d', '2026-03-01Z',
                      '2026-03-31Z', 80, 100, case when name = 'calm' then 10 else 100 end
               from projects where project_type = 'shared'",
        )
        .await;
    note(&world).await;
    let ada = world.again(&ada).await.expect("a session");
    (world, root, ada)
}

fn at_hard_limit() -> ProjectQuery {
    ProjectQuery { usage: Some(UsageFilter::HardLimit), types: Some(ProjectTypes::All), ..ProjectQuery::default() }
}

#[tokio::test]
async fn list_of_projects_tells_of_no_spend_that_the_caller_may_not_see() {
    let (world, root, ada) = projects().await;
    for (caller, expected) in [(&root, &["atlas", "beacon"][..]), (&ada, &["atlas"])] {
        let page = views::projects::list(&world.services, caller, &at_hard_limit()).await.expect("a page");
        let listed: Vec<_> = page.rows.iter().map(|project| project.name.as_str()).collect();
        assert_eq!(listed, expected, "{}", caller.actor.name);
    }
    let query =
        ProjectQuery { types: Some(ProjectTypes::Personal), search: SearchTerm::parse("calm").ok(), ..at_hard_limit() };
    let other = views::projects::matches_other_type(&world.services, &root, &query).await.expect("an answer");
    assert!(!other, "the project that matches has not spent as much");
    let developer = world.person("Bo", PlatformRole::User).await;
    let page = views::projects::list(&world.services, &developer, &at_hard_limit()).await.expect("a page");
    assert_eq!(page.rows, [], "the page is empty, not dead");
}

#[tokio::test]
async fn no_user_has_used_a_budget_where_budgets_are_switched_off() {
    let (world, root) = spenders_with(|settings| settings.budgets = false).await;
    world
        .run(
            "insert into limits_reached (window_id, holder_id, is_hard, is_soft, percent, ends_at)
               select id, user_id, true, true, 90, ends_at from budget_windows where spent >= 100",
        )
        .await;
    assert_eq!(names(&world, &root, &spent(UsageFilter::HardLimit)).await, [""; 0]);
    let projects = views::projects::list(&world.services, &root, &at_hard_limit()).await.expect("a page");
    assert_eq!(projects.rows, []);
}
