//! Sign-in through an identity provider in Platform-managed mode: what is copied once, what is refreshed, who is refused.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod address_conflicts;
mod drift;
mod issuer_move;
mod passwords;

use domain::actor::Target;
use domain::denial::Denial;
use domain::permission::ViewUsers;
use domain::project::{MemberQuery, ProjectKind, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{ProjectAllowance, UserKind};
use domain::view::UserDetail;
use serde_json::json;
use services::guard::Caller;
use services::testing::{World, developer};
use services::views;

async fn detail(world: &World, person: &Caller) -> UserDetail {
    let reader = world.services.random().id(world.clock.now());
    let root = world.person(&reader.to_string(), PlatformRole::Maintainer).await;
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    views::user_page::load(&world.services, &can, person.actor.user_id).await.expect("a person")
}

/// Name, role and type of every project of a user.
async fn projects_of(world: &World, person: &Caller) -> Vec<(String, ProjectRole, ProjectKind)> {
    let projects = detail(world, person).await.projects;
    projects.into_iter().map(|project| (project.name.to_string(), project.role, project.kind)).collect()
}

fn shared(name: &str, role: ProjectRole) -> (String, ProjectRole, ProjectKind) {
    (name.to_owned(), role, ProjectKind::Shared)
}

fn personal(name: &str) -> (String, ProjectRole, ProjectKind) {
    (name.to_owned(), ProjectRole::Owner, ProjectKind::Personal)
}

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(world.services.pool()).await.expect("a number")
}

#[tokio::test]
async fn the_first_sign_in_copies_everything_once() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.project("atlas", &root).await;
    let claims = developer(
        "ada",
        json!({
            "name": "Ada Lovelace",
            "picture": "https://id.example.com/ada.png",
            "applications": "ATLAS, Bad Name!, ada@example.com",
            "applications_admin": ["billing"],
        }),
    );
    let ada = world.sign_in(&claims).await.expect("let in");
    assert_eq!(ada.actor.user_id.to_string(), claims["sub"].as_str().expect("a text"), "the id is the subject");
    assert_eq!(
        projects_of(&world, &ada).await,
        [
            shared("atlas", ProjectRole::Member),
            shared("Bad Name!", ProjectRole::Member),
            shared("billing", ProjectRole::Admin),
            personal("ada@example.com"),
        ]
    );
    let stored = detail(&world, &ada).await;
    assert_eq!((stored.name.as_str(), stored.email.as_str()), ("Ada Lovelace", "ada@example.com"));
    assert_eq!(
        (stored.role, stored.kind, stored.signs_in_by.as_str()),
        (PlatformRole::User, UserKind::Regular, "keycloak")
    );
    assert_eq!(stored.allowance, ProjectAllowance { used: 3, limit: Some(3) });
    let audit = world.audit(ada.actor.user_id.0).await;
    assert_eq!((audit[0].0.as_str(), audit[0].1.as_str()), ("user.created", "Bursar"));
    assert!(audit[0].2.contains(&"provider: - -> keycloak".to_owned()), "{audit:?}");
    let billing = ada.actor.projects.iter().find(|(_, role)| *role == ProjectRole::Admin).expect("one").0;
    let audit = world.audit(billing.0).await;
    assert_eq!(audit[0].0, "project.created");
    assert!(audit[0].2.contains(&"imported: - -> true".to_owned()), "{audit:?}");
    assert_eq!(audit[1].0, "project.member_added");
    assert!(audit[1].2.contains(&"person: - -> ada@example.com".to_owned()), "{audit:?}");
}

