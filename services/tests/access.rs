//! My access: one's own projects, limit, budgets and whom to ask.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::error::Refusal;
use domain::project::ProjectKind;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::ProjectAllowance;
use domain::view::OwnAccess;
use services::guard::Caller;
use services::testing::World;
use services::views;

async fn own(world: &World, caller: &Caller) -> OwnAccess {
    let caller = world.again(caller).await.expect("still signed in");
    views::my_access::load(&world.services, &caller).await.expect("one's own access")
}

#[tokio::test]
async fn a_developer_sees_projects_limit_and_budgets() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    world.personal_project(&bob).await;
    world.project("zebra", &bob).await;
    let atlas = world.project("atlas", &ada).await;
    let gone = world.project("gone", &ada).await;
    for project in [atlas, gone] {
        world.member(project, bob.actor.user_id, ProjectRole::Member).await;
    }
    world.run("update projects set deleted_at = now() where name = 'gone';
         update projects set display_name = 'The atlas' where name = 'atlas';
         update user_projects set granted_by = (select id from users where name = 'Ada') where not is_project_admin;
         insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
           select gen_random_uuid(), category || ' budget', category, 1, 2, 60 from unnest(array['cli', 'platform']) category;
         insert into user_budgets (user_id, category, budget_id, assigned_by)
           select u.id, b.category, b.id, a.id from users u, users a, budgets b where u.name = 'Bob' and a.name = 'Ada'",
    )
    .await;
    let access = own(&world, &bob).await;
    let projects: Vec<_> = access
        .projects
        .iter()
        .map(|project| (project.title.as_str(), project.kind, project.role, project.granted_by.as_deref()))
        .collect();
    assert_eq!(
        projects,
        [
            ("The atlas", ProjectKind::Shared, ProjectRole::Member, Some("Ada")),
            ("zebra", ProjectKind::Shared, ProjectRole::Admin, None),
            ("bob@example.com", ProjectKind::Personal, ProjectRole::Owner, Some("Ada")),
        ]
    );
    assert_eq!(access.projects[0].since, Some(world.clock.now()));
    assert_eq!(access.allowance, ProjectAllowance { used: 2, limit: Some(3) });
    let budgets: Vec<_> =
        access.budgets.iter().map(|budget| (budget.name.as_str(), budget.assigned_by.as_deref())).collect();
    assert_eq!(budgets, [("platform budget", Some("Ada")), ("cli budget", Some("Ada"))]);
    assert_eq!(own(&world, &ada).await.budgets, []);
}

#[tokio::test]
async fn every_role_sees_its_own_access() {
    let world = World::create().await;
    for role in PlatformRole::ALL {
        let person = world.person(role.title(), role).await;
        let limit = (!role.is_admin()).then_some(3);
        assert_eq!(own(&world, &person).await.allowance, ProjectAllowance { used: 0, limit }, "{role:?}");
    }
    let guest = world.person("Guest", PlatformRole::User).await;
    world.run("update users set user_type = 'external', project_limit = 7 where name = 'Guest'").await;
    assert_eq!(own(&world, &guest).await.allowance.limit, Some(7));
}

#[tokio::test]
async fn five_active_admins_are_named_maintainers_first() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    assert_eq!(own(&world, &ada).await.admins, Vec::<String>::new());
    for name in ["Echo", "Delta", "Charlie", "Bravo", "Alfa", "Away"] {
        world.person(name, PlatformRole::Admin).await;
    }
    world.person("Zulu", PlatformRole::Maintainer).await;
    world.person("Otto", PlatformRole::Auditor).await;
    world.run("update users set is_active = false where name = 'Away'").await;
    assert_eq!(own(&world, &ada).await.admins, ["Zulu", "Alfa", "Bravo", "Charlie", "Delta"]);
}

#[tokio::test]
async fn switched_off_budgets_and_a_due_password_change_are_respected() {
    let world = World::with(|settings| settings.budgets = false).await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
           values ('00000000-0000-7000-8000-000000000001', 'Standard', 'cli', 1, 2, 60);
         insert into user_budgets (user_id, category, budget_id)
           select id, 'cli', '00000000-0000-7000-8000-000000000001' from users",
        )
        .await;
    assert_eq!(own(&world, &ada).await.budgets, []);
    world.run("update users set password_change_due = true").await;
    let ada = world.again(&ada).await.expect("signed in");
    let refused = views::my_access::load(&world.services, &ada).await.expect_err("not yet");
    assert_eq!(Refusal::from(refused), Refusal::PasswordChangeDue);
}
