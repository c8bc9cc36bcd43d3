//! Deleting projects and bringing them back.

use super::{again, described, edit, may_create, may_edit, named, new_name};
use domain::actor::Target;
use domain::draft::Precondition;
use domain::error::Refusal;
use domain::id::ProjectId;
use domain::permission::{DeleteProject, EditProject};
use domain::project::{KEPT_AFTER_DELETION, ProjectName, ProjectQuery, ProjectState};
use domain::role::{PlatformRole, ProjectRole};
use domain::violation::Violation;
use services::guard::Caller;
use services::testing::{World, conflict, refusal, rule};
use services::{projects, views};
use time::Duration;

#[tokio::test]
async fn a_project_with_other_members_is_not_deleted_and_says_why() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let id = world.project("atlas", &ada).await;
    world.member(id, bob.actor.user_id, ProjectRole::Member).await;
    let can = may_edit(&world, &ada, id).await;
    let refused = rule(projects::delete(&world.services, &can, Precondition::from(1)).await);
    assert_eq!(refused, Violation::ProjectHasMembers { others: 1 });
    assert!(views::project_page::facts(&world.services, &again(&world, &ada).await, &named("atlas")).await.is_ok());
    assert_eq!(world.audit(id.0).await, []);
}

#[tokio::test]
async fn a_personal_project_is_never_deleted() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    let id = world.personal_project(&ada).await;
    assert!(again(&world, &ada).await.can::<EditProject>(Target::Project(id)).is_err());
    let refused =
        rule(projects::delete(&world.services, &may_edit(&world, &root, id).await, Precondition::from(1)).await);
    assert_eq!(refused, Violation::PersonalProjectDeletion);
}

#[tokio::test]
async fn a_deleted_project_is_gone_everywhere_and_its_name_stays_taken() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let id = atlas(&world, &ada).await;
    let can = may_edit::<DeleteProject>(&world, &ada, id).await;
    let can_edit = may_edit::<EditProject>(&world, &ada, id).await;
    assert_eq!(conflict(projects::delete(&world.services, &can, Precondition::from(7)).await).fields, []);
    projects::delete(&world.services, &can, Precondition::from(1)).await.expect("deleted");

    for caller in [again(&world, &ada).await, again(&world, &root).await] {
        let name = named("atlas");
        assert_eq!(refusal(views::project_page::facts(&world.services, &caller, &name).await), Refusal::NotFound);
        assert_eq!(refusal(projects::id_of(&world.services, &caller, &name).await), Refusal::NotFound);
        let list = views::projects::list(&world.services, &caller, &Default::default()).await.expect("a list");
        assert_eq!(list.rows, []);
    }
    assert_eq!(refusal(projects::edit(&world.services, &can_edit, edit(2, "", "Back")).await), Refusal::NotFound);
    assert_eq!(refusal(projects::delete(&world.services, &can, Precondition::from(2)).await), Refusal::NotFound);
    let audit = world.audit(id.0).await;
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0].0, "project.deleted");
    assert_eq!(audit[0].2, ["description: What atlas is for -> -", "budgets: Shared -> -"]);

    let taken = refusal(projects::create(&world.services, &may_create(&ada), new_name("atlas"), &described()).await);
    assert!(matches!(&taken, Refusal::Invalid(errors) if errors.at("name").is_some()), "{taken:?}");
}

async fn deleted_list(world: &World, caller: &Caller) -> Vec<String> {
    let query = ProjectQuery { state: Some(ProjectState::Deleted), ..ProjectQuery::default() };
    let page = views::projects::list(&world.services, &again(world, caller).await, &query).await.expect("a list");
    page.rows.into_iter().map(|row| row.name.to_string()).collect()
}

async fn restore(world: &World, caller: &Caller, name: &str) -> Result<ProjectName, Refusal> {
    let caller = again(world, caller).await;
    let can = projects::may_restore(&world.services, &caller, &named(name)).await.map_err(Refusal::from)?;
    projects::restore(&world.services, &can).await.map_err(Refusal::from)
}

/// The project "atlas" of Ada, with a budget.
async fn atlas(world: &World, ada: &Caller) -> ProjectId {
    let id = world.project("atlas", ada).await;
    sqlx::raw_sql(
        "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
           values ('00000000-0000-7000-8000-000000000001', 'Shared', 'cli', 1, 2, 60);
         insert into project_budgets (project_id, category, budget_id)
           select id, 'cli', '00000000-0000-7000-8000-000000000001' from projects",
    )
    .execute(world.services.pool())
    .await
    .expect("a budget");
    id
}

