//! Addresses that belong to another account, and linking an account to another identity.

use super::{count, detail};
use domain::actor::Target;
use domain::denial::Denial;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::ManageUsers;
use domain::role::PlatformRole;
use serde_json::{Value, json};
use services::provision;
use services::testing::{ISSUER, World, developer};
use std::sync::Arc;

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
