//! Editing projects.

use super::{again, draft, edit, may_edit, named};
use domain::actor::Target;
use domain::draft::{Draft, Edit, EditBasis, Precondition, Side};
use domain::error::Refusal;
use domain::permission::EditProject;
use domain::project::ProjectDraft;
use domain::role::{PlatformRole, ProjectRole};
use services::testing::{World, conflict, refusal};
use services::{members, projects, views};

#[tokio::test]
async fn an_edit_is_saved_and_audited_per_field() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let id = world.project("atlas", &ada).await;
    let can = may_edit(&world, &ada, id).await;
    projects::edit(&world.services, &can, edit(1, "Atlas", "What atlas is for")).await.expect("saved");
    world.clock.advance(time::Duration::minutes(1));
    projects::edit(&world.services, &can, edit(2, "", "New")).await.expect("saved");
    let facts = views::project_page::facts(&world.services, &again(&world, &ada).await, &named("ATLAS"))
        .await
        .expect("visible");
    assert_eq!((facts.draft.display_name, facts.draft.description.as_str(), facts.version), (None, "New", 3));
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
        projects::edit(&world.services, &can, edit(1, "Atlas", "New")).await.expect("saved");
    }
    let facts = views::project_page::facts(&world.services, &again(&world, &ada).await, &named("atlas"))
        .await
        .expect("visible");
    assert_eq!(facts.version, 2);
    assert_eq!(world.audit(id.0).await.len(), 1);
}

#[tokio::test]
async fn edit_that_is_stored_already_is_no_conflict_under_any_precondition() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let id = world.project("atlas", &ada).await;
    let can = may_edit(&world, &ada, id).await;
    projects::edit(&world.services, &can, edit(1, "Atlas", "New")).await.expect("saved");
    for stale in [
        Precondition::FormVersion { version: 1, basis: EditBasis::default() },
        Precondition::from(1),
        Precondition::None,
    ] {
        let again = Edit::whole(stale.clone(), draft("Atlas", "New"));
        projects::edit(&world.services, &can, again).await.unwrap_or_else(|fault| panic!("{stale:?}: {fault:?}"));
    }
    let facts = views::project_page::facts(&world.services, &again(&world, &ada).await, &named("atlas"))
        .await
        .expect("visible");
    assert_eq!((facts.version, world.audit(id.0).await.len()), (2, 1), "nothing was written");
}

#[tokio::test]
async fn stale_if_match_is_refused_and_names_who_saved() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    let id = world.project("atlas", &ada).await;
    let (by_ada, by_root) = (may_edit(&world, &ada, id).await, may_edit(&world, &root, id).await);
    projects::edit(&world.services, &by_root, edit(1, "Atlas", "New")).await.expect("saved");
    let stale = Edit::whole(Precondition::from(1), draft("Atlas", "Mine"));
    let refused = conflict(projects::edit(&world.services, &by_ada, stale).await);
    assert_eq!((refused.saved.name.as_str(), refused.version), ("Root", 2));
    assert!(refused.fields.is_empty(), "an API client is asked for no choice");
    assert_eq!(world.audit(id.0).await.len(), 1, "nothing was saved");
    let current = Edit::whole(Precondition::IfMatch(vec![7, 2]), draft("Atlas", "Mine"));
    projects::edit(&world.services, &by_ada, current).await.expect("the version holds");
}

#[tokio::test]
async fn edit_without_precondition_keeps_fields_it_does_not_replace() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let id = world.project("atlas", &ada).await;
    let can = may_edit(&world, &ada, id).await;
    projects::edit(&world.services, &can, edit(1, "Atlas", "Old")).await.expect("saved");
    let replace = |stored| Ok(ProjectDraft { description: "New".to_owned(), ..stored });
    projects::edit(&world.services, &can, Edit::new(Precondition::None, replace)).await.expect("saved");
    let facts = views::project_page::facts(&world.services, &again(&world, &ada).await, &named("atlas"))
        .await
        .expect("visible");
    assert_eq!((facts.draft.display_name.as_deref(), facts.draft.description.as_str()), (Some("Atlas"), "New"));
}

#[tokio::test]
async fn stale_form_names_who_changed_the_same_field() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    let id = world.project("atlas", &ada).await;
    let can = may_edit(&world, &ada, id).await;
    let rendered = views::project_page::facts(&world.services, &again(&world, &ada).await, &named("atlas"))
        .await
        .expect("visible")
        .draft;
    projects::edit(&world.services, &may_edit(&world, &root, id).await, edit(1, "Theirs", &rendered.description))
        .await
        .expect("first");
    let saved_at = world.clock.now();
    world.clock.advance(time::Duration::minutes(5));
    let manages = again(&world, &ada).await.can(Target::Project(id)).expect("may manage members");
    members::add(&world.services, &manages, root.actor.user_id, ProjectRole::Member).await.expect("no edit");

    let base = rendered.fields().into_iter().map(|field| (field.name.to_owned(), field.value.typed)).collect();
    let basis = EditBasis { base, ..EditBasis::default() };
    let mine = |basis| Edit::whole(Precondition::FormVersion { version: 1, basis }, draft("Yours", "Mine"));
    let conflict = conflict(projects::edit(&world.services, &can, mine(basis.clone())).await);
    assert_eq!((conflict.saved.name.as_str(), conflict.saved.at, conflict.version), ("Root", saved_at, 2));
    assert_eq!(conflict.open_labels(), ["Display name"], "only one side changed the description");
    assert_eq!(world.audit(id.0).await.len(), 2, "nothing was saved");

    let offered = [("display_name".to_owned(), "Theirs".to_owned())].into();
    let choice = [("display_name".to_owned(), Side::Theirs)].into();
    let chosen = EditBasis { offered, choice, ..basis };
    let merge = projects::edit(&world.services, &can, mine(chosen)).await.expect("chosen");
    assert_eq!(merge.notice("Project saved."), "Saved. Kept Root's display name.");
    let facts = views::project_page::facts(&world.services, &again(&world, &ada).await, &named("atlas"))
        .await
        .expect("visible");
    assert_eq!((facts.draft.display_name.as_deref(), facts.draft.description.as_str()), (Some("Theirs"), "Mine"));
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
                let edit = edit(version, &format!("{version}-{n}"), "Same");
                tokio::spawn(async move { projects::edit(&services, &can, edit).await })
            })
            .collect();
        let mut saved = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(_) => saved += 1,
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
    let refused = refusal(projects::edit(&world.services, &can, edit(1, "Bob's", "Mine now")).await);
    assert!(matches!(refused, Refusal::Forbidden(_)), "{refused:?}");
    let member = again(&world, &bob).await.can::<EditProject>(Target::Project(id)).expect_err("a member");
    assert!(matches!(member, Refusal::Forbidden(_)));
    let stranger = world.person("Eve", PlatformRole::User).await.can::<EditProject>(Target::Project(id));
    assert_eq!(stranger.expect_err("a stranger"), Refusal::NotFound);
}
