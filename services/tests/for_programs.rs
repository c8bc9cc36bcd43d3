//! What API clients read and change in one call: the number of statements never grows with the rows.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetSlug, Category};
use domain::id::UserId;
use domain::page::PageSize;
use domain::permission::{ManageBudgets, ManageMembers, ViewBudgets, ViewUsers};
use domain::project::ProjectSort;
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use services::budgets::assign_many::{self, Wanted};
use services::guard::Caller;
use services::listing::{ListQuery, Slice};
use services::testing::{World, count_statements};
use services::views::ReadScope;
use services::views::projects::ProjectFilter;
use services::views::users::UserFilter;
use services::{members, views};

/// How many statements each list takes, plain and searching.
async fn lists(world: &World, caller: &Caller) -> [usize; 5] {
    let services = &world.services;
    let size = PageSize::for_programs(1000).expect("a size");
    let slice = Slice::at(None, size);
    let search = SearchTerm::parse("person").ok();
    let (see_people, see_budgets) = (
        ReadScope::<ViewUsers>::of(caller).expect("a maintainer"),
        caller.can::<ViewBudgets>(Target::Platform).expect("a maintainer"),
    );
    let all = ListQuery { slice: slice.clone(), ..ListQuery::default() };
    let filter = UserFilter { search: search.clone(), ..UserFilter::default() };
    let found = ListQuery { filter, ..all.clone() };
    let every = ListQuery {
        filter: ProjectFilter::default(),
        order: ProjectSort::Created,
        descending: true,
        slice: slice.clone(),
    };
    let some = ListQuery { filter: ProjectFilter { search, ..ProjectFilter::default() }, ..every.clone() };
    let (one, people) = count_statements(views::users::list_for_api(services, &see_people, &all)).await;
    let (two, people_found) = count_statements(views::users::list_for_api(services, &see_people, &found)).await;
    let (three, all_projects) = count_statements(views::projects::list_for_api(services, caller, &every)).await;
    let (four, projects_found) = count_statements(views::projects::list_for_api(services, caller, &some)).await;
    let every_budget = ListQuery { slice: slice.clone(), ..ListQuery::default() };
    let (five, all_budgets) =
        count_statements(views::budgets::list_for_api(services, &see_budgets, &every_budget)).await;
    assert!(one.is_ok() && two.is_ok() && three.is_ok() && four.is_ok() && five.is_ok());
    [people, people_found, all_projects, projects_found, all_budgets]
}

async fn crowd(world: &World, prefix: &str, size: i32) -> Vec<UserId> {
    sqlx::query_scalar(
        "insert into users (id, name, email, project_limit)
         select gen_random_uuid(), 'Person ' || n, $1 || n || '@example.com', 100 from generate_series(1, $2) n
         returning id",
    )
    .bind(prefix)
    .bind(size)
    .fetch_all(world.services.pool())
    .await
    .expect("a crowd")
    .into_iter()
    .map(UserId)
    .collect()
}

#[tokio::test]
async fn lists_take_one_statement_and_searches_two() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    assert_eq!(lists(&world, &root).await, [1, 2, 1, 2, 1]);
    crowd(&world, "a", 300).await;
    sqlx::raw_sql(
        "insert into projects (id, name, description, project_type)
           select gen_random_uuid(), 'person-' || n, '', 'shared' from generate_series(1, 300) n;
         insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
           select gen_random_uuid(), 'Budget ' || n, 'cli', 1, 2, 60 from generate_series(1, 300) n",
    )
    .execute(world.services.pool())
    .await
    .expect("many rows");
    assert_eq!(lists(&world, &root).await, [1, 2, 1, 2, 1]);
}

#[tokio::test]
async fn slug_that_reads_as_the_id_of_another_budget_loses_against_it() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let id = "0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a";
    // As in a database that was filled before such slugs were refused.
    for (name, own_id, slug) in [("Called so", "00000000-0000-7000-8000-000000000001", Some(id)), ("Its own", id, None)]
    {
        sqlx::query(
            "insert into budgets (id, name, slug, category, soft_limit, hard_limit, reset_minutes)
             values ($1::text::uuid, $2, $3, 'cli', 1, 2, 60)",
        )
        .bind(own_id)
        .bind(name)
        .bind(slug)
        .execute(world.services.pool())
        .await
        .expect("a budget");
    }
    let slug = BudgetSlug::parse(id).expect("a slug");
    let can = root.can(Target::Platform).expect("a maintainer");
    assert_eq!(views::budgets::find(&world.services, &can, &slug).await.expect("a budget").name, "Its own");
    let assign = root.can::<ManageBudgets>(Target::Platform).expect("a maintainer");
    let wanted = Wanted::from([(Category::Cli, Some(slug))]);
    let people = [root.actor.user_id];
    assign_many::assign_many(&world.services, &assign, &people, &wanted).await.expect("assigned");
    let assigned = assign_many::of_person(&world.services, &can, people[0]).await.expect("budgets");
    assert_eq!(assigned[0].name, "Its own");
}

#[tokio::test]
async fn changing_many_takes_as_many_statements_as_changing_two() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let project = world.project("atlas", &root).await;
    sqlx::raw_sql(
        "insert into budgets (id, name, slug, category, soft_limit, hard_limit, reset_minutes)
         values (gen_random_uuid(), 'One', 'one', 'cli', 1, 2, 60)",
    )
    .execute(world.services.pool())
    .await
    .expect("a budget");
    let root = world.again(&root).await.expect("signed in");
    let manage = root.can::<ManageMembers>(Target::Project(project)).expect("a maintainer");
    let assign = root.can::<ManageBudgets>(Target::Platform).expect("a maintainer");
    let wanted =
        Wanted::from([(Category::Cli, Some(BudgetSlug::parse("one").expect("a slug"))), (Category::Platform, None)]);
    let mut counts = Vec::new();
    for (prefix, size) in [("few", 2), ("many", 200)] {
        let people = crowd(&world, prefix, size).await;
        let members: Vec<_> = people.iter().map(|id| (*id, ProjectRole::Member)).collect();
        let (added, adding) = count_statements(members::assign_many(&world.services, &manage, &members)).await;
        let (assigned, assigning) =
            count_statements(assign_many::assign_many(&world.services, &assign, &people, &wanted)).await;
        let (removed, removing) = count_statements(members::remove_many(&world.services, &manage, &people)).await;
        assert_eq!(added.expect("added").len(), people.len());
        assert!(assigned.is_ok() && removed.is_ok());
        counts.push([adding, assigning, removing]);
    }
    assert_eq!(counts[0], counts[1]);
}
