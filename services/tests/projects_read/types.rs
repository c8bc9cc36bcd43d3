//! The types of projects that a list shows.

use super::{again, list, of_types};
use domain::project::{ProjectQuery, ProjectSort, ProjectTypes};
use domain::role::PlatformRole;
use domain::text::SearchTerm;
use services::guard::Caller;
use services::listing::ListQuery;
use services::testing::{World, count_statements};
use services::views;

/// An admin, a user with a shared and a personal project, and a personal project of each of them.
async fn types() -> (World, Caller, Caller) {
    let world = World::create().await;
    let (root, ada) = (world.person("Root", PlatformRole::Admin).await, world.person("Ada", PlatformRole::User).await);
    world.project("atlas", &ada).await;
    world.personal_project(&ada).await;
    world.personal_project(&root).await;
    (world, root, ada)
}

#[tokio::test]
async fn list_of_the_platform_begins_with_shared_projects_alone() {
    let (world, root, ada) = types().await;
    let (personal, all) = (["ada@example.com", "root@example.com"], ["ada@example.com", "atlas", "root@example.com"]);
    for (caller, types, names) in [
        (&root, None, &["atlas"][..]),
        (&root, Some(ProjectTypes::Shared), &["atlas"]),
        (&root, Some(ProjectTypes::Personal), &personal),
        (&root, Some(ProjectTypes::All), &all),
        (&ada, None, &all[..2]),
        (&ada, Some(ProjectTypes::Shared), &["atlas"]),
    ] {
        let rows = list(&world, caller, &of_types(types)).await;
        let listed: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(listed, names, "{} {types:?}", caller.actor.name);
    }
    let every = ListQuery { order: ProjectSort::TechnicalName, ..ListQuery::default() };
    let of_api = views::projects::list_for_api(&world.services, &root, &every).await.expect("a page");
    assert_eq!(of_api.total, 3, "the API lists all types");
}

#[tokio::test]
async fn search_tells_whether_it_matches_the_type_that_is_left_out() {
    let (world, root, ada) = types().await;
    let (root, ada) = (again(&world, &root).await, again(&world, &ada).await);
    let searching = |term, types| ProjectQuery { search: SearchTerm::parse(term).ok(), ..of_types(types) };
    for (caller, query, matches) in [
        (&root, searching("example.com", None), true),
        (&root, searching("atlas", None), false),
        (&root, searching("atlas", Some(ProjectTypes::Personal)), true),
        (&root, searching("example.com", Some(ProjectTypes::All)), false),
        (&root, of_types(None), false),
        (&ada, searching("root@", Some(ProjectTypes::Shared)), false),
        (&ada, searching("ada@", Some(ProjectTypes::Shared)), true),
    ] {
        let (told, statements) =
            count_statements(views::projects::matches_other_type(&world.services, caller, &query)).await;
        assert_eq!(told.expect("an answer"), matches, "{} {query:?}", caller.actor.name);
        assert!(statements <= 1, "{statements} statements");
    }
    // More than are looked up by id, of one type.
    world
        .run(
            "insert into projects (id, name, description, project_type)
         select gen_random_uuid(), 'many-' || n, 'x', 'shared' from generate_series(1, 10001) n",
        )
        .await;
    let query = searching("many", Some(ProjectTypes::Personal));
    assert_eq!(list(&world, &root, &query).await, []);
    assert!(views::projects::matches_other_type(&world.services, &root, &query).await.expect("an answer"));
    let query = searching("many", None);
    assert!(!views::projects::matches_other_type(&world.services, &root, &query).await.expect("an answer"));
}
