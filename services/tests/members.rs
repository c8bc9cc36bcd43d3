//! Adding people to projects, changing their role, removing and finding them.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::permission::ManageMembers;
use domain::role::{PlatformRole, ProjectRole};
use domain::violation::Violation;
use services::guard::{Caller, Can};
use services::members::{self, WithoutAdmin};
use services::testing::{World, problem, refusal, rule};
use uuid::Uuid;

async fn may_manage(world: &World, caller: &Caller, project: ProjectId) -> Can<ManageMembers> {
    let caller = world.again(caller).await.expect("still signed in");
    caller.can(Target::Project(project)).expect("may manage members")
}

/// The role in the project as stored.
async fn role(world: &World, project: ProjectId, person: &Caller) -> Option<ProjectRole> {
    world.again(person).await.expect("still signed in").actor.role_in(project)
}

async fn set(world: &World, column: &str, person: &Caller) {
    let sql = match column {
        "inactive" => "update users set is_active = false where id = $1",
        "admin" => "update users set is_admin = true where id = $1",
        "limit 1" => "update users set project_limit = 1 where id = $1",
        other => panic!("no such state: {other}"),
    };
    sqlx::query(sql).bind(person.actor.user_id.0).execute(world.services.pool()).await.expect("an update");
}

#[tokio::test]
async fn adding_changing_and_removing_are_audited_on_the_project() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let atlas = world.project("atlas", &ada).await;
    let can = may_manage(&world, &ada, atlas).await;
    let person = bob.actor.user_id;

    members::add(&world.services, &can, person, ProjectRole::Member).await.expect("added");
    assert_eq!(role(&world, atlas, &bob).await, Some(ProjectRole::Member));
    world.clock.advance(time::Duration::minutes(1));
    members::change_role(&world.services, &can, person, ProjectRole::Admin, WithoutAdmin::Allow)
        .await
        .expect("changed");
    members::change_role(&world.services, &can, person, ProjectRole::Admin, WithoutAdmin::Allow)
        .await
        .expect("the same again");
    assert_eq!(role(&world, atlas, &bob).await, Some(ProjectRole::Admin));
    world.clock.advance(time::Duration::minutes(1));
    members::remove(&world.services, &can, person, WithoutAdmin::Allow).await.expect("removed");
    assert_eq!(role(&world, atlas, &bob).await, None);

    let entry = |action: &str, lines: [&str; 2]| {
        (action.to_owned(), "ada@example.com".to_owned(), lines.map(str::to_owned).to_vec())
    };
    assert_eq!(
        world.audit(atlas.0).await,
        [
            entry("project.member_added", ["person: - -> bob@example.com", "role: - -> member"]),
            entry("project.member_role_changed", ["person: - -> bob@example.com", "role: member -> admin"]),
            entry("project.member_removed", ["person: bob@example.com -> -", "role: admin -> -"]),
        ]
    );
}

#[tokio::test]
async fn who_cannot_be_added_is_told_at_the_field() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let atlas = world.project("atlas", &ada).await;
    let can = may_manage(&world, &ada, atlas).await;
    let unknown = UserId(Uuid::from_u128(7));
    let refused = problem(members::add(&world.services, &can, unknown, ProjectRole::Member).await, "person");
    assert_eq!(refused, Violation::UnknownUser);
    let refused = problem(members::add(&world.services, &can, ada.actor.user_id, ProjectRole::Member).await, "person");
    assert_eq!(refused, Violation::AlreadyMember);
    problem(members::add(&world.services, &can, bob.actor.user_id, ProjectRole::Owner).await, "role");
    problem(
        members::change_role(&world.services, &can, ada.actor.user_id, ProjectRole::Owner, WithoutAdmin::Allow).await,
        "role",
    );
    set(&world, "inactive", &bob).await;
    let refused = rule(members::add(&world.services, &can, bob.actor.user_id, ProjectRole::Member).await);
    assert_eq!(refused, Violation::UsersDeactivated { names: "Bob".to_owned() });
    assert_eq!(world.audit(atlas.0).await, []);
}

