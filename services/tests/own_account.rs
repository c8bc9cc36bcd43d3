//! Changing one's own password.

use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::ManageOwnAccount;
use domain::role::PlatformRole;
use services::guard::Caller;
use services::session::{self, Client};
use services::testing::World;
use services::{own_account, sign_in};
use time::Duration;

const OLD: &str = "a quiet ledger line";
const NEW: &str = "a louder ledger line";

async fn priya(world: &World) -> Caller {
    let priya = world.person("Priya", PlatformRole::User).await;
    world.set_password(priya.actor.user_id, OLD).await;
    priya
}

async fn change(world: &World, caller: &Caller, current: &str, new: &str) -> Result<(), Refusal> {
    own_account::change_password(&world.services, caller, current.to_owned(), new).await.map_err(Refusal::from)
}

async fn opens(world: &World, password: &str) -> bool {
    let client = Client::default();
    sign_in::with_password(&world.services, "priya@example.com", password.to_owned(), &client).await.is_ok()
}

fn problem_at(refusal: &Refusal) -> Vec<String> {
    match refusal {
        Refusal::Invalid(errors) => errors.iter().map(|(field, _)| field.to_owned()).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_new_password_opens_and_the_old_one_no_longer() {
    let world = World::create().await;
    let priya = priya(&world).await;
    change(&world, &priya, OLD, NEW).await.expect("changed");
    assert!(!opens(&world, OLD).await);
    assert!(opens(&world, NEW).await);
}

#[tokio::test]
async fn the_other_sessions_end_and_this_one_stays() {
    let world = World::create().await;
    let priya = priya(&world).await;
    let elsewhere = world.signed_in(priya.actor.user_id).await;
    let somebody_else = world.person("Jonas", PlatformRole::User).await;
    change(&world, &priya, OLD, NEW).await.expect("changed");
    assert!(world.again(&priya).await.is_some());
    assert!(world.again(&elsewhere).await.is_none());
    assert!(world.again(&somebody_else).await.is_some());
}

#[tokio::test]
async fn the_audit_log_says_that_it_changed_and_nothing_of_the_passwords() {
    let world = World::create().await;
    let priya = priya(&world).await;
    change(&world, &priya, OLD, NEW).await.expect("changed");
    let entry = ("user.password_changed".to_owned(), "priya@example.com".to_owned(), vec![]);
    assert_eq!(world.audit(priya.actor.user_id.0).await, [entry]);
    let whole: String = sqlx::query_scalar("select string_agg(a::text, '') from audit_log a")
        .fetch_one(world.services.pool())
        .await
        .expect("the audit log");
    assert!(!whole.contains("ledger") && !whole.contains("argon2"), "{whole}");
}

#[tokio::test]
async fn wrong_current_passwords_count_like_tries_to_sign_in() {
    let world = World::create().await;
    let priya = priya(&world).await;
    for wrong in ["", "wrong", "another ledger line", NEW, "A quiet ledger line"] {
        let refused = change(&world, &priya, wrong, "quite a different line").await.expect_err("wrong");
        assert_eq!(problem_at(&refused), ["current_password"], "{wrong:?}");
    }
    let locked = change(&world, &priya, OLD, NEW).await.expect_err("locked");
    assert_eq!(problem_at(&locked), ["current_password"]);
    assert!(!opens(&world, OLD).await, "signing in is locked by the same count");
    world.clock.advance(Duration::minutes(15));
    change(&world, &priya, OLD, NEW).await.expect("open again");
    assert!(opens(&world, NEW).await);
}

#[tokio::test]
async fn a_password_that_may_not_be_set_changes_nothing() {
    let world = World::create().await;
    let priya = priya(&world).await;
    let elsewhere = world.signed_in(priya.actor.user_id).await;
    for bad in ["", "too short", "passwordpassword1", "nul\0 in the middle", "priya@example.com", OLD] {
        let refused = change(&world, &priya, OLD, bad).await.expect_err(bad);
        assert_eq!(problem_at(&refused), ["new_password"], "{bad:?}");
    }
    assert!(opens(&world, OLD).await);
    assert!(world.again(&elsewhere).await.is_some());
    assert!(world.audit(priya.actor.user_id.0).await.is_empty());
}

#[tokio::test]
async fn a_one_time_password_is_changed_before_anything_else() {
    let world = World::create().await;
    let priya = priya(&world).await;
    sqlx::query("update users set password_change_due = true").execute(world.services.pool()).await.expect("due");
    let due = world.again(&priya).await.expect("signed in");
    assert_eq!(due.can::<ManageOwnAccount>(Target::Own).expect_err("due"), Refusal::PasswordChangeDue);
    let stale = priya.can::<ManageOwnAccount>(Target::Own).expect("as it was");
    let refused = session::end_all(&world.services, &stale).await.map_err(Refusal::from).expect_err("due");
    assert_eq!(refused, Refusal::PasswordChangeDue);
    change(&world, &due, OLD, NEW).await.expect("changed");
    let free = world.again(&priya).await.expect("signed in");
    free.can::<ManageOwnAccount>(Target::Own).expect("nothing is due any more");
}

#[tokio::test]
async fn a_session_that_has_ended_changes_nothing() {
    let world = World::create().await;
    let priya = priya(&world).await;
    sqlx::query("delete from sessions").execute(world.services.pool()).await.expect("ended");
    assert_eq!(change(&world, &priya, OLD, NEW).await.expect_err("signed out"), Refusal::SignedOut);
    assert!(opens(&world, OLD).await);
    assert!(world.audit(priya.actor.user_id.0).await.is_empty());
}

#[tokio::test]
async fn of_two_changes_at_once_one_wins() {
    let world = World::create().await;
    let here = priya(&world).await;
    let there = world.signed_in(here.actor.user_id).await;
    let (one, other) = tokio::join!(
        change(&world, &here, OLD, "the line of the one"),
        change(&world, &there, OLD, "the line of the other")
    );
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    assert_eq!(opens(&world, "the line of the one").await, one.is_ok());
    assert_eq!(opens(&world, "the line of the other").await, other.is_ok());
    assert_eq!(one.and(other).expect_err("the slower one"), Refusal::SignedOut);
}
