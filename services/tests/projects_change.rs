//! Making, editing and deleting projects.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::error::Refusal;
use domain::form::Conflict;
use domain::id::ProjectId;
use domain::permission::{Asks, CreateProject, DeleteProject, EditProject};
use domain::project::{KEPT_AFTER_DELETION, MemberQuery, ProjectName, ProjectQuery};
use domain::role::{PlatformRole, ProjectRole};
use domain::text::{Description, DisplayName};
use services::guard::{Caller, Can};
use services::projects::{self, NewProject, ProjectEdit};
use services::testing::World;
use services::{Error, members};
use time::Duration;

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

fn new_project(name: &str) -> NewProject {
    NewProject {
        name: ProjectName::parse(name).expect("a new name"),
        display_name: Some(DisplayName::parse("Atlas knowledge base").expect("a display name")),
        description: Description::parse("Answers from our own documents").expect("a description"),
    }
}

fn edit(display_name: &str, description: &str) -> ProjectEdit {
    ProjectEdit {
        display_name: (!display_name.is_empty()).then(|| DisplayName::parse(display_name).expect("a display name")),
        description: Description::parse(description).expect("a description"),
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    result.expect_err("a refusal").into()
}

fn rule<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match refusal(result) {
        Refusal::Rule(text) => text,
        other => panic!("expected a rule, got {other:?}"),
    }
}

fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> Conflict {
    match refusal(result) {
        Refusal::Conflict(conflict) => conflict,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>, field: &str) -> String {
    match refusal(result) {
        Refusal::Invalid(errors) => errors.at(field).expect("a problem at the field").as_str().to_owned(),
        other => panic!("expected a problem at {field}, got {other:?}"),
    }
}

async fn again(world: &World, caller: &Caller) -> Caller {
    world.again(caller).await.expect("still signed in")
}

fn may_create(caller: &Caller) -> Can<CreateProject> {
    caller.can(Target::Own).expect("may create projects")
}

async fn may_edit<P: Asks>(world: &World, caller: &Caller, project: ProjectId) -> Can<P> {
    again(world, caller).await.can(Target::Project(project)).expect("may edit the project")
}

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
async fn whoever_makes_a_project_is_its_project_admin() {
    let world = World::create().await;
    let ada = world.person("Ada Lovelace", PlatformRole::User).await;
    let name = projects::create(&world.services, &may_create(&ada), new_project("atlas")).await.expect("made");
    let ada = again(&world, &ada).await;
    let detail =
        projects::detail(&world.services, &ada, &name, &MemberQuery::default()).await.expect("visible to its maker");
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
            ]
        )]
    );
}

#[tokio::test]
async fn a_name_in_use_is_a_problem_at_its_field_whatever_its_case() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.project("Atlas", &ada).await;
    let text = problem(projects::create(&world.services, &may_create(&ada), new_project("atlas")).await, "name");
    assert!(text.contains("already a project"), "{text}");
    assert_eq!(shared_projects_of(&world, &ada).await, 1);
}

#[tokio::test]
async fn making_a_project_counts_towards_the_limit() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.personal_project(&ada).await;
    for name in ["one", "two", "six"] {
        projects::create(&world.services, &may_create(&ada), new_project(name)).await.expect("within the limit");
    }
    let text = rule(projects::create(&world.services, &may_create(&ada), new_project("ten")).await);
    assert_eq!(text, "Ada is already in 3 of 3 shared projects. Remove one, or ask an admin to raise the limit.");
    assert_eq!(shared_projects_of(&world, &ada).await, 3);

    let one = world.services.pool();
    sqlx::query("update projects set deleted_at = now() where name = 'one'").execute(one).await.expect("deleted");
    projects::create(&world.services, &may_create(&ada), new_project("ten"))
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
    projects::create(&world.services, &may_create(&ada), new_project("one")).await.expect("one is allowed");
    assert!(rule(projects::create(&world.services, &may_create(&ada), new_project("two")).await).contains("1 of 1"));
    assert!(rule(projects::create(&world.services, &may_create(&bob), new_project("two")).await).contains("0 of 0"));
    for (name, target) in [("two", Target::Own), ("six", Target::Platform)] {
        let can = root.can(target).expect("an admin creates anywhere");
        projects::create(&world.services, &can, new_project(name)).await.expect("no limit");
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
                tokio::spawn(
                    async move { projects::create(&services, &can, new_project(&format!("p{round}-{n}"))).await },
                )
            })
            .collect();
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(_) => {}
                other => assert!(rule(other).contains("3 of 3")),
            }
        }
        assert_eq!(shared_projects_of(&world, &ada).await, 3);
    }
}

