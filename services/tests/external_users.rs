//! External users: in which projects they may be, and never as project admin.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::permission::{DeleteProject, FindUsers, ManageMembers, ManageUsers, ViewUsers};
use domain::project::{ProjectName, ProjectQuery, ProjectState};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{UserDraft, UserKind};
use domain::violation::Violation;
use services::guard::{Caller, Can};
use services::members::WithoutAdmin;
use services::testing::{World, refusal, rounds, rule};
use services::views::ReadScope;
use services::{Error, audit, members, projects, users, views};

fn with_kind(kind: UserKind) -> Edit<UserDraft> {
    Edit::new(Precondition::None, move |stored| Ok(UserDraft { kind, ..stored }))
}

/// A world in which the project "open" is open to external users, and the administrator of it.
async fn world() -> (World, Caller) {
    let open = ProjectName::parse_existing("open").expect("a name");
    let world = World::with(|settings| settings.external_projects = vec![open]).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    (world, root)
}

async fn set_type(world: &World, user: &Caller, kind: UserKind) {
    sqlx::query("update users set user_type = $2 where id = $1")
        .bind(user.actor.user_id.0)
        .bind(kind.key())
        .execute(world.services.pool())
        .await
        .expect("a user");
}

async fn external(world: &World, name: &str) -> Caller {
    let user = world.person(name, PlatformRole::User).await;
    set_type(world, &user, UserKind::External).await;
    world.again(&user).await.expect("signed in")
}

async fn deactivated(world: &World, name: &str) -> UserId {
    let id = world.row(name, PlatformRole::User).await;
    sqlx::query("update users set is_active = false where id = $1")
        .bind(id.0)
        .execute(world.services.pool())
        .await
        .expect("a user");
    id
}

fn manage(root: &Caller, project: ProjectId) -> Can<ManageMembers> {
    root.can(Target::Project(project)).expect("a maintainer")
}

/// Whether the stored role is that of a project admin; `None` for somebody who is no member.
async fn is_stored_admin(world: &World, project: ProjectId, user: UserId) -> Option<bool> {
    sqlx::query_scalar("select is_project_admin from user_projects where project_id = $1 and user_id = $2")
        .bind(project.0)
        .bind(user.0)
        .fetch_optional(world.services.pool())
        .await
        .expect("an answer")
}

/// Every way of making a user a member of a project.
async fn join_every_way(world: &World, can: &Can<ManageMembers>, user: UserId, role: ProjectRole) -> Vec<Violation> {
    let other = world.row(&format!("Other {}", user.0), PlatformRole::User).await;
    let many = [(other, ProjectRole::Member), (user, role)];
    let refused = vec![
        rule(members::add(&world.services, can, user, role).await),
        rule(members::assign_many(&world.services, can, &many).await),
        rule(projects::transfer(&world.services, can, user).await),
    ];
    let Target::Project(project) = can.target() else { panic!("the proof names a project") };
    assert_eq!(is_stored_admin(world, project, other).await, None, "one refused user keeps all out");
    refused
}

#[tokio::test]
async fn external_user_is_kept_out_of_a_closed_project_on_every_path() {
    let (world, root) = world().await;
    let closed = world.project("closed", &root).await;
    let gus = external(&world, "Gus").await.actor.user_id;
    for violation in join_every_way(&world, &manage(&root, closed), gus, ProjectRole::Member).await {
        let [project, names, open] = ["closed", "Gus", "open"].map(str::to_owned);
        assert_eq!(violation, Violation::ProjectClosedToExternal { project, names, open });
    }
    assert_eq!(is_stored_admin(&world, closed, gus).await, None);
    assert_eq!(world.audit(closed.0).await, []);
}

#[tokio::test]
async fn deactivated_user_is_kept_out_on_every_path() {
    let (world, root) = world().await;
    let open = world.project("open", &root).await;
    let gone = deactivated(&world, "Gone").await;
    for violation in join_every_way(&world, &manage(&root, open), gone, ProjectRole::Member).await {
        assert_eq!(violation, Violation::UsersDeactivated { names: "Gone".to_owned() });
    }
    assert_eq!(is_stored_admin(&world, open, gone).await, None);
    assert_eq!(world.audit(open.0).await, []);
}

#[tokio::test]
async fn external_user_is_refused_as_project_admin_on_every_path() {
    let (world, root) = world().await;
    let open = world.project("open", &root).await;
    let can = manage(&root, open);
    let gus = external(&world, "Gus").await.actor.user_id;
    let mut refused = join_every_way(&world, &can, gus, ProjectRole::Admin).await;
    members::add(&world.services, &can, gus, ProjectRole::Member).await.expect("open to external users");
    refused.push(rule(members::change_role(&world.services, &can, gus, ProjectRole::Admin, WithoutAdmin::Allow).await));
    refused.push(rule(members::assign_many(&world.services, &can, &[(gus, ProjectRole::Admin)]).await));
    refused.push(rule(projects::transfer(&world.services, &can, gus).await));
    for violation in refused {
        assert_eq!(violation, Violation::ExternalProjectAdmins { names: "Gus".to_owned() });
    }
    assert_eq!(is_stored_admin(&world, open, gus).await, Some(false));
    let eve = external(&world, "Eve").await.actor.user_id;
    members::assign_many(&world.services, &can, &[(eve, ProjectRole::Member)]).await.expect("open to external users");
    assert_eq!(is_stored_admin(&world, open, eve).await, Some(false));
}

