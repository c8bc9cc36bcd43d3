//! Platform roles: who gives them, who never loses them, and how fast that holds.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::{Asks, GrantAuditor, GrantRoles, ManageUsers};
use domain::role::PlatformRole;
use domain::role::PlatformRole::{Admin, Auditor, Maintainer, User};
use domain::user::{UserDraft, UserKind};
use domain::violation::Violation;
use services::Error;
use services::guard::{Caller, Can};
use services::members::WithoutAdmin;
use services::testing::{World, refusal, rounds, rule};
use services::undo::Changed;
use services::users;
use std::sync::Arc;

fn with_limit(limit: Option<u32>) -> Edit<UserDraft> {
    Edit::new(Precondition::None, move |stored| Ok(UserDraft { project_limit: limit, ..stored }))
}

fn with_kind(kind: UserKind) -> Edit<UserDraft> {
    Edit::new(Precondition::None, move |stored| Ok(UserDraft { kind, ..stored }))
}

fn can<P: Asks>(caller: &Caller) -> Can<P> {
    caller.can(Target::Platform).expect("the right")
}

/// Grants a role, with the re-authentication that maintainer needs.
async fn grant(world: &World, caller: &Caller, id: UserId, role: PlatformRole) -> Result<Changed, Error> {
    if role.is_maintainer() {
        let due = users::set_platform_role(&world.services, &can(caller), id, role).await;
        assert_eq!(refusal(due), Refusal::ConfirmationDue);
        world.reauthenticate(caller).await;
    }
    users::set_platform_role(&world.services, &can::<GrantRoles>(caller), id, role).await
}

#[tokio::test]
async fn a_maintainer_gives_and_takes_every_role() {
    let world = World::create().await;
    let mira = world.person("Mira", Maintainer).await;
    let priya = world.person("Priya", User).await;
    let id = priya.actor.user_id;
    let mut lines = Vec::new();
    let mut before = User;
    for role in [Admin, Maintainer, User, Auditor, Maintainer, Admin, Auditor, Auditor, Admin, User] {
        grant(&world, &mira, id, role).await.expect("granted");
        let seen = world.again(&priya).await.expect("signed in").actor.role;
        assert_eq!(seen, role, "the very next request has the role");
        if role != before {
            lines.push(vec![format!("role: {} -> {}", before.key(), role.key())]);
        }
        before = role;
    }
    let audit = world.audit(id.0).await;
    assert!(audit.iter().all(|(action, actor, _)| action == "user.role_changed" && actor == "mira@example.com"));
    assert_eq!(audit.into_iter().map(|(_, _, fields)| fields).collect::<Vec<_>>(), lines);
}

#[tokio::test]
async fn an_admin_makes_auditors_and_no_admins() {
    let world = World::create().await;
    let ada = world.person("Ada", Admin).await;
    let priya = world.person("Priya", User).await;
    let required = Violation::RoleRequired { roles: "maintainers".to_owned() };
    assert_eq!(ada.can::<GrantRoles>(Target::Platform).map(drop), Err(Refusal::Forbidden(required)));
    for (give, role) in [(true, Auditor), (true, Auditor), (false, User), (false, User)] {
        users::set_auditor(&world.services, &can::<GrantAuditor>(&ada), priya.actor.user_id, give).await.expect("set");
        assert_eq!(world.again(&priya).await.expect("signed in").actor.role, role);
    }
    let lines: Vec<_> =
        world.audit(priya.actor.user_id.0).await.into_iter().flat_map(|(_, _, fields)| fields).collect();
    assert_eq!(lines, ["role: user -> auditor", "role: auditor -> user"]);
    let bert = world.person("Bert", Admin).await;
    for is_auditor in [true, false] {
        let set = users::set_auditor(&world.services, &can::<GrantAuditor>(&ada), bert.actor.user_id, is_auditor).await;
        let (name, role) = ("Bert".to_owned(), "an admin".to_owned());
        assert_eq!(refusal(set), Refusal::Forbidden(Violation::RoleOfMaintainers { name, role }));
    }
    assert_eq!(world.again(&bert).await.expect("signed in").actor.role, Admin);
}

