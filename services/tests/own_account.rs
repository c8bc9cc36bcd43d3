//! Changing one's own password.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::ManageOwnAccount;
use domain::role::PlatformRole;
use services::client::{Client, DeviceToken, SessionToken};
use services::guard::Caller;
use services::session;
use services::sign_in::SignedIn;
use services::testing::{World, count_hashes};
use services::{own_account, sign_in};
use time::Duration;

const OLD: &str = "a quiet ledger line";
const NEW: &str = "a louder ledger line";

async fn priya(world: &World) -> Caller {
    let priya = world.person("Priya", PlatformRole::User).await;
    world.set_password(priya.actor.user_id, OLD).await;
    priya
}

fn token(world: &World, caller: &Caller) -> SessionToken {
    SessionToken::from_cookie(&world.token(caller)).expect("a token")
}

async fn change(world: &World, caller: &Caller, current: &str, new: &str) -> Result<SessionToken, Refusal> {
    change_from(world, (caller, &token(world, caller)), current, new, &Client::default()).await
}

async fn change_from(
    world: &World,
    (caller, old): (&Caller, &SessionToken),
    current: &str,
    new: &str,
    client: &Client,
) -> Result<SessionToken, Refusal> {
    let changed = own_account::change_password(&world.services, caller, old, current.to_owned(), new, client).await;
    changed.map_err(Refusal::from)
}

async fn sign_in(world: &World, password: &str, client: &Client) -> Result<SignedIn, Refusal> {
    let signed_in = sign_in::with_password(&world.services, "priya@example.com", password.to_owned(), client).await;
    signed_in.map_err(Refusal::from)
}

async fn opens(world: &World, password: &str) -> bool {
    sign_in(world, password, &Client::default()).await.is_ok()
}

/// A browser in a network of its own, which the account knows when it has a token.
fn browser(address: &str, device: Option<&DeviceToken>) -> Client {
    Client { address: Some(address.to_owned()), device: device.cloned(), ..Client::default() }
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
    let token = change(&world, &priya, OLD, NEW).await.expect("changed");
    let session = world.caller(&token).await.expect("signed in").actor.session_id;
    assert_eq!(session, priya.actor.session_id);
    assert!(world.again(&elsewhere).await.is_none());
    assert!(world.again(&somebody_else).await.is_some());
}

#[tokio::test]
async fn stolen_cookie_opens_nothing_after_a_password_change() {
    let world = World::create().await;
    let priya = priya(&world).await;
    let copy = token(&world, &priya);
    change(&world, &priya, OLD, NEW).await.expect("changed");
    assert!(world.caller(&copy).await.is_none());
    let refused = change_from(&world, (&priya, &copy), NEW, OLD, &Client::default()).await.expect_err("an old secret");
    assert_eq!(refused, Refusal::SignedOut);
    assert!(opens(&world, NEW).await, "a change that was refused changed nothing");
}

#[tokio::test]
async fn known_device_changes_the_password_of_a_locked_account() {
    let world = World::create().await;
    let priya = priya(&world).await;
    let known = sign_in(&world, OLD, &browser("192.0.2.1", None)).await.expect("signed in").device;
    for _ in 0..5 {
        sign_in(&world, "a guess", &browser("198.51.100.1", None)).await.expect_err("a guess");
    }
    let (old, known) = (token(&world, &priya), browser("192.0.2.1", Some(&known)));
    change_from(&world, (&priya, &old), OLD, NEW, &known).await.expect("changed");
    sign_in(&world, NEW, &browser("198.51.100.1", None)).await.expect_err("the lock stays for those it was made for");
    sign_in(&world, NEW, &known).await.expect("a known device");
}

#[tokio::test]
async fn locked_account_refuses_a_password_change_without_a_hash() {
    let world = World::create().await;
    let priya = priya(&world).await;
    for _ in 0..5 {
        change(&world, &priya, "a guess", NEW).await.expect_err("a guess");
    }
    world.clock.advance(Duration::minutes(5));
    let (refused, hashes) = count_hashes(change(&world, &priya, OLD, NEW)).await;
    assert_eq!((refused.expect_err("locked"), hashes), (Refusal::TooMany(600), 0));
}