#[tokio::test]
async fn who_is_no_member_is_not_found() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let atlas = world.project("atlas", &ada).await;
    let can = may_manage(&world, &ada, atlas).await;
    let person = bob.actor.user_id;
    assert_eq!(refusal(members::remove(&world.services, &can, person, WithoutAdmin::Allow).await), Refusal::NotFound);
    let changed = members::change_role(&world.services, &can, person, ProjectRole::Admin, WithoutAdmin::Allow).await;
    assert_eq!(refusal(changed), Refusal::NotFound);
}

#[tokio::test]
async fn a_personal_project_keeps_its_one_member() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let root = world.person("Root", PlatformRole::Admin).await;
    let own = world.personal_project(&ada).await;
    let can = may_manage(&world, &root, own).await;
    for refused in [
        rule(members::add(&world.services, &can, bob.actor.user_id, ProjectRole::Member).await),
        rule(
            members::change_role(&world.services, &can, ada.actor.user_id, ProjectRole::Admin, WithoutAdmin::Allow)
                .await,
        ),
        rule(members::remove(&world.services, &can, ada.actor.user_id, WithoutAdmin::Allow).await),
    ] {
        assert_eq!(refused, Violation::PersonalProjectMembers);
    }
    let owner = world.again(&ada).await.expect("signed in").can::<ManageMembers>(Target::Project(own));
    assert!(matches!(owner.expect_err("fixed"), Refusal::Forbidden(_)));
}

#[tokio::test]
async fn the_maker_stays_and_the_last_project_admin_may_step_down() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let root = world.person("Root", PlatformRole::Admin).await;
    let atlas = world.project("atlas", &ada).await;
    world.member(atlas, bob.actor.user_id, ProjectRole::Admin).await;
    let can = may_manage(&world, &bob, atlas).await;
    let refused = rule(members::remove(&world.services, &can, ada.actor.user_id, WithoutAdmin::Allow).await);
    assert_eq!(refused, Violation::CreatorStays { name: "Ada".to_owned() });

    members::change_role(&world.services, &can, ada.actor.user_id, ProjectRole::Member, WithoutAdmin::Allow)
        .await
        .expect("demoted");
    members::remove(&world.services, &can, bob.actor.user_id, WithoutAdmin::Allow)
        .await
        .expect("the last project admin left");
    assert_eq!(role(&world, atlas, &bob).await, None);
    let gone = members::add(&world.services, &can, bob.actor.user_id, ProjectRole::Member).await;
    assert_eq!(refusal(gone), Refusal::NotFound, "the proof is from before");
    let can = may_manage(&world, &root, atlas).await;
    members::change_role(&world.services, &can, ada.actor.user_id, ProjectRole::Admin, WithoutAdmin::Allow)
        .await
        .expect("repaired");
    assert_eq!(role(&world, atlas, &ada).await, Some(ProjectRole::Admin));
}

#[tokio::test]
async fn project_limit_applies_to_users_and_not_to_admins() {
    let world = World::create().await;
    let (root, bob) = (world.person("Root", PlatformRole::Admin).await, world.person("Bob", PlatformRole::User).await);
    let limited = world.person("Cyd", PlatformRole::User).await;
    set(&world, "limit 1", &limited).await;
    world.personal_project(&bob).await;
    let mut proofs = Vec::new();
    for n in 0..4 {
        let project = world.project(&format!("project-{n}"), &root).await;
        proofs.push(may_manage(&world, &root, project).await);
    }
    for can in &proofs[..3] {
        members::add(&world.services, can, bob.actor.user_id, ProjectRole::Member).await.expect("within the limit");
    }
    let refused = members::add(&world.services, &proofs[3], bob.actor.user_id, ProjectRole::Admin).await;
    assert_eq!(rule(refused), Violation::ProjectLimitReached { name: "Bob".to_owned(), used: 3, allowed: 3 });
    members::add(&world.services, &proofs[0], limited.actor.user_id, ProjectRole::Member).await.expect("the first");
    let refused = members::add(&world.services, &proofs[1], limited.actor.user_id, ProjectRole::Member).await;
    assert!(matches!(rule(refused), Violation::ProjectLimitReached { used: 1, allowed: 1, .. }));

    set(&world, "admin", &bob).await;
    members::add(&world.services, &proofs[3], bob.actor.user_id, ProjectRole::Member).await.expect("no limit");
    sqlx::query("update users set is_admin = false where id = $1")
        .bind(bob.actor.user_id.0)
        .execute(world.services.pool())
        .await
        .expect("demoted");
    members::remove(&world.services, &proofs[0], bob.actor.user_id, WithoutAdmin::Allow)
        .await
        .expect("one may always leave");
    sqlx::query("update users set project_limit = 2 where id = $1")
        .bind(bob.actor.user_id.0)
        .execute(world.services.pool())
        .await
        .expect("lowered");
    let refused = members::add(&world.services, &proofs[0], bob.actor.user_id, ProjectRole::Member).await;
    assert!(matches!(rule(refused), Violation::ProjectLimitReached { used: 3, allowed: 2, .. }));
}