#[tokio::test]
async fn project_with_a_member_who_may_not_be_one_is_not_restored() {
    let (world, root) = world().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let mut restored = Vec::new();
    for (name, owner) in [("closed", &ada), ("other", &bob)] {
        let project = world.project(name, owner).await;
        let can = root.can::<DeleteProject>(Target::Project(project)).expect("a maintainer");
        projects::delete(&world.services, &can, Precondition::from(1)).await.expect("deleted");
        let name = ProjectName::parse_existing(name).expect("a name");
        restored.push(projects::may_restore(&world.services, &root, &name).await.expect("a maintainer"));
    }
    set_type(&world, &ada, UserKind::External).await;
    let refused = rule(projects::restore(&world.services, &restored[0]).await);
    assert!(matches!(&refused, Violation::ProjectClosedToExternal { names, .. } if names == "Ada"), "{refused}");
    sqlx::query("update users set is_active = false where name = 'Bob'")
        .execute(world.services.pool())
        .await
        .expect("deactivated");
    let refused = rule(projects::restore(&world.services, &restored[1]).await);
    assert_eq!(refused, Violation::UsersDeactivated { names: "Bob".to_owned() });
    let still: i64 = sqlx::query_scalar("select count(*) from projects where deleted_at is not null")
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
    assert_eq!(still, 2, "nothing is half-restored");
    set_type(&world, &ada, UserKind::Regular).await;
    projects::restore(&world.services, &restored[0]).await.expect("regular again");
}

#[tokio::test]
async fn project_admin_who_becomes_external_stays_a_plain_member() {
    let (world, root) = world().await;
    let can = root.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    let ada = world.person("Ada", PlatformRole::User).await;
    let project = world.project("atlas", &ada).await;
    let id = ada.actor.user_id;
    let set = async |kind| users::edit(&world.services, &can, id, with_kind(kind)).await;
    set(UserKind::External).await.expect("external");
    assert_eq!(is_stored_admin(&world, project, id).await, Some(false));
    let (action, actor, lines) = world.audit(project.0).await.pop().expect("an entry");
    assert_eq!((action.as_str(), actor.as_str()), ("project.member_role_changed", "root@example.com"));
    assert_eq!(lines, [format!("person: - -> {}", ada.actor.email), "role: admin -> member".to_owned()]);
    set(UserKind::Regular).await.expect("regular");
    let again = world.again(&ada).await.expect("signed in");
    assert_eq!(again.actor.role_in(project), Some(ProjectRole::Member), "the role was not granted again");
}

/// Rows from before the rule, or written by hand.
#[tokio::test]
async fn stored_project_admin_role_of_an_external_user_grants_nothing() {
    let (world, root) = world().await;
    let gus = world.person("Gus", PlatformRole::User).await;
    let project = world.project("open", &gus).await;
    let before = world.again(&gus).await.expect("signed in");
    let add = before.can::<ManageMembers>(Target::Project(project)).expect("a project admin until now");
    set_type(&world, &gus, UserKind::External).await;
    let eve = world.row("Eve", PlatformRole::User).await;
    let added = members::add(&world.services, &add, eve, ProjectRole::Member).await;
    assert!(matches!(refusal(added), Refusal::Forbidden(_)), "asked again under lock");

    let gus = world.again(&gus).await.expect("signed in");
    assert_eq!(gus.actor.role_in(project), Some(ProjectRole::Member));
    let target = Target::Project(project);
    assert!(matches!(gus.can::<ManageMembers>(target), Err(Refusal::Forbidden(_))));
    assert!(matches!(gus.can::<FindUsers>(target), Err(Refusal::Forbidden(_))));
    assert!(matches!(gus.can::<DeleteProject>(target), Err(Refusal::Forbidden(_))));
    assert!(ReadScope::<ViewUsers>::of(&gus).is_err(), "reads of no other user");

    // Made regular, the role would be back without anybody granting it.
    let can = root.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    users::edit(&world.services, &can, gus.actor.user_id, with_kind(UserKind::Regular)).await.expect("regular");
    assert_eq!(is_stored_admin(&world, project, gus.actor.user_id).await, Some(false));
}