#[tokio::test]
async fn right_passwords_do_not_use_up_the_tries_of_a_known_device() {
    let world = World::create().await;
    let priya = priya(&world).await;
    let known = sign_in(&world, OLD, &browser("192.0.2.1", None)).await.expect("signed in").device;
    let known = browser("192.0.2.1", Some(&known));
    let mut token = token(&world, &priya);
    for _ in 0..6 {
        let confirmed = sign_in::confirm(&world.services, &priya, &token, OLD.to_owned(), &known).await;
        token = confirmed.expect("the right password");
    }
    for _ in 0..5 {
        sign_in(&world, "a guess", &browser("198.51.100.1", None)).await.expect_err("a guess");
    }
    sign_in(&world, OLD, &known).await.expect("the device has its tries, whatever happens to the account");
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
    assert_eq!(change(&world, &priya, OLD, NEW).await.expect_err("locked"), Refusal::TooMany(900));
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
    let token = change(&world, &due, OLD, NEW).await.expect("changed");
    let free = world.caller(&token).await.expect("signed in");
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

/// Priya with a one-time password, in a session that it opened.
async fn with_one_time_password(world: &World) -> (Caller, SessionToken) {
    let priya = world.row("Priya", PlatformRole::User).await;
    let root = world.person("Root", PlatformRole::Admin).await;
    let can = root.can(Target::Platform).expect("an admin");
    let issued = services::users::issue_one_time_password(&world.services, &can, priya).await.expect("issued");
    let token = sign_in(world, &issued, &Client::default()).await.expect("a session").token;
    (world.caller(&token).await.expect("signed in"), token)
}

async fn replace(world: &World, (caller, old): (&Caller, &SessionToken), new: &str) -> Result<SessionToken, Refusal> {
    own_account::replace_one_time_password(&world.services, caller, old, new).await.map_err(Refusal::from)
}

async fn proves(world: &World, caller: &Caller) -> bool {
    own_account::proves_one_time_password(&world.services, caller).await.expect("an answer")
}

#[tokio::test]
async fn one_time_password_is_not_asked_for_in_the_session_it_opened() {
    let world = World::create().await;
    let (priya, old) = with_one_time_password(&world).await;
    assert!(proves(&world, &priya).await);
    let token = replace(&world, (&priya, &old), NEW).await.expect("changed");
    assert!(opens(&world, NEW).await);
    assert!(world.caller(&old).await.is_none(), "the session has a new secret");
    let free = world.caller(&token).await.expect("signed in");
    free.can::<ManageOwnAccount>(Target::Own).expect("nothing is due");
    let events = world.audit(priya.actor.user_id.0).await;
    assert_eq!(events.last().map(|event| event.0.as_str()), Some("user.password_changed"));
    assert!(!proves(&world, &free).await, "it proves what was changed no longer");
    let refused = replace(&world, (&free, &token), OLD).await.expect_err("a chosen password is asked for");
    assert_eq!(problem_at(&refused), ["current_password"]);
    assert!(opens(&world, NEW).await);
}

#[tokio::test]
async fn session_of_longer_ago_is_asked_for_the_one_time_password() {
    let world = World::create().await;
    let (priya, old) = with_one_time_password(&world).await;
    world.clock.advance(domain::session::CONFIRMED_FOR);
    assert!(!proves(&world, &priya).await);
    let refused = replace(&world, (&priya, &old), NEW).await.expect_err("too long ago");
    assert_eq!(problem_at(&refused), ["current_password"]);
    assert!(!opens(&world, NEW).await);
}

#[tokio::test]
async fn session_opened_with_a_chosen_password_is_asked_for_it() {
    let world = World::create().await;
    priya(&world).await;
    let token = sign_in(&world, OLD, &Client::default()).await.expect("a session").token;
    sqlx::query("update users set password_change_due = true").execute(world.services.pool()).await.expect("due");
    let due = world.caller(&token).await.expect("signed in");
    assert!(!proves(&world, &due).await);
    let refused = replace(&world, (&due, &token), NEW).await.expect_err("not proven");
    assert_eq!(problem_at(&refused), ["current_password"]);
    assert!(opens(&world, OLD).await);
}

#[tokio::test]
async fn refused_new_passwords_never_count_towards_the_lock() {
    let world = World::create().await;
    let (priya, old) = with_one_time_password(&world).await;
    for _ in 0..6 {
        for bad in ["", "too short", "passwordpassword1"] {
            let refused = replace(&world, (&priya, &old), bad).await.expect_err(bad);
            assert_eq!(problem_at(&refused), ["new_password"], "{bad:?}");
        }
    }
    replace(&world, (&priya, &old), NEW).await.expect("no try was counted");
    assert!(opens(&world, NEW).await);
}

#[tokio::test]
async fn one_time_password_is_refused_as_the_new_one() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    let priya = world.row("Priya", PlatformRole::User).await;
    let can = root.can(Target::Platform).expect("an admin");
    let issued = services::users::issue_one_time_password(&world.services, &can, priya).await.expect("issued");
    let old = sign_in(&world, &issued, &Client::default()).await.expect("a session").token;
    let priya = world.caller(&old).await.expect("signed in");
    let refused = replace(&world, (&priya, &old), &issued).await.expect_err("the same");
    assert_eq!(problem_at(&refused), ["new_password"]);
}

#[tokio::test]
async fn two_replacements_at_once_end_with_one_password() {
    let world = World::create().await;
    let (priya, old) = with_one_time_password(&world).await;
    let (one, other) = tokio::join!(
        replace(&world, (&priya, &old), "the line of the one"),
        replace(&world, (&priya, &old), "the line of the other")
    );
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    assert_eq!(opens(&world, "the line of the one").await, one.is_ok());
    assert_eq!(opens(&world, "the line of the other").await, other.is_ok());
}
