//! The budgets on the page of a project.

use super::{again, named};
use domain::id::ProjectId;
use domain::project::MemberQuery;
use domain::role::{PlatformRole, ProjectRole};
use services::testing::World;
use services::views;

const BUDGETS: &str = "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
       select gen_random_uuid(), category || ' budget', category, 1, 2, 60
       from unnest(array['premium_models', 'cli', 'platform']) category;
     insert into project_budgets (project_id, category, budget_id, assigned_by)
       select p.id, b.category, b.id, p.created_by from projects p, budgets b";

#[tokio::test]
async fn budgets_of_a_project_are_shown_to_its_members_in_the_order_of_the_categories() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let atlas = world.project("atlas", &ada).await;
    world.member(atlas, bob.actor.user_id, ProjectRole::Member).await;
    world.run(BUDGETS).await;
    let bob = again(&world, &bob).await;
    let detail = views::project_page::load(&world.services, &bob, &named("atlas"), &MemberQuery::default())
        .await
        .expect("visible");
    let shown: Vec<_> =
        detail.budgets.iter().map(|budget| (budget.name.as_str(), budget.assigned_by.as_deref())).collect();
    assert_eq!(
        shown,
        [("platform budget", Some("Ada")), ("cli budget", Some("Ada")), ("premium_models budget", Some("Ada"))]
    );
    assert_eq!((detail.facts.member_count, detail.facts.admin_count), (2, 1), "three budgets count nobody thrice");
}

#[tokio::test]
async fn switched_off_budgets_are_not_shown() {
    let world = World::with(|settings| settings.budgets = false).await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let atlas: ProjectId = world.project("atlas", &ada).await;
    world.run(BUDGETS).await;
    let ada = again(&world, &ada).await;
    let detail = views::project_page::load(&world.services, &ada, &named("atlas"), &MemberQuery::default())
        .await
        .expect("visible");
    assert_eq!((detail.facts.id, detail.budgets), (atlas, vec![]));
}