#[tokio::test]
async fn external_user_neither_lists_nor_restores_deleted_projects() {
    let (world, root) = world().await;
    let gus = world.person("Gus", PlatformRole::User).await;
    for name in ["open", "closed"] {
        let project = world.project(name, &gus).await;
        let can = root.can::<DeleteProject>(Target::Project(project)).expect("a maintainer");
        projects::delete(&world.services, &can, Precondition::from(1)).await.expect("deleted");
    }
    let deleted = ProjectQuery { state: Some(ProjectState::Deleted), ..ProjectQuery::default() };
    let listed = views::projects::list(&world.services, &gus, &deleted).await.expect("a list");
    assert_eq!(listed.rows.len(), 2, "a project admin's own");
    set_type(&world, &gus, UserKind::External).await;
    let gus = world.again(&gus).await.expect("signed in");
    assert_eq!(views::projects::list(&world.services, &gus, &deleted).await.expect("a list").rows, []);
    let ask = async |name| {
        let name = ProjectName::parse_existing(name).expect("a name");
        projects::may_restore(&world.services, &gus, &name).await.map(drop).map_err(Refusal::from)
    };
    assert!(matches!(ask("open").await, Err(Refusal::Forbidden(_))));
    assert_eq!(ask("closed").await, Err(Refusal::NotFound), "as if there were none");
    assert_eq!(ask("nowhere").await, Err(Refusal::NotFound));
}

/// Two administrators, one of whom makes a user external while the other makes them project admin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_external_project_admin_is_left_by_two_changes_at_once() {
    let (world, root) = world().await;
    let project = world.project("open", &root).await;
    let can_manage = root.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    for round in 0..rounds(20, 1_000) {
        let user = world.person(&format!("User {round}"), PlatformRole::User).await.actor.user_id;
        world.member(project, user, ProjectRole::Member).await;
        let can = manage(&root, project);
        let promote = async {
            match round % 2 {
                0 => members::change_role(&world.services, &can, user, ProjectRole::Admin, WithoutAdmin::Allow)
                    .await
                    .map(drop),
                _ => members::assign_many(&world.services, &can, &[(user, ProjectRole::Admin)]).await.map(drop),
            }
        };
        let (kind, promoted) =
            tokio::join!(users::edit(&world.services, &can_manage, user, with_kind(UserKind::External)), promote);
        kind.expect("external");
        assert!(matches!(promoted, Ok(()) | Err(Error::Refused(Refusal::Rule(_)))), "{promoted:?}");
        assert_eq!(is_stored_admin(&world, project, user).await, Some(false), "round {round}: {promoted:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn project_admin_who_became_external_adds_no_member() {
    let (world, root) = world().await;
    let can_manage = root.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    for round in 0..rounds(20, 1_000) {
        let ada = world.person(&format!("Ada {round}"), PlatformRole::User).await;
        let project = world.project(&format!("project-{round}"), &ada).await;
        let guest = world.row(&format!("Guest {round}"), PlatformRole::User).await;
        let can = manage(&world.again(&ada).await.expect("signed in"), project);
        let services = world.services.clone();
        let adding = tokio::spawn(async move { members::add(&services, &can, guest, ProjectRole::Member).await });
        users::edit(&world.services, &can_manage, ada.actor.user_id, with_kind(UserKind::External))
            .await
            .expect("external");
        let at_commit = world.member_count(project).await;
        let added = adding.await.expect("no panic");
        assert_eq!(world.member_count(project).await, at_commit, "round {round}: {added:?}");
        if let Err(error) = added {
            assert_eq!(Refusal::from(error), Refusal::NotFound, "round {round}");
        }
    }
}

#[tokio::test]
async fn migration_revokes_project_admin_of_external_users_on_record() {
    let (world, _) = world().await;
    let (gus, ada) = (world.person("Gus", PlatformRole::User).await, world.person("Ada", PlatformRole::User).await);
    let (of_gus, of_ada) = (world.project("open", &gus).await, world.project("atlas", &ada).await);
    set_type(&world, &gus, UserKind::External).await;
    let migration = include_str!("../../migrations/0180_external_project_admins.sql");
    for _ in 0..2 {
        sqlx::raw_sql(migration).execute(world.services.pool()).await.expect("applied");
    }
    assert_eq!(is_stored_admin(&world, of_gus, gus.actor.user_id).await, Some(false));
    assert_eq!(is_stored_admin(&world, of_ada, ada.actor.user_id).await, Some(true));
    let entry = ("project.member_role_changed".to_owned(), "Bursar".to_owned());
    let lines = ["person: - -> gus@example.com".to_owned(), "role: admin -> member".to_owned()];
    assert_eq!(world.audit(of_gus.0).await, [(entry.0, entry.1, lines.to_vec())]);
    assert_eq!(world.audit(of_ada.0).await, []);
    let version: i32 = sqlx::query_scalar("select substring(id::text from 15 for 1)::int from audit_log")
        .fetch_one(world.services.pool())
        .await
        .expect("one entry");
    assert_eq!(version, 7);
    audit::seal(&world.services).await.expect("sealed");
}
