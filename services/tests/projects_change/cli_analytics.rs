//! The switch for analytics of command-line clients.

use super::{again, draft, may_create, may_edit, named, new_name};
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::project::ProjectDraft;
use domain::role::PlatformRole;
use services::projects;
use services::testing::{World, problem, refusal};
use services::views::project_page::facts as page_facts;

fn switched(is_on: bool) -> Edit<ProjectDraft> {
    Edit::new(Precondition::None, move |stored| Ok(ProjectDraft { cli_analytics_enabled: is_on, ..stored }))
}

#[tokio::test]
async fn cli_analytics_are_switched_by_admins_alone_and_audited() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    let id = world.project("atlas", &ada).await;
    let (by_ada, by_root) = (may_edit(&world, &ada, id).await, may_edit(&world, &root, id).await);
    let refused = refusal(projects::edit(&world.services, &by_ada, switched(true)).await);
    assert!(matches!(refused, Refusal::Forbidden(_)), "{refused:?}");
    projects::edit(&world.services, &by_root, switched(true)).await.expect("an admin");
    let described = |stored| Ok(ProjectDraft { description: "Mine".to_owned(), ..stored });
    projects::edit(&world.services, &by_ada, Edit::new(Precondition::None, described)).await.expect("another field");
    let facts = page_facts(&world.services, &again(&world, &ada).await, &named("atlas")).await.expect("visible");
    assert!(facts.draft.cli_analytics_enabled, "kept by the edit of another field");
    assert_eq!(world.audit(id.0).await[0].2, ["cli_analytics_enabled: false -> true"]);

    let on = ProjectDraft { cli_analytics_enabled: true, ..draft("", "New") };
    let refused = refusal(projects::create(&world.services, &may_create(&ada), new_name("mine"), &on).await);
    assert!(matches!(refused, Refusal::Forbidden(_)), "{refused:?}");
    projects::create(&world.services, &may_create(&root), new_name("mine"), &on).await.expect("an admin");
}

#[tokio::test]
async fn personal_project_has_no_cli_analytics() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    let personal = world.personal_project(&ada).await;
    let can = may_edit(&world, &root, personal).await;
    problem(projects::edit(&world.services, &can, switched(true)).await, "cli_analytics_enabled");

    let shared = world.project("atlas", &root).await;
    projects::edit(&world.services, &may_edit(&world, &root, shared).await, switched(true)).await.expect("an admin");
    let is_on: bool = sqlx::query_scalar(
        "update projects set project_type = 'personal' where id = $1 returning cli_analytics_enabled",
    )
    .bind(shared.0)
    .fetch_one(world.services.pool())
    .await
    .expect("personal from now on");
    assert!(!is_on);
}
