//! Making projects.

use super::{again, described, may_create, new_name};
use domain::actor::Target;
use domain::project::MemberQuery;
use domain::role::{PlatformRole, ProjectRole};
use domain::violation::Violation;
use services::guard::Caller;
use services::testing::{World, problem, rule};
use services::{projects, views};

async fn shared_projects_of(world: &World, caller: &Caller) -> i64 {
    sqlx::query_scalar(
        "select count(*) from user_projects m join projects p on p.id = m.project_id
         where m.user_id = $1 and p.deleted_at is null and p.project_type = 'shared'",
    )
    .bind(caller.actor.user_id.0)
    .fetch_one(world.services.pool())
    .await
    .expect("a count")
}

#[tokio::test]
async fn creator_of_a_project_is_its_project_admin() {
    let world = World::create().await;
    let ada = world.person("Ada Lovelace", PlatformRole::User).await;
    let name =
        projects::create(&world.services, &may_create(&ada), new_name("atlas"), &described()).await.expect("made");
    let ada = again(&world, &ada).await;
    let detail = views::project_page::load(&world.services, &ada, &name, &MemberQuery::default())
        .await
        .expect("visible to its maker");
    assert_eq!(detail.facts.title(), "Atlas knowledge base");
    assert_eq!(detail.facts.created_by.as_deref(), Some("Ada Lovelace"));
    assert_eq!((detail.facts.member_count, detail.facts.admin_count), (1, 1));
    let member = &detail.members.rows[0];
    assert_eq!((member.role, member.is_creator), (ProjectRole::Admin, true));
    assert_eq!(
        world.audit(detail.facts.id.0).await,
        [(
            "project.created".to_owned(),
            "ada.lovelace@example.com".to_owned(),
            vec![
                "name: - -> atlas".to_owned(),
                "display_name: - -> Atlas knowledge base".to_owned(),
                "description: - -> Answers from our own documents".to_owned(),
                "cli_analytics_enabled: - -> false".to_owned(),
                "member_limits_enforced: - -> false".to_owned(),
            ]
        )]
    );
}

#[tokio::test]
async fn a_name_in_use_is_a_problem_at_its_field_whatever_its_case() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.project("Atlas", &ada).await;
    let refused =
        problem(projects::create(&world.services, &may_create(&ada), new_name("atlas"), &described()).await, "name");
    assert_eq!(refused, Violation::ProjectNameTaken);
    assert_eq!(shared_projects_of(&world, &ada).await, 1);
}

#[tokio::test]
async fn making_a_project_counts_towards_the_limit() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.personal_project(&ada).await;
    for name in ["one", "two", "six"] {
        projects::create(&world.services, &may_create(&ada), new_name(name), &described())
            .await
            .expect("within the limit");
    }
    let refused = rule(projects::create(&world.services, &may_create(&ada), new_name("ten"), &described()).await);
    assert_eq!(refused, Violation::ProjectLimitReached { name: "Ada".to_owned(), used: 3, allowed: 3 });
    assert_eq!(shared_projects_of(&world, &ada).await, 3);

    let one = world.services.pool();
    sqlx::query("update projects set deleted_at = now() where name = 'one'").execute(one).await.expect("deleted");
    projects::create(&world.services, &may_create(&ada), new_name("ten"), &described())
        .await
        .expect("a deleted one is not counted");
}

#[tokio::test]
async fn an_own_limit_counts_instead_of_the_configured_one_and_admins_have_none() {
    let world = World::with(|settings| settings.project_limit = 0).await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let root = world.person("Root", PlatformRole::Admin).await;
    sqlx::query("update users set project_limit = 1 where id = $1")
        .bind(ada.actor.user_id.0)
        .execute(world.services.pool())
        .await
        .expect("a limit");
    projects::create(&world.services, &may_create(&ada), new_name("one"), &described()).await.expect("one is allowed");
    let refused = rule(projects::create(&world.services, &may_create(&ada), new_name("two"), &described()).await);
    assert!(matches!(refused, Violation::ProjectLimitReached { used: 1, allowed: 1, .. }));
    let refused = rule(projects::create(&world.services, &may_create(&bob), new_name("two"), &described()).await);
    assert!(matches!(refused, Violation::ProjectLimitReached { used: 0, allowed: 0, .. }));
    for (name, target) in [("two", Target::Own), ("six", Target::Platform)] {
        let can = root.can(target).expect("an admin creates anywhere");
        projects::create(&world.services, &can, new_name(name), &described()).await.expect("no limit");
    }
}

#[tokio::test]
async fn parallel_creations_never_pass_the_limit() {
    let world = World::create().await;
    for round in 0..25 {
        let ada = world.person(&format!("Ada {round}"), PlatformRole::User).await;
        let tasks: Vec<_> = (0..6)
            .map(|n| {
                let (services, can) = (world.services.clone(), may_create(&ada));
                tokio::spawn(async move {
                    projects::create(&services, &can, new_name(&format!("p{round}-{n}")), &described()).await
                })
            })
            .collect();
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(_) => {}
                other => assert_eq!(rule(other).code(), "project_limit_reached"),
            }
        }
        assert_eq!(shared_projects_of(&world, &ada).await, 3);
    }
}
