//! What a personal project is called, and which project becomes one.

use super::{own, personal, project, shared};
use domain::role::PlatformRole;
use serde_json::json;
use services::testing::{World, developer};

#[tokio::test]
async fn own_name_that_is_taken_twice_gets_a_random_addition() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.project("ada@example.com", &root).await;
    world.project("ada@example.com (personal)", &root).await;
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    let [(name, ..)] = own(&world, &ada).await.try_into().expect("one project");
    assert!(name.starts_with("ada@example.com (personal ") && name.ends_with(')'), "{name}");
    assert_eq!(own(&world, &ada).await, [personal(&name)]);
}

#[tokio::test]
async fn own_name_of_any_length_leaves_room_for_the_addition() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let parts = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(50)].join(".");
    let address = format!("{}@{parts}.com", "e".repeat(254 - parts.len() - 5));
    assert_eq!(address.len(), 254);
    world.project(&address, &root).await;
    let claims = developer("ada", json!({"email": address, "email_verified": true}));
    let ada = world.sign_in(&claims).await.expect("admitted");
    let [(name, ..)] = own(&world, &ada).await.try_into().expect("one project");
    assert_eq!((name.chars().count(), name.ends_with(" (personal)")), (255, true), "{name}");
    let claims = developer("bob", json!({"email": null, "preferred_username": "u".repeat(2000), "applications": ""}));
    world.sign_in(&claims).await.expect_err("no address that fits the column, and no failure");
}

#[tokio::test]
async fn shared_project_with_a_budget_does_not_become_personal() {
    let world = World::create().await;
    project(&world, "ada@example.com").await;
    project(&world, "bob@example.com").await;
    sqlx::raw_sql(
        "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
         values ('00000000-0000-0000-0000-000000000001', 'Team', 'platform', 5, 10, 60);
         insert into project_budgets (project_id, category, budget_id)
         select id, 'platform', '00000000-0000-0000-0000-000000000001' from projects where name = 'ada@example.com';",
    )
    .execute(world.services.pool())
    .await
    .expect("a budget of the project");
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    assert_eq!(own(&world, &ada).await, [personal("ada@example.com (personal)")]);
    let bob = world.sign_in(&developer("bob", json!({}))).await.expect("admitted");
    assert_eq!(own(&world, &bob).await, [personal("bob@example.com")], "without a budget it does");
}

#[tokio::test]
async fn group_path_is_the_project_without_the_first_slash() {
    for mode in [domain::mode::Mode::Platform, domain::mode::Mode::Keycloak] {
        let world = World::with(|settings| {
            settings.mode = mode;
            settings.budgets = false;
        })
        .await;
        project(&world, "atlas").await;
        project(&world, "research/atlas").await;
        let claims = developer("ada", json!({"applications": ["/Atlas", " /research/atlas", "/"]}));
        let ada = world.sign_in(&claims).await.expect("admitted");
        let found: Vec<_> = own(&world, &ada).await.into_iter().filter(|project| project.1 == shared("").1).collect();
        assert_eq!(found, [shared("atlas"), shared("research/atlas")], "{mode:?}");
    }
}
