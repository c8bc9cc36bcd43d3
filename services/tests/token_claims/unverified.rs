//! An e-mail address that the identity provider did not verify identifies nobody.

use super::{own, personal, project};
use domain::actor::Target;
use domain::email::Email;
use domain::mode::Mode;
use domain::permission::ViewUsers;
use domain::project::{MemberQuery, ProjectKind, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{UserKind, UserQuery};
use serde_json::{Map, Value, json};
use services::guard::Caller;
use services::testing::{World, developer, rule};
use services::{bootstrap, views};

/// Claims of somebody who came with the address of another user.
fn with_address(username: &str, email: &str, verified: Value, more: Value) -> Map<String, Value> {
    let mut claims = developer(username, json!({"email": email, "email_verified": verified}));
    claims.extend(more.as_object().expect("an object").clone());
    claims
}

fn eve(more: Value) -> Map<String, Value> {
    with_address("eve", "ada@example.com", json!(false), more)
}

#[tokio::test]
async fn unverified_address_adopts_no_project_of_that_name() {
    let world = World::create().await;
    project(&world, "ada@example.com").await;
    let eve = world.sign_in(&eve(json!({"applications": "ada@example.com"}))).await.expect("admitted");
    let shared = ("ada@example.com".to_owned(), ProjectKind::Shared, ProjectRole::Member);
    assert_eq!(own(&world, &eve).await, [shared, personal("eve")]);
    project(&world, "bob@example.com").await;
    let bob = world.sign_in(&developer("bob", json!({"email_verified": "true"}))).await.expect("admitted");
    assert_eq!(own(&world, &bob).await, [personal("bob@example.com")], "a verified one does");
}

#[tokio::test]
async fn unverified_address_is_no_personal_project_in_keycloak_managed_mode() {
    let world = World::with(|settings| {
        settings.mode = Mode::Keycloak;
        settings.budgets = false;
    })
    .await;
    let eve = world.sign_in(&eve(json!({"applications": "ada@example.com, eve"}))).await.expect("admitted");
    assert!(own(&world, &eve).await.contains(&personal("eve")));
    assert!(!eve.actor.email_verified);
    let ada = world.sign_in(&developer("ada", json!({"applications": "ada@example.com"}))).await.expect("admitted");
    let shared = ("ada@example.com".to_owned(), ProjectKind::Shared, ProjectRole::Member);
    assert_eq!(own(&world, &ada).await, [shared], "the name was taken as a shared project, and nobody owns it by it");
    assert!(ada.actor.email_verified);
}

#[tokio::test]
async fn address_is_stored_as_verified_or_not_with_each_sign_in() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let stored = async |caller: &Caller| {
        let detail = views::user_page::load(&world.services, &can, caller.actor.user_id).await.expect("a user");
        let row = views::users::list(&world.services, &can, &UserQuery::default()).await.expect("a page");
        let row = row.rows.into_iter().find(|row| row.id == caller.actor.user_id).expect("in the list");
        let entry = views::users::oneself(&world.services, &caller.actor).await.expect("oneself");
        let again = world.again(caller).await.expect("signed in").actor;
        let all = [detail.email_verified, row.email_verified, entry.email_verified, again.email_verified];
        assert!(all.iter().all(|verified| *verified == all[0]), "{all:?}");
        (detail.email, all[0])
    };
    let claims = |verified: Value| with_address("ada", "ada@example.com", verified, json!({}));
    let address = || "ada@example.com".to_owned();
    let ada = world.sign_in(&claims(json!("false"))).await.expect("admitted");
    assert_eq!(stored(&ada).await, (address(), false));
    world.sign_in(&claims(json!(1))).await.expect("admitted");
    assert_eq!(stored(&ada).await, (address(), true));
    let audit = world.audit(ada.actor.user_id.0).await;
    assert!(audit.last().expect("an event").2.contains(&"email_verified: false -> true".to_owned()), "{audit:?}");
    world.sign_in(&developer("ada", json!({"email": null, "preferred_username": null}))).await.expect("admitted");
    assert_eq!(stored(&ada).await, (address(), true), "a token without an address says nothing");
    world.sign_in(&claims(json!(null))).await.expect("admitted");
    assert_eq!(stored(&ada).await, (address(), false));
    assert!(stored(&root).await.1, "a local account has the address that an administrator typed");
}