#[tokio::test]
async fn later_sign_ins_refresh_the_profile_and_nothing_else() {
    let world = World::create().await;
    let ada = world.sign_in(&developer("ada", json!({"applications": "atlas"}))).await.expect("let in");
    let changed = developer(
        "ada",
        json!({
            "name": "Ada King", "email": "ada.king@example.com", "picture": "https://id.example.com/king.png",
            "applications": "billing", "applications_admin": "atlas", "user_type": "external",
            "realm_access": {"roles": ["admin"]},
        }),
    );
    let again = world.sign_in(&changed).await.expect("let in");
    assert_eq!(again.actor.user_id, ada.actor.user_id);
    assert_eq!((again.actor.role, again.actor.kind), (PlatformRole::User, UserKind::Regular));
    assert_eq!((again.actor.name.as_str(), again.actor.email.as_str()), ("Ada King", "ada.king@example.com"));
    assert_eq!(
        projects_of(&world, &again).await,
        [shared("atlas", ProjectRole::Member), personal("ada.king@example.com")],
        "the personal project follows the address"
    );
    assert_eq!(count(&world, "select count(*) from projects where name = 'billing'").await, 0);
    let audit = world.audit(ada.actor.user_id.0).await;
    let (action, _, lines) = audit.last().expect("an entry");
    assert_eq!(action, "user.profile_refreshed");
    assert!(lines.contains(&"email: ada@example.com -> ada.king@example.com".to_owned()), "{lines:?}");
    world.sign_in(&changed).await.expect("let in");
    assert_eq!(world.audit(ada.actor.user_id.0).await.len(), audit.len(), "nothing changed, nothing recorded");
    world.refresh(&again, &developer("ada", json!({"name": "Other"}))).await.expect("goes on");
    assert_eq!(world.again(&again).await.expect("signed in").actor.name, "Ada King", "a refresh is no sign-in");
}