#[tokio::test]
async fn changing_a_user_of_higher_rank_is_refused() {
    let world = World::create().await;
    let ada = world.person("Ada", Admin).await;
    let mira = world.person("Mira", Maintainer).await;
    let (services, manage, id) = (&world.services, can::<ManageUsers>(&ada), mira.actor.user_id);
    let refusals = [
        refusal(users::deactivate(services, &manage, id, WithoutAdmin::Allow).await),
        refusal(users::reactivate(services, &manage, id).await),
        refusal(users::unlock(services, &manage, id).await),
        refusal(users::end_sessions(services, &manage, id).await),
        refusal(users::issue_one_time_password(services, &manage, id).await),
        refusal(users::edit(services, &manage, id, with_limit(Some(1))).await),
        refusal(users::edit(services, &manage, id, with_kind(UserKind::External)).await),
        refusal(users::set_auditor(services, &can(&ada), id, true).await),
    ];
    for refusal in refusals {
        assert_eq!(refusal, Refusal::Forbidden(Violation::MaintainerAccount { name: "Mira".to_owned() }));
    }
    assert!(world.again(&mira).await.is_some());
    assert!(world.audit(id.0).await.is_empty());
}

#[tokio::test]
async fn changing_the_own_role_is_refused() {
    let world = World::create().await;
    let mira = world.person("Mira", Maintainer).await;
    world.person("Nora", Maintainer).await;
    for role in [User, Auditor, Admin] {
        let refused = rule(users::set_platform_role(&world.services, &can(&mira), mira.actor.user_id, role).await);
        assert_eq!(refused, Violation::OwnRole);
    }
    assert_eq!(world.again(&mira).await.expect("signed in").actor.role, Maintainer);
}

#[tokio::test]
async fn external_users_hold_no_platform_role() {
    let world = World::create().await;
    let mira = world.person("Mira", Maintainer).await;
    let jonas = world.person("Jonas", User).await.actor.user_id;
    let services = &world.services;
    users::edit(services, &can(&mira), jonas, with_kind(UserKind::External)).await.expect("external");
    for role in [Auditor, Admin, Maintainer] {
        assert_eq!(rule(grant(&world, &mira, jonas, role).await).code(), "external_user_role");
    }
    let refused = rule(users::set_auditor(services, &can(&mira), jonas, true).await);
    let (name, role) = ("Jonas".to_owned(), "an auditor".to_owned());
    assert_eq!(refused, Violation::ExternalUserRole { name, role });
    users::edit(services, &can(&mira), jonas, with_kind(UserKind::Regular)).await.expect("regular");
    users::set_platform_role(services, &can(&mira), jonas, Admin).await.expect("granted");
    let refused = rule(users::edit(services, &can(&mira), jonas, with_kind(UserKind::External)).await);
    assert_eq!(refused.code(), "role_held");
}

#[tokio::test]
async fn what_an_operator_writes_by_hand_holds_with_the_next_request() {
    let world = World::create().await;
    for (name, role) in [("Priya", User), ("Otto", Auditor)] {
        let person = world.person(name, role).await;
        sqlx::query("UPDATE users SET is_maintainer = true, is_admin = true WHERE email = $1")
            .bind(&person.actor.email)
            .execute(world.services.pool())
            .await
            .expect("the operator's statement");
        let now = world.again(&person).await.expect("signed in");
        assert_eq!(now.actor.role, Maintainer, "{name}");
        now.can::<GrantRoles>(Target::Platform).expect("a maintainer's right");
    }
    let priya: UserId = world_id(&world, "priya@example.com").await;
    let otto = world_id(&world, "otto@example.com").await;
    let caller = world.signed_in(priya).await;
    users::set_platform_role(&world.services, &can(&caller), otto, User).await.expect("taken away");
    let left: bool = sqlx::query_scalar("select is_auditor from users where id = $1")
        .bind(otto.0)
        .fetch_one(world.services.pool())
        .await
        .expect("a person");
    assert!(!left, "the old auditor flag does not come back to life");
}