#[tokio::test]
async fn members_and_conflicts_tell_an_unverified_address() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.sign_in(&eve(json!({}))).await.expect_err("the address belongs to another account");
    let can = root.can::<ViewUsers>(Target::Platform).expect("a maintainer");
    let conflicts = views::user_page::load(&world.services, &can, ada.actor.user_id).await.expect("a user").conflicts;
    assert!(!conflicts[0].address_verified);
    let verified = with_address("eve", "ada@example.com", json!(true), json!({}));
    world.sign_in(&verified).await.expect_err("the same");
    let conflicts = views::user_page::load(&world.services, &can, ada.actor.user_id).await.expect("a user").conflicts;
    assert!(conflicts[0].address_verified, "the later try came with a verified one");
    let claims = with_address("bob", "bob@example.com", json!(false), json!({"applications": "atlas"}));
    world.sign_in(&claims).await.expect("admitted");
    let name = ProjectName::parse("atlas").expect("a name");
    let page =
        views::project_page::load(&world.services, &root, &name, &MemberQuery::default()).await.expect("a project");
    assert!(!page.members.rows[0].email_verified);
}

#[tokio::test]
async fn grant_maintainer_refuses_an_unverified_address_without_its_subject() {
    let world = World::create().await;
    let claims = eve(json!({}));
    let eve = world.sign_in(&claims).await.expect("admitted");
    let address = Email::parse("ada@example.com").expect("an address");
    let grant = |subject: Option<&'static str>| bootstrap::grant_maintainer(&world.services, &address, subject);
    let refused = rule(grant(None).await);
    assert_eq!(refused.code(), "email_not_verified");
    let subject = claims["sub"].as_str().expect("a text").to_owned();
    assert!(!refused.to_string().contains(&subject), "the operator looks the subject up where it cannot be chosen");
    assert!(rule(grant(Some("another")).await).code() == "other_subject");
    let role = world.again(&eve).await.expect("signed in").actor.role;
    assert_eq!(role, PlatformRole::User);
    bootstrap::grant_maintainer(&world.services, &address, Some(&subject)).await.expect("granted");
    assert_eq!(world.again(&eve).await.expect("signed in").actor.role, PlatformRole::Maintainer);
}

#[tokio::test]
async fn grant_maintainer_checks_a_given_subject_of_a_verified_address_too() {
    let world = World::create().await;
    let bob = world.sign_in(&developer("bob", json!({}))).await.expect("admitted");
    let address = Email::parse("bob@example.com").expect("an address");
    assert!(rule(bootstrap::grant_maintainer(&world.services, &address, Some("eve")).await).code() == "other_subject");
    bootstrap::grant_maintainer(&world.services, &address, None).await.expect("granted");
    assert_eq!(world.again(&bob).await.expect("signed in").actor.role, PlatformRole::Maintainer);
    let local = world.person("Ada", PlatformRole::User).await;
    let address = Email::parse("ada@example.com").expect("an address");
    let id = local.actor.user_id.to_string();
    bootstrap::grant_maintainer(&world.services, &address, Some(&id)).await.expect("a local account has its user id");
}

#[tokio::test]
async fn account_from_before_counts_as_unverified_until_the_next_sign_in() {
    let world = World::create().await;
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    sqlx::query("update users set email_verified = null").execute(world.services.pool()).await.expect("as migrated");
    assert!(!world.again(&ada).await.expect("signed in").actor.email_verified);
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    assert!(ada.actor.email_verified);
}

#[tokio::test]
async fn personal_project_takes_the_address_once_it_is_verified() {
    let world = World::create().await;
    let claims = |email: &str, verified: bool| with_address("ada", email, json!(verified), json!({}));
    let ada = world.sign_in(&claims("ada@example.com", true)).await.expect("admitted");
    world.sign_in(&claims("bob@example.com", false)).await.expect("admitted");
    assert_eq!(own(&world, &ada).await, [personal("ada@example.com")], "not the name of another user's project");
    world.sign_in(&claims("bob@example.com", true)).await.expect("admitted");
    assert_eq!(own(&world, &ada).await, [personal("bob@example.com")]);
    let nameless = developer("eve", json!({"preferred_username": "eve@example.com", "email_verified": false}));
    let eve = world.sign_in(&nameless).await.expect("admitted");
    assert_eq!(own(&world, &eve).await, [personal(&eve.actor.user_id.to_string())], "the address as username");
    assert_eq!(eve.actor.kind, UserKind::Regular);
    let verified = developer("eve", json!({"preferred_username": "eve@example.com"}));
    world.sign_in(&verified).await.expect("admitted");
    assert_eq!(own(&world, &eve).await, [personal("eve@example.com")]);
}