/// The same, deleted.
async fn with_deleted_atlas(world: &World, ada: &Caller) -> ProjectId {
    let id = atlas(world, ada).await;
    projects::delete(&world.services, &may_edit(world, ada, id).await, Precondition::from(1)).await.expect("deleted");
    id
}

#[tokio::test]
async fn a_deleted_project_comes_back_as_it_was_for_thirty_days() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let eve = world.person("Eve", PlatformRole::User).await;
    let id = with_deleted_atlas(&world, &ada).await;
    assert_eq!(deleted_list(&world, &ada).await, ["atlas"]);
    assert_eq!(deleted_list(&world, &root).await, ["atlas"]);
    assert_eq!(deleted_list(&world, &eve).await, [""; 0]);
    assert_eq!(restore(&world, &eve, "atlas").await, Err(Refusal::NotFound), "a stranger does not even see it");

    assert_eq!(restore(&world, &ada, "ATLAS").await, Ok(named("atlas")), "its project admin");
    assert_eq!(restore(&world, &ada, "atlas").await, Err(Refusal::NotFound), "it is not deleted any more");
    let detail =
        views::project_page::load(&world.services, &again(&world, &ada).await, &named("atlas"), &Default::default())
            .await
            .expect("the page is back");
    assert_eq!(detail.facts.id, id);
    assert_eq!(detail.facts.version, 3);
    assert_eq!(detail.members.rows.len(), 1);
    assert_eq!(detail.budgets.into_iter().map(|budget| budget.name).collect::<Vec<_>>(), ["Shared"]);
    let audit = world.audit(id.0).await;
    assert_eq!(audit[1].0, "project.restored");
    assert_eq!(audit[1].2, ["budgets: - -> Shared"]);

    projects::delete(&world.services, &may_edit(&world, &root, id).await, Precondition::from(3))
        .await
        .expect("deleted again");
    world.clock.advance(KEPT_AFTER_DELETION - Duration::seconds(1));
    assert_eq!(projects::purge(&world.services).await.expect("purged"), 0);
    let root = world.signed_in(root.actor.user_id).await;
    assert_eq!(deleted_list(&world, &root).await, ["atlas"]);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(deleted_list(&world, &root).await, [""; 0]);
    assert_eq!(restore(&world, &root, "atlas").await, Err(Refusal::NotFound), "too late, purged or not");
}

#[tokio::test]
async fn a_purged_project_leaves_its_name_and_nothing_else() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let id = with_deleted_atlas(&world, &ada).await;
    world.project("kept", &ada).await;
    world.clock.advance(KEPT_AFTER_DELETION);
    assert_eq!(projects::purge(&world.services).await.expect("purged"), 1);
    assert_eq!(projects::purge(&world.services).await.expect("purged"), 0);
    let audit = world.audit(id.0).await;
    assert_eq!((audit[1].0.as_str(), audit[1].1.as_str()), ("project.purged", "Bursar"));
    let ada = world.signed_in(ada.actor.user_id).await;
    projects::create(&world.services, &may_create(&ada), new_name("atlas"), &described())
        .await
        .expect("the name is free");
    let new = projects::id_of(&world.services, &again(&world, &ada).await, &named("atlas")).await.expect("the new one");
    assert_ne!(new, id);
    let inherited: i64 = sqlx::query_scalar(
        "select (select count(*) from project_budgets) + (select count(*) from deleted_project_budgets)",
    )
    .fetch_one(world.services.pool())
    .await
    .expect("a count");
    assert_eq!(inherited, 0);
}

#[tokio::test]
async fn a_member_cannot_restore_and_the_limit_holds() {
    let world = World::with(|settings| settings.project_limit = 1).await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let id = with_deleted_atlas(&world, &ada).await;
    world.project("other", &ada).await;
    let text = restore(&world, &root, "atlas").await.expect_err("Ada is at the limit").to_string();
    assert!(text.contains("Ada is already in 1 of 1 shared projects"), "{text}");
    assert_eq!(deleted_list(&world, &root).await, ["atlas"], "nothing is half-restored");
    sqlx::query("update user_projects set is_project_admin = false where project_id = $1")
        .bind(id.0)
        .execute(world.services.pool())
        .await
        .expect("demoted");
    assert_eq!(deleted_list(&world, &ada).await, [""; 0]);
    assert!(matches!(restore(&world, &ada, "atlas").await, Err(Refusal::Forbidden(_))));
}
