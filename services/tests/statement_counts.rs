//! The number of SQL statements of a page never grows with the number of rows.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::BudgetQuery;
use domain::page::PageSize;
use domain::permission::Permission::ViewProject;
use domain::permission::ViewBudgets;
use domain::project::{MemberQuery, ProjectName, ProjectQuery};
use domain::role::PlatformRole;
use domain::spend::UserRef;
use domain::text::SearchTerm;
use services::guard::Caller;
use services::testing::{World, count_statements};
use services::views;

async fn statements_of<T, E: std::fmt::Debug>(work: impl Future<Output = Result<T, E>>) -> usize {
    let (answer, count) = count_statements(work).await;
    answer.expect("an answer");
    count
}

/// How many statements each page takes: lists plain and searching, pages, one's own access.
async fn counts(world: &World, caller: &Caller) -> [(&'static str, usize); 11] {
    let services = &world.services;
    let caller = world.again(caller).await.expect("still signed in");
    let can = caller.can::<ViewBudgets>(Target::Platform).expect("an admin");
    let name = ProjectName::parse_existing("atlas").expect("a name");
    let search = SearchTerm::parse("standard").ok();
    let page = views::budgets::list(services, &can, &BudgetQuery::default()).await.expect("budgets");
    let (budget, see) = (page.rows[0].id, caller.can(Target::Platform).expect("an admin"));
    let person = caller.actor.user_id;
    let may_explain = caller.can(Target::Platform).expect("an admin");
    let (asked, size) = (UserRef::parse(&person.to_string()).expect("a user"), PageSize::default());
    let all = ProjectQuery::default();
    let found = ProjectQuery { search: search.clone(), ..all.clone() };
    let every_budget = BudgetQuery::default();
    let found_budgets = BudgetQuery { search: search.clone(), ..every_budget.clone() };
    let members = MemberQuery::default();
    let found_members = MemberQuery { search, ..members.clone() };
    [
        ("projects", statements_of(views::projects::list(services, &caller, &all)).await),
        ("projects, searching", statements_of(views::projects::list(services, &caller, &found)).await),
        ("project", statements_of(views::project_page::load(services, &caller, &name, &members)).await),
        (
            "project, searching",
            statements_of(views::project_page::load(services, &caller, &name, &found_members)).await,
        ),
        ("budgets", statements_of(views::budgets::list(services, &can, &every_budget)).await),
        ("budgets, searching", statements_of(views::budgets::list(services, &can, &found_budgets)).await),
        ("budget", statements_of(views::budgets::detail(services, &can, budget)).await),
        ("person", statements_of(views::user_page::load(services, &see, person)).await),
        (
            "explained user",
            statements_of(views::explain::user(services, &may_explain, &asked, Some(&name), None)).await,
        ),
        (
            "explained permission",
            statements_of(views::explain::holders(services, &may_explain, ViewProject, Some(&name), None, size)).await,
        ),
        ("own access", statements_of(views::my_access::load(services, &caller)).await),
    ]
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_rows() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.project("atlas", &root).await;
    sqlx::raw_sql(
        "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
         values (gen_random_uuid(), 'Only', 'platform', 1, 2, 60)",
    )
    .execute(world.services.pool())
    .await
    .expect("a budget");
    let with_few = counts(&world, &root).await;
    assert_eq!(
        with_few,
        [
            ("projects", 1),
            ("projects, searching", 2),
            ("project", 2),
            ("project, searching", 2),
            ("budgets", 1),
            ("budgets, searching", 2),
            ("budget", 3),
            ("person", 1),
            ("explained user", 3),
            ("explained permission", 2),
            ("own access", 1),
        ]
    );
    sqlx::raw_sql(
        "insert into users (id, email, name)
           select gen_random_uuid(), 'standard' || n || '@example.com', 'Person ' || n from generate_series(1, 200) n;
         insert into projects (id, name, description, project_type)
           select gen_random_uuid(), 'standard-' || n, 'x', 'shared' from generate_series(1, 200) n;
         insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
           select gen_random_uuid(), 'Standard ' || n, 'cli', 1, 2, 60 from generate_series(1, 200) n;
         insert into user_projects (user_id, project_id)
           select u.id, p.id from users u, projects p where (p.name = 'atlas') <> (u.name = 'Root');
         insert into user_budgets (user_id, category, budget_id)
           select u.id, 'platform', b.id from users u, budgets b where b.name = 'Only';
         insert into budget_windows
           (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
           select gen_random_uuid(), a.category, a.user_id, a.budget_id, '1h', w, w + interval '1 hour', 1, 2, 1
           from user_budgets a, generate_series(timestamptz '2026-03-01', timestamptz '2026-03-02', interval '1 hour') w",
    )
    .execute(world.services.pool())
    .await
    .expect("many rows");
    assert_eq!(counts(&world, &root).await, with_few);
}