#[tokio::test]
async fn an_edit_is_saved_and_audited_per_field() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let id = world.project("atlas", &ada).await;
    let can = may_edit(&world, &ada, id).await;
    projects::edit(&world.services, &can, 1, edit("Atlas", "What atlas is for")).await.expect("saved");
    world.clock.advance(time::Duration::minutes(1));
    projects::edit(&world.services, &can, 2, edit("", "New")).await.expect("saved");
    let facts = projects::facts(&world.services, &again(&world, &ada).await, &named("ATLAS")).await.expect("visible");
    assert_eq!((facts.display_name, facts.description.as_str(), facts.version), (None, "New", 3));
    let changes: Vec<_> = world.audit(id.0).await.into_iter().map(|(action, _, lines)| (action, lines)).collect();
    assert_eq!(
        changes,
        [
            ("project.edited".to_owned(), vec!["display_name: - -> Atlas".to_owned()]),
            (
                "project.edited".to_owned(),
                vec!["display_name: Atlas -> -".to_owned(), "description: What atlas is for -> New".to_owned()]
            )
        ]
    );
}

#[tokio::test]
async fn equal_values_change_nothing_even_when_sent_twice() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let id = world.project("atlas", &ada).await;
    let can = may_edit(&world, &ada, id).await;
    for _ in 0..2 {
        projects::edit(&world.services, &can, 1, edit("Atlas", "New")).await.expect("saved");
    }
    let facts = projects::facts(&world.services, &again(&world, &ada).await, &named("atlas")).await.expect("visible");
    assert_eq!(facts.version, 2);
    assert_eq!(world.audit(id.0).await.len(), 1);
}

#[tokio::test]
async fn a_stale_form_shows_both_values_and_who_saved_first() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    let id = world.project("atlas", &ada).await;
    let can = may_edit(&world, &ada, id).await;
    projects::edit(&world.services, &may_edit(&world, &root, id).await, 1, edit("Theirs", "Same"))
        .await
        .expect("first");
    let saved_at = world.clock.now();
    world.clock.advance(time::Duration::minutes(5));
    let manages = again(&world, &ada).await.can(Target::Project(id)).expect("may manage members");
    members::add(&world.services, &manages, root.actor.user_id, ProjectRole::Member).await.expect("no edit");

    let conflict = conflict(projects::edit(&world.services, &can, 1, edit("Yours", "Same")).await);
    assert_eq!((conflict.saved_by.as_str(), conflict.saved_at, conflict.version), ("Root", saved_at, 2));
    let fields: Vec<_> = conflict
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.label.as_str(), field.yours.as_str(), field.theirs.as_str()))
        .collect();
    assert_eq!(
        fields,
        [("display_name", "Display name", "Yours", "Theirs"), ("description", "Description", "Same", "Same")]
    );
    assert_eq!(world.audit(id.0).await.len(), 2, "nothing was saved");
    projects::edit(&world.services, &can, conflict.version, edit("Yours", "Same")).await.expect("chosen");
}

#[tokio::test]
async fn of_parallel_edits_one_wins_and_none_is_lost() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let id = world.project("atlas", &ada).await;
    for version in 1..=20 {
        let can = may_edit(&world, &ada, id).await;
        let tasks: Vec<_> = (0..4)
            .map(|n| {
                let (services, can) = (world.services.clone(), can.clone());
                let edit = edit(&format!("{version}-{n}"), "Same");
                tokio::spawn(async move { projects::edit(&services, &can, version, edit).await })
            })
            .collect();
        let mut saved = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(()) => saved += 1,
                lost => assert_eq!(conflict(lost).version, version + 1),
            }
        }
        assert_eq!(saved, 1);
    }
    assert_eq!(world.audit(id.0).await.len(), 20);
}

#[tokio::test]
async fn a_right_taken_away_stops_a_change_that_has_its_proof_already() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let id = world.project("atlas", &ada).await;
    world.member(id, bob.actor.user_id, ProjectRole::Admin).await;
    let can = may_edit(&world, &bob, id).await;
    sqlx::query("update user_projects set is_project_admin = false where user_id = $1")
        .bind(bob.actor.user_id.0)
        .execute(world.services.pool())
        .await
        .expect("demoted");
    let refused = refusal(projects::edit(&world.services, &can, 1, edit("Bob's", "Mine now")).await);
    assert!(matches!(refused, Refusal::Forbidden(_)), "{refused:?}");
    let member = again(&world, &bob).await.can::<EditProject>(Target::Project(id)).expect_err("a member");
    assert!(matches!(member, Refusal::Forbidden(_)));
    let stranger = world.person("Eve", PlatformRole::User).await.can::<EditProject>(Target::Project(id));
    assert_eq!(stranger.expect_err("a stranger"), Refusal::NotFound);
}