#[tokio::test]
async fn new_user_without_a_role_is_refused_and_a_known_one_is_not() {
    let world = World::create().await;
    let without = |name: &str| developer(name, json!({"realm_access": {"roles": ["offline_access"]}}));
    let denied = world.sign_in(&without("ada")).await.expect_err("turned away");
    assert_eq!(denied.reason, Denial::NoRole { admin_role: "admin".to_owned() });
    assert_eq!((denied.name.as_str(), denied.address.as_str()), ("ada", "ada@example.com"));
    assert_eq!(denied.told, [("realm_access.roles".to_owned(), r#"["offline_access"]"#.to_owned())]);
    assert_eq!(count(&world, "select count(*) from users").await, 0);
    world.sign_in(&developer("ada", json!({}))).await.expect("let in");
    world.sign_in(&without("ada")).await.expect("the stored state decides");
}

#[tokio::test]
async fn unusable_claims_and_closed_accounts_are_turned_away() {
    let world = World::create().await;
    let denied = world.sign_in(&developer("ada", json!({"user_type": "guest"}))).await.expect_err("turned away");
    let value = r#""guest""#.to_owned();
    assert_eq!(denied.reason, Denial::UnknownType { value, external: "external".to_owned() });
    let nameless = developer("bob", json!({"email": "", "preferred_username": null}));
    assert_eq!(world.sign_in(&nameless).await.expect_err("turned away").reason, Denial::NoAddress);
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("let in");
    sqlx::query("update users set is_active = false").execute(world.services.pool()).await.expect("closed");
    let denied = world.sign_in(&developer("ada", json!({}))).await.expect_err("turned away");
    assert_eq!(denied.reason, Denial::Deactivated);
    world.refresh(&ada, &developer("ada", json!({}))).await.expect_err("ends");
    assert!(world.again(&ada).await.is_none());
}

#[tokio::test]
async fn the_role_admin_and_the_named_subject_are_admins() {
    let subject = developer("root", json!({}))["sub"].as_str().expect("a text").to_owned();
    let world = World::with(|settings| settings.claims.admin_subject = Some(subject)).await;
    let root = world.sign_in(&developer("root", json!({}))).await.expect("let in");
    let admin = json!({"realm_access": {"roles": ["admin"]}, "applications": "a1,b1,c1,d1"});
    let ada = world.sign_in(&developer("ada", admin)).await.expect("let in");
    assert_eq!((root.actor.role, ada.actor.role), (PlatformRole::Admin, PlatformRole::Admin));
    assert_eq!(detail(&world, &ada).await.allowance, ProjectAllowance { used: 4, limit: None });
}

#[tokio::test]
async fn more_projects_than_the_limit_are_kept_and_told() {
    let world = World::create().await;
    let ada = world.sign_in(&developer("ada", json!({"applications": "a1,b1,c1,d1,e1"}))).await.expect("let in");
    let allowance = detail(&world, &ada).await.allowance;
    assert_eq!(allowance, ProjectAllowance { used: 5, limit: Some(3) });
    assert!(allowance.is_over());
}

#[tokio::test]
async fn a_project_that_a_token_made_says_so() {
    let world = World::create().await;
    let ada = world.sign_in(&developer("ada", json!({"applications": "Bad Name!"}))).await.expect("let in");
    let name = ProjectName::parse_existing("bad name!").expect("a name");
    let page =
        views::project_page::load(&world.services, &ada, &name, &MemberQuery::default()).await.expect("a project");
    assert!(page.facts.is_imported && page.facts.name_problem().is_some());
    let root = world.person("Root", PlatformRole::Admin).await;
    world.project("atlas", &root).await;
    let name = ProjectName::parse_existing("atlas").expect("a name");
    let page =
        views::project_page::load(&world.services, &root, &name, &MemberQuery::default()).await.expect("a project");
    assert!(!page.facts.is_imported && page.facts.name_problem().is_none());
}

#[tokio::test]
async fn project_with_the_users_name_becomes_personal_without_other_members() {
    let world = World::create().await;
    let eve = world.sign_in(&developer("eve", json!({"applications": "ada@example.com"}))).await.expect("let in");
    let ada = world.sign_in(&developer("ada", json!({"applications": "ada, ada@example.com"}))).await.expect("let in");
    assert_eq!(
        projects_of(&world, &ada).await,
        [personal("ada@example.com (personal)")],
        "what others are in stays shared, and the name is taken"
    );
    assert_eq!(projects_of(&world, &eve).await[0], shared("ada@example.com", ProjectRole::Member));
    sqlx::query(
        "insert into projects (id, name, description, project_type) values (gen_random_uuid(), 'Bob', 'x', 'shared')",
    )
    .execute(world.services.pool())
    .await
    .expect("a project nobody is in");
    let bob = world.sign_in(&developer("bob", json!({"applications": "bob"}))).await.expect("let in");
    assert_eq!(projects_of(&world, &bob).await, [personal("Bob")]);
}

#[tokio::test]
async fn two_first_sign_ins_at_once_create_one_user() {
    let world = World::create().await;
    let claims = developer("ada", json!({"applications": "atlas"}));
    let (one, other) = tokio::join!(world.sign_in(&claims), world.sign_in(&claims));
    assert_eq!(one.expect("let in").actor.user_id, other.expect("let in").actor.user_id);
    assert_eq!(count(&world, "select count(*) from users").await, 1);
}

#[tokio::test]
async fn first_sign_ins_at_once_share_the_projects_they_create() {
    let world = World::create().await;
    let (forth, back) = ("p1,p2,p3,p4", "p4,p3,p2,p1");
    let claims = |n: usize| {
        developer(&format!("p{n}x"), json!({"applications": if n.is_multiple_of(2) { forth } else { back }}))
    };
    let all: Vec<_> = (0..8).map(claims).collect();
    let [a, b, c, d, e, f, g, h] = all.as_slice() else { panic!("eight") };
    let results = tokio::join!(
        world.sign_in(a),
        world.sign_in(b),
        world.sign_in(c),
        world.sign_in(d),
        world.sign_in(e),
        world.sign_in(f),
        world.sign_in(g),
        world.sign_in(h)
    );
    for result in [results.0, results.1, results.2, results.3, results.4, results.5, results.6, results.7] {
        assert_eq!(result.expect("let in").actor.projects.len(), 5);
    }
    assert_eq!(count(&world, "select count(*) from projects where project_type = 'shared'").await, 4);
}

#[tokio::test]
async fn external_user_works_in_open_projects_alone() {
    let world = World::with(|settings| {
        settings.external_projects = vec![ProjectName::parse_existing("Atlas").expect("a name")];
    })
    .await;
    let claims = developer("eve", json!({"guest": true, "applications": "atlas, billing, eve@example.com"}));
    let eve = world.sign_in(&claims).await.expect("let in");
    assert_eq!(eve.actor.kind, UserKind::External);
    assert_eq!(eve.actor.projects.len(), 1, "atlas, neither billing nor a personal project");
    let assigned = detail(&world, &eve).await.projects;
    let open: Vec<_> = assigned.iter().map(|project| (project.name.as_str(), project.is_open)).collect();
    assert_eq!(open, [("atlas", true), ("billing", false)], "the assignment stands and is marked");
    let own = views::my_access::load(&world.services, &eve).await.expect("one's own");
    assert_eq!(own.projects.len(), 1, "what is not open is not one's own");
}