async fn world_id(world: &World, email: &str) -> UserId {
    let id =
        sqlx::query_scalar("select id from users where email = $1").bind(email).fetch_one(world.services.pool()).await;
    UserId(id.expect("a person"))
}

#[tokio::test]
async fn maintainer_is_always_an_admin_in_the_database() {
    let world = World::create().await;
    world.person("Priya", User).await;
    let fault = sqlx::raw_sql("update users set is_maintainer = true").execute(world.services.pool()).await;
    assert_eq!(
        fault.expect_err("refused").as_database_error().and_then(|e| e.constraint()),
        Some("users_maintainer_is_admin")
    );
}

#[tokio::test]
async fn a_proof_made_before_a_right_was_taken_away_changes_nothing() {
    let world = World::create().await;
    let priya = world.person("Priya", User).await.actor.user_id;
    for (name, undo, expected) in [
        ("Demoted", "update users set is_admin = false where name = 'Demoted'", None),
        ("Deactivated", "update users set is_active = false where name = 'Deactivated'", Some(Refusal::SignedOut)),
        (
            "Signed Out",
            "delete from sessions where user_id = (select id from users where name = 'Signed Out')",
            Some(Refusal::SignedOut),
        ),
        ("Due", "update users set password_change_due = true where name = 'Due'", Some(Refusal::PasswordChangeDue)),
    ] {
        let proof = can::<ManageUsers>(&world.person(name, Admin).await);
        world.run(undo).await;
        let said = refusal(users::deactivate(&world.services, &proof, priya, WithoutAdmin::Allow).await);
        match expected {
            Some(expected) => assert_eq!(said, expected, "{name}"),
            None => assert!(matches!(said, Refusal::Forbidden(_)), "{name}: {said:?}"),
        }
    }
    assert!(world.audit(priya.0).await.is_empty());
}

#[tokio::test]
async fn the_rank_that_counts_is_the_one_under_lock() {
    let world = World::create().await;
    let mira = world.person("Mira", Maintainer).await;
    let nora = world.person("Nora", Maintainer).await;
    let proof = can::<ManageUsers>(&mira);
    world.run("update users set is_maintainer = false where name = 'Mira'").await;
    let said = refusal(users::deactivate(&world.services, &proof, nora.actor.user_id, WithoutAdmin::Allow).await);
    assert!(matches!(said, Refusal::Forbidden(_)), "{said:?}");
}

/// Four maintainers demote and deactivate each other in a ring, eight at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_admin_and_last_maintainer_survive_concurrent_changes() {
    let world = Arc::new(World::create().await);
    let mut ids = Vec::new();
    for name in ["Mira", "Nora", "Olga", "Pia"] {
        ids.push(world.person(name, Maintainer).await.actor.user_id);
    }
    for round in 0..rounds(50, 1_000) {
        world.run("update users set is_admin = true, is_maintainer = true, is_active = true").await;
        let mut callers = Vec::new();
        for id in &ids {
            callers.push(world.signed_in(*id).await);
        }
        let tasks: Vec<_> = (0..8)
            .map(|at| tokio::spawn(attack(Arc::clone(&world), callers[at % 4].clone(), ids[(at + 1) % 4], at < 4)))
            .collect();
        for task in tasks {
            if let Err(refusal) = task.await.expect("no panic") {
                assert!(matches!(refusal, Refusal::Forbidden(_) | Refusal::SignedOut), "round {round}: {refusal:?}");
            }
        }
        let left: (i64, i64) = sqlx::query_as(
            "select count(*) filter (where is_admin), count(*) filter (where is_maintainer) from users where is_active",
        )
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
        assert!(left.0 >= 1 && left.1 >= 1, "round {round}: {left:?}");
    }
}

async fn attack(world: Arc<World>, caller: Caller, target: UserId, demote: bool) -> Result<(), Refusal> {
    let done = if demote {
        users::set_platform_role(&world.services, &can(&caller), target, PlatformRole::User).await.map(drop)
    } else {
        users::deactivate(&world.services, &can(&caller), target, WithoutAdmin::Allow).await.map(drop)
    };
    done.map_err(Refusal::from)
}