#[tokio::test]
async fn a_project_with_other_members_is_not_deleted_and_says_why() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let id = world.project("atlas", &ada).await;
    world.member(id, bob.actor.user_id, ProjectRole::Member).await;
    let can = may_edit(&world, &ada, id).await;
    let text = rule(projects::delete(&world.services, &can, 1).await);
    assert_eq!(text, "1 other person is a member. Remove them first.");
    assert!(projects::facts(&world.services, &again(&world, &ada).await, &named("atlas")).await.is_ok());
    assert_eq!(world.audit(id.0).await, []);
}

#[tokio::test]
async fn a_personal_project_is_never_deleted() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    let id = world.personal_project(&ada).await;
    assert!(again(&world, &ada).await.can::<EditProject>(Target::Project(id)).is_err());
    let text = rule(projects::delete(&world.services, &may_edit(&world, &root, id).await, 1).await);
    assert!(text.contains("personal project"), "{text}");
}

#[tokio::test]
async fn a_deleted_project_is_gone_everywhere_and_its_name_stays_taken() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let id = world.project("atlas", &ada).await;
    let can = may_edit::<DeleteProject>(&world, &ada, id).await;
    let can_edit = may_edit::<EditProject>(&world, &ada, id).await;
    sqlx::raw_sql(
        "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
           values ('00000000-0000-7000-8000-000000000001', 'Shared', 'cli', 1, 2, 60);
         insert into project_budgets (project_id, category, budget_id)
           select id, 'cli', '00000000-0000-7000-8000-000000000001' from projects",
    )
    .execute(world.services.pool())
    .await
    .expect("a budget");
    assert_eq!(conflict(projects::delete(&world.services, &can, 7).await).fields, []);
    projects::delete(&world.services, &can, 1).await.expect("deleted");

    for caller in [again(&world, &ada).await, again(&world, &root).await] {
        let name = named("atlas");
        assert_eq!(refusal(projects::facts(&world.services, &caller, &name).await), Refusal::NotFound);
        assert_eq!(refusal(projects::id_of(&world.services, &caller, &name).await), Refusal::NotFound);
        let list = projects::list(&world.services, &caller, &Default::default()).await.expect("a list");
        assert_eq!(list.rows, []);
    }
    assert_eq!(refusal(projects::edit(&world.services, &can_edit, 2, edit("", "Back")).await), Refusal::NotFound);
    assert_eq!(refusal(projects::delete(&world.services, &can, 2).await), Refusal::NotFound);
    let audit = world.audit(id.0).await;
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0].0, "project.deleted");
    assert_eq!(audit[0].2, ["description: What atlas is for -> -", "budgets: Shared -> -"]);

    let taken = refusal(projects::create(&world.services, &may_create(&ada), new_project("atlas")).await);
    assert!(matches!(&taken, Refusal::Invalid(errors) if errors.at("name").is_some()), "{taken:?}");
}

async fn deleted_list(world: &World, caller: &Caller) -> Vec<String> {
    let query = ProjectQuery { deleted: true, ..ProjectQuery::default() };
    let page = projects::list(&world.services, &again(world, caller).await, &query).await.expect("a list");
    page.rows.into_iter().map(|row| row.name.to_string()).collect()
}

async fn restore(world: &World, caller: &Caller, name: &str) -> Result<ProjectName, Refusal> {
    let caller = again(world, caller).await;
    let can = projects::may_restore(&world.services, &caller, &named(name)).await.map_err(Refusal::from)?;
    projects::restore(&world.services, &can).await.map_err(Refusal::from)
}

/// The project "atlas" of Ada, with a budget, deleted.
async fn with_deleted_atlas(world: &World, ada: &Caller) -> ProjectId {
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
    projects::delete(&world.services, &may_edit(world, ada, id).await, 1).await.expect("deleted");
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
    let detail = projects::detail(&world.services, &again(&world, &ada).await, &named("atlas"), &Default::default())
        .await
        .expect("the page is back");
    assert_eq!(detail.facts.id, id);
    assert_eq!(detail.facts.version, 3);
    assert_eq!(detail.members.rows.len(), 1);
    assert_eq!(detail.budgets.into_iter().map(|budget| budget.name).collect::<Vec<_>>(), ["Shared"]);
    let audit = world.audit(id.0).await;
    assert_eq!(audit[1].0, "project.restored");
    assert_eq!(audit[1].2, ["budgets: - -> Shared"]);

    projects::delete(&world.services, &may_edit(&world, &root, id).await, 3).await.expect("deleted again");
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
    projects::create(&world.services, &may_create(&ada), new_project("atlas")).await.expect("the name is free");
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
