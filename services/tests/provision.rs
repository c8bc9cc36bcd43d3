//! Signing in through a provider in Platform-managed mode: what is copied once, what is refreshed, who is turned away.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::denial::Denial;
use domain::drift::About;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::permission::{GrantRoles, ManageUsers, ViewUsers};
use domain::project::{MemberQuery, ProjectKind, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{ProjectAllowance, TokenState, UserKind, UserQuery};
use domain::view::UserDetail;
use serde_json::{Value, json};
use services::client::{Client, SessionToken};
use services::guard::Caller;
use services::members::WithoutAdmin;
use services::testing::{ISSUER, World, count_hashes, developer};
use services::{members, own_account, provision, sign_in, users, views};
use std::sync::Arc;

async fn detail(world: &World, person: &Caller) -> UserDetail {
    let reader = world.services.random().id(world.clock.now());
    let root = world.person(&reader.to_string(), PlatformRole::Maintainer).await;
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    views::user_page::load(&world.services, &can, person.actor.user_id).await.expect("a person")
}

/// Name, role and kind of every project somebody is in.
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
async fn address_alone_links_no_account_until_an_admin_does() {
    let world = World::create().await;
    let admin = world.person("Root", PlatformRole::Admin).await;
    let local = world.person("Ada", PlatformRole::User).await;
    let claims = developer("ada", json!({"email": "ADA@example.com"}));
    let subject = claims["sub"].as_str().expect("a text");
    let denied = world.sign_in(&claims).await.expect_err("turned away");
    assert_eq!(denied.reason, Denial::AddressOfAnother);
    world.sign_in(&claims).await.expect_err("turned away again");
    let conflicts = detail(&world, &local).await.conflicts;
    assert_eq!(conflicts.len(), 1);
    assert_eq!((conflicts[0].subject.as_str(), conflicts[0].address.as_str()), (subject, "ADA@example.com"));
    let can = admin.can::<ManageUsers>(Target::Platform).expect("an admin");
    let relink = |subject: &'static str| provision::relink(&world.services, &can, local.actor.user_id, ISSUER, subject);
    assert_eq!(Refusal::from(relink("unknown").await.expect_err("no such")), Refusal::NotFound);
    let id = local.actor.user_id;
    provision::relink(&world.services, &can, id, ISSUER, subject).await.expect("linked");
    assert!(world.again(&local).await.is_none(), "sessions end");
    let ada = world.sign_in(&claims).await.expect("let in");
    assert_eq!(ada.actor.user_id, id, "the account is the same");
    assert!(detail(&world, &ada).await.conflicts.is_empty());
    let audit = world.audit(id.0).await;
    assert_eq!((audit[0].0.as_str(), audit[0].1.as_str()), ("user.identity_linked", "root@example.com"));
    assert_eq!(audit[0].2[0], format!("subject: - -> {subject}"));
}

#[tokio::test]
async fn an_address_that_moved_onto_another_account_is_a_conflict_there() {
    let world = World::create().await;
    let admin = world.person("Root", PlatformRole::Admin).await;
    let bob = world.sign_in(&developer("bob", json!({}))).await.expect("let in");
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("let in");
    let moved = developer("ada", json!({"email": "bob@example.com"}));
    assert_eq!(world.sign_in(&moved).await.expect("a known subject").actor.email, "ada@example.com");
    let conflict = detail(&world, &bob).await.conflicts.remove(0);
    let can = admin.can::<ManageUsers>(Target::Platform).expect("an admin");
    let id = bob.actor.user_id;
    provision::relink(&world.services, &can, id, &conflict.issuer, &conflict.subject).await.expect("linked");
    assert!(world.again(&ada).await.is_none() && world.again(&bob).await.is_none(), "both sessions end");
    assert_eq!(world.sign_in(&moved).await.expect("let in").actor.user_id, id);
    let old = world.sign_in(&developer("bob", json!({}))).await.expect_err("turned away");
    assert_eq!(old.reason, Denial::AddressOfAnother, "the identity used so far opens it no longer");
    let unlinked = world.audit(ada.actor.user_id.0).await;
    assert_eq!(unlinked.last().expect("an entry").0, "user.identity_unlinked");
}

#[tokio::test]
async fn a_conflict_that_was_dismissed_comes_back_with_the_next_try() {
    let world = World::create().await;
    let admin = world.person("Root", PlatformRole::Admin).await;
    let local = world.person("Ada", PlatformRole::User).await;
    let claims = developer("ada", json!({}));
    let subject = claims["sub"].as_str().expect("a text");
    world.sign_in(&claims).await.expect_err("turned away");
    let can = admin.can::<ManageUsers>(Target::Platform).expect("an admin");
    provision::dismiss(&world.services, &can, local.actor.user_id, ISSUER, subject).await.expect("gone");
    assert!(detail(&world, &local).await.conflicts.is_empty());
    world.sign_in(&claims).await.expect_err("turned away");
    assert_eq!(detail(&world, &local).await.conflicts.len(), 1);
}

#[tokio::test]
async fn an_admin_cannot_hand_a_maintainer_to_another_identity() {
    let world = World::create().await;
    let admin = world.person("Root", PlatformRole::Admin).await;
    let maintainer = world.person("Ada", PlatformRole::Maintainer).await;
    let claims = developer("ada", json!({}));
    world.sign_in(&claims).await.expect_err("turned away");
    let can = admin.can::<ManageUsers>(Target::Platform).expect("an admin");
    let subject = claims["sub"].as_str().expect("a text");
    let refused = provision::relink(&world.services, &can, maintainer.actor.user_id, ISSUER, subject).await;
    assert!(matches!(Refusal::from(refused.expect_err("by rank")), Refusal::Forbidden(_)));
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

#[tokio::test]
async fn project_admin_claim_of_an_external_user_makes_a_member() {
    let world = World::with(|settings| {
        settings.external_projects = vec![ProjectName::parse_existing("Atlas").expect("a name")];
    })
    .await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let claims = developer("eve", json!({"user_type": "external", "applications_admin": "atlas"}));
    let eve = world.sign_in(&claims).await.expect("let in");
    assert_eq!(projects_of(&world, &eve).await, [shared("atlas", ProjectRole::Member)]);
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let person = views::user_page::load(&world.services, &can, eve.actor.user_id).await.expect("a person");
    let drift = views::drift::load(&world.services, &can, &person).await.expect("an answer").expect("linked");
    assert_eq!(drift.differences, [], "the claim that has no effect is no difference");
}

#[tokio::test]
async fn where_token_and_console_disagree_is_told_with_whose_change_it_was() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let claims = |more: Value| {
        let mut claims = developer("ada", json!({"applications": "atlas, billing", "applications_admin": "notes"}));
        claims.extend(more.as_object().expect("an object").clone());
        claims
    };
    let ada = world.sign_in(&claims(json!({}))).await.expect("let in");
    let other = world.sign_in(&developer("bob", json!({"applications": "atlas"}))).await.expect("let in");
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let told = async || {
        let person = views::user_page::load(&world.services, &can, ada.actor.user_id).await.expect("a person");
        let drift = views::drift::load(&world.services, &can, &person).await.expect("an answer").expect("linked");
        let differences = drift.differences.into_iter();
        differences.map(|d| (d.about, d.token, d.stored, d.changed.map(|changed| changed.actor))).collect::<Vec<_>>()
    };
    let listed = async || {
        let query = UserQuery { token: Some(TokenState::Differs), ..UserQuery::default() };
        let page = views::users::list(&world.services, &can, &query).await.expect("a page");
        page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!((told().await, listed().await), (vec![], vec![]), "just copied");
    let manage = root.can::<GrantRoles>(Target::Platform).expect("a maintainer");
    users::set_platform_role(&world.services, &manage, ada.actor.user_id, PlatformRole::Admin).await.expect("granted");
    let atlas = sqlx::query_scalar("select id from projects where name = 'atlas'");
    let atlas = ProjectId(atlas.fetch_one(world.services.pool()).await.expect("a project"));
    let members = root.can(Target::Project(atlas)).expect("a maintainer");
    members::remove(&world.services, &members, ada.actor.user_id, WithoutAdmin::Allow).await.expect("removed");
    world.refresh(&ada, &claims(json!({"user_type": "external", "applications": "atlas"}))).await.expect("goes on");
    let by_root = Some("root@example.com".to_owned());
    let name =
        |about: &About| matches!(about, About::Project(name) if ["atlas", "billing", "notes"].contains(&name.as_str()));
    let all = told().await;
    assert_eq!(all.len(), 5, "{all:?}");
    assert_eq!(all[0], (About::Role, "User".to_owned(), "Admin".to_owned(), by_root.clone()));
    assert_eq!(all[1], (About::Kind, "External".to_owned(), "Regular".to_owned(), None));
    assert!(all[2..].iter().all(|difference| name(&difference.0)));
    let atlas = About::Project("atlas".to_owned());
    let removed = all.iter().find(|difference| difference.0 == atlas).expect("told");
    assert_eq!((removed.2.as_str(), &removed.3), ("Not in it", &by_root));
    assert_eq!(listed().await, [ada.actor.user_id]);
    world.refresh(&other, &developer("bob", json!({"applications": "ATLAS", "name": "Other"}))).await.expect("goes on");
    assert_eq!(listed().await, [ada.actor.user_id], "the same in another spelling is no difference");
}

#[tokio::test]
async fn creating_users_with_a_provider_is_refused() {
    let world = World::create().await.behind_a_provider();
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let can = root.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    let priya = world.person("Priya", PlatformRole::User).await.actor.user_id;
    let refused = users::issue_one_time_password(&world.services, &can, priya).await;
    assert!(matches!(Refusal::from(refused.expect_err("no password opens anything")), Refusal::Rule(_)));
    let refused = users::set_password(&world.services, &can, priya, "a quiet ledger line").await;
    assert!(matches!(Refusal::from(refused.expect_err("nor does one that was chosen")), Refusal::Rule(_)));
    assert_eq!(count(&world, "select count(*) from users where password_hash is not null").await, 0);
}

#[tokio::test]
async fn password_is_never_hashed_with_a_provider() {
    let world = World::create().await.behind_a_provider();
    let priya = world.person("Priya", PlatformRole::User).await;
    world.set_password(priya.actor.user_id, "a quiet ledger line").await;
    let (services, client) = (&world.services, Client::default());
    let old = SessionToken::from_cookie(&world.token(&priya)).expect("a token");
    let password = || "a quiet ledger line".to_owned();
    let (refused, hashes) = count_hashes(async {
        [
            sign_in::with_password(services, "priya@example.com", password(), &client).await.map(drop),
            sign_in::confirm(services, &priya, &old, password(), &client).await.map(drop),
            own_account::change_password(services, &priya, &old, password(), "a louder ledger line", &client)
                .await
                .map(drop),
        ]
    })
    .await;
    for refused in refused {
        let refusal = Refusal::from(refused.expect_err("passwords open nothing"));
        assert_eq!(refusal.code(), "sign_in_with_provider");
    }
    assert_eq!(hashes, 0);
    assert_eq!(count(&world, "select count(*) from sign_in_networks").await, 0, "nothing was tried");
}

/// Waits until so many connections wait for locks.
async fn until_waiting(world: &World, connections: i64) {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let waiting = async {
        while count(world, sql).await < connections {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), waiting).await.expect("they wait for each other");
}

/// Links the identity of the second claims, whose address was that of another account, to that account, while the identity
/// of the first claims signs in; the link comes first. Returns the account and how the sign-in went.
async fn sign_in_during_relink(
    world: World,
    turned_away: serde_json::Map<String, Value>,
    signing_in: serde_json::Map<String, Value>,
) -> (UserId, World, Result<UserId, Denial>) {
    let admin = world.person("Root", PlatformRole::Admin).await;
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("let in").actor.user_id;
    assert_eq!(world.sign_in(&turned_away).await.expect_err("turned away").reason, Denial::AddressOfAnother);
    let mut holder = world.services.pool().begin().await.expect("a transaction");
    sqlx::query("select from users where id = $1 for update").bind(ada.0).execute(&mut *holder).await.expect("a lock");
    let world = Arc::new(world);
    let relinking = tokio::spawn({
        let (services, subject) = (world.services.clone(), turned_away["sub"].as_str().expect("a text").to_owned());
        async move {
            let can = admin.can::<ManageUsers>(Target::Platform).expect("an admin");
            provision::relink(&services, &can, ada, ISSUER, &subject).await
        }
    });
    until_waiting(&world, 1).await;
    let signing_in = tokio::spawn({
        let world = Arc::clone(&world);
        async move { world.begin_session(&signing_in).await }
    });
    until_waiting(&world, 2).await;
    holder.rollback().await.expect("an end");
    relinking.await.expect("no panic").expect("linked");
    let signed_in = signing_in.await.expect("no panic").map_err(|denied| denied.reason);
    let world = Arc::into_inner(world).expect("nobody else has it");
    let signed_in = match signed_in {
        Ok(token) => Ok(world.caller(&token).await.expect("admitted").actor.user_id),
        Err(denial) => Err(denial),
    };
    (ada, world, signed_in)
}

#[tokio::test]
async fn sign_in_of_an_identity_that_is_replaced_meanwhile_is_turned_away() {
    let replacing = developer("ada2", json!({"email": "ada@example.com"}));
    let (_, world, signed_in) =
        sign_in_during_relink(World::create().await, replacing, developer("ada", json!({}))).await;
    assert_eq!(signed_in, Err(Denial::AddressOfAnother));
    assert_eq!(count(&world, "select count(*) from user_identities").await, 1);
    assert_eq!(count(&world, "select count(*) from users").await, 2, "Root and Ada");
}

#[tokio::test]
async fn sign_in_of_an_identity_that_is_linked_meanwhile_opens_the_account() {
    let linked = developer("ada2", json!({"email": "ada@example.com"}));
    let with_own_address = developer("ada2", json!({}));
    let (ada, world, signed_in) = sign_in_during_relink(World::create().await, linked, with_own_address).await;
    assert_eq!(signed_in, Ok(ada));
    assert_eq!(count(&world, "select count(*) from users").await, 2, "no second account was made");
}