/// Six projects add the same users at the same moment; no user ever ends above the limit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_additions_never_pass_the_limit() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    let mut proofs = Vec::new();
    for n in 0..6 {
        let project = world.project(&format!("project-{n}"), &root).await;
        proofs.push(may_manage(&world, &root, project).await);
    }
    for round in 0..100 {
        let person = world.person(&format!("Person {round}"), PlatformRole::User).await.actor.user_id;
        let tasks: Vec<_> = proofs
            .iter()
            .map(|can| {
                let (services, can) = (world.services.clone(), can.clone());
                tokio::spawn(async move { members::add(&services, &can, person, ProjectRole::Member).await })
            })
            .collect();
        let mut added = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(_) => added += 1,
                refused => assert_eq!(rule(refused).code(), "project_limit_reached"),
            }
        }
        let stored: i64 = sqlx::query_scalar("select count(*) from user_projects where user_id = $1")
            .bind(person.0)
            .fetch_one(world.services.pool())
            .await
            .expect("a count");
        assert_eq!((added, stored), (3, 3), "round {round}");
    }
}

/// Two people who are project admins add each other crosswise: no deadlock, both succeed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crosswise_additions_do_not_lock_each_other_out() {
    let world = World::with(|settings| settings.project_limit = 1_000).await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    for round in 0..30 {
        let of_ada = world.project(&format!("ada-{round}"), &ada).await;
        let of_bob = world.project(&format!("bob-{round}"), &bob).await;
        let (by_ada, by_bob) = (may_manage(&world, &ada, of_ada).await, may_manage(&world, &bob, of_bob).await);
        let (first, second) = tokio::join!(
            members::add(&world.services, &by_ada, bob.actor.user_id, ProjectRole::Member),
            members::add(&world.services, &by_bob, ada.actor.user_id, ProjectRole::Member),
        );
        first.and(second).expect("both");
    }
}

/// After the commit that removes a project admin, nothing they started succeeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removed_project_admin_adds_no_member() {
    let world = World::with(|settings| settings.project_limit = 1_000).await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    for round in 0..50 {
        let project = world.project(&format!("project-{round}"), &ada).await;
        world.member(project, bob.actor.user_id, ProjectRole::Admin).await;
        let guest = world.person(&format!("Guest {round}"), PlatformRole::User).await.actor.user_id;
        let (by_ada, by_bob) = (may_manage(&world, &ada, project).await, may_manage(&world, &bob, project).await);
        let services = world.services.clone();
        let adding = tokio::spawn(async move { members::add(&services, &by_bob, guest, ProjectRole::Member).await });
        members::remove(&world.services, &by_ada, bob.actor.user_id, WithoutAdmin::Allow).await.expect("removed");
        let at_removal: i64 = world.member_count(project).await;
        let added = adding.await.expect("no panic");
        assert_eq!(world.member_count(project).await, at_removal, "round {round}: {added:?}");
        if let Err(error) = added {
            assert_eq!(Refusal::from(error), Refusal::NotFound);
        }
    }
}
