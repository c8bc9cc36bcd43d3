//! Sensitive changes need a proof of identity that is at most ten minutes old.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::draft::{Edit, Precondition};
use domain::email::Email;
use domain::error::Refusal;
use domain::permission::ManageUsers;
use domain::role::PlatformRole;
use domain::session::CONFIRMED_FOR;
use domain::user::{UserDraft, UserKind};
use domain::violation::Violation;
use services::client::{Client, SessionToken};
use services::guard::Caller;
use services::testing::{World, count_hashes};
use services::{reauthentication, sign_in, users};
use time::Duration;

const PASSWORD: &str = "a quiet ledger line";

/// Makes somebody an auditor, or an ordinary user again.
async fn set_auditor(world: &World, caller: &Caller, auditor: bool) -> Result<(), Refusal> {
    let whom = sqlx::query_scalar("select id from users where name = 'Otto'").fetch_one(world.services.pool()).await;
    let whom = domain::id::UserId(whom.expect("Otto"));
    let can = caller.can(Target::Platform).expect("a maintainer");
    users::set_auditor(&world.services, &can, whom, auditor).await.map(drop).map_err(Refusal::from)
}

/// Makes Otto, or another user, a maintainer.
async fn grant_maintainer(world: &World, caller: &Caller, name: &str) -> Result<(), Refusal> {
    let id = sqlx::query_scalar("select id from users where name = $1").bind(name);
    let id = domain::id::UserId(id.fetch_one(world.services.pool()).await.expect("a user"));
    let can = caller.can(Target::Platform).expect("a maintainer");
    let granted = users::set_platform_role(&world.services, &can, id, PlatformRole::Maintainer).await;
    granted.map(drop).map_err(Refusal::from)
}

async fn confirm(world: &World, caller: &Caller, password: &str) -> Result<SessionToken, Refusal> {
    let old = SessionToken::from_cookie(&world.token(caller)).expect("a token");
    let client = Client::default();
    sign_in::confirm(&world.services, caller, &old, password.to_owned(), &client).await.map_err(Refusal::from)
}

/// A maintainer with a password, and somebody whose rights they may change.
async fn maintainer(world: &World) -> Caller {
    world.row("Otto", PlatformRole::User).await;
    let mira = world.person("Mira", PlatformRole::Maintainer).await;
    world.set_password(mira.actor.user_id, PASSWORD).await;
    mira
}

#[tokio::test]
async fn a_sign_in_counts_for_ten_minutes_and_a_confirmation_for_ten_more() {
    let world = World::create().await;
    let mira = maintainer(&world).await;
    world.clock.advance(CONFIRMED_FOR - Duration::seconds(1));
    set_auditor(&world, &mira, true).await.expect("signed in lately");
    world.clock.advance(Duration::seconds(1));
    assert_eq!(
        set_auditor(&world, &mira, false).await,
        Err(Refusal::ConfirmationDue),
        "a proof of before counts no more"
    );
    assert!(!reauthentication::is_recent(&world.services, &mira).await.expect("an answer"));

    let token = confirm(&world, &mira, PASSWORD).await.expect("confirmed");
    assert!(world.again(&mira).await.is_none(), "the session has another secret");
    assert_eq!(confirm(&world, &mira, PASSWORD).await.expect_err("an old secret"), Refusal::SignedOut);
    let again = world.caller(&token).await.expect("the same session");
    assert_eq!(again.actor.session_id, mira.actor.session_id);
    set_auditor(&world, &again, false).await.expect("confirmed lately");
    world.clock.advance(CONFIRMED_FOR);
    assert_eq!(set_auditor(&world, &again, true).await, Err(Refusal::ConfirmationDue));
}

#[tokio::test]
async fn session_of_the_previous_version_needs_re_authentication() {
    let world = World::create().await;
    let mira = maintainer(&world).await;
    sqlx::query("update sessions set authenticated_at = null").execute(world.services.pool()).await.expect("an update");
    assert_eq!(set_auditor(&world, &mira, true).await, Err(Refusal::ConfirmationDue));
}

#[tokio::test]
async fn a_program_proves_itself_with_each_request_and_a_cookie_proves_nothing() {
    let world = World::create().await;
    maintainer(&world).await;
    for (is_program, sent_bearer, expected) in [
        (true, true, Ok(())),
        (true, false, Err(Refusal::ConfirmationDue)),
        (false, true, Err(Refusal::ConfirmationDue)),
    ] {
        let client = Client { is_program, ..Client::default() };
        let email = "mira@example.com";
        let signed_in = sign_in::with_password(&world.services, email, PASSWORD.to_owned(), &client).await;
        world.clock.advance(CONFIRMED_FOR);
        let caller = world.caller(&signed_in.expect("signed in").token).await.expect("a session");
        let caller = Caller { sent_bearer, ..caller };
        assert_eq!(set_auditor(&world, &caller, true).await, expected, "{is_program} {sent_bearer}");
    }
}

#[tokio::test]
async fn a_wrong_confirmation_counts_like_a_wrong_sign_in() {
    let world = World::create().await;
    let mira = maintainer(&world).await;
    let problem = |refusal: Refusal| match refusal {
        Refusal::Invalid(errors) => errors.at("confirm_password").cloned(),
        other => panic!("{other:?}"),
    };
    let said = Violation::WrongPassword { tries: 5, minutes: 15 };
    for _ in 0..5 {
        let wrong = confirm(&world, &mira, "a loud ledger line").await.expect_err("wrong");
        assert_eq!(problem(wrong).as_ref(), Some(&said));
    }
    let (locked, hashes) = count_hashes(confirm(&world, &mira, PASSWORD)).await;
    assert_eq!((locked.expect_err("locked"), hashes), (Refusal::TooMany(900), 0));
    let client = Client::default();
    let signed_in = sign_in::with_password(&world.services, "mira@example.com", PASSWORD.to_owned(), &client).await;
    assert!(signed_in.is_err(), "sign-in is closed too");
    world.clock.advance(world.services.settings().lock_period);
    confirm(&world, &mira, PASSWORD).await.expect("open again");
}

#[tokio::test]
async fn granting_maintainer_needs_a_reauthentication_of_its_own() {
    let world = World::create().await;
    let mira = maintainer(&world).await;
    world.row("Nora", PlatformRole::User).await;
    set_auditor(&world, &mira, true).await.expect("signed in lately");
    assert!(reauthentication::is_recent(&world.services, &mira).await.expect("an answer"));
    assert_eq!(grant_maintainer(&world, &mira, "Otto").await, Err(Refusal::ConfirmationDue), "just signed in");
    assert!(!reauthentication::is_recent(&world.services, &mira).await.expect("an answer"), "the page asks");
    assert_eq!(grant_maintainer(&world, &mira, "Otto").await, Err(Refusal::ConfirmationDue), "sent again");

    let token = confirm(&world, &mira, PASSWORD).await.expect("confirmed");
    let mira = world.caller(&token).await.expect("the same session");
    assert!(reauthentication::is_recent(&world.services, &mira).await.expect("an answer"));
    assert_eq!(grant_maintainer(&world, &mira, "Nora").await, Err(Refusal::ConfirmationDue), "not for Nora");
    assert_eq!(grant_maintainer(&world, &mira, "Otto").await, Err(Refusal::ConfirmationDue), "Nora's replaced it");

    let token = confirm_with(&world, &mira, &token).await;
    let mira = world.caller(&token).await.expect("the same session");
    grant_maintainer(&world, &mira, "Otto").await.expect("granted");
    set_role_to_user(&world, &mira).await;
    assert_eq!(grant_maintainer(&world, &mira, "Otto").await, Err(Refusal::ConfirmationDue), "once");
}

/// As API clients with a session's cookie do.
#[tokio::test]
async fn maintainer_by_an_edit_or_a_creation_needs_a_reauthentication_too() {
    let world = World::create().await;
    let mira = maintainer(&world).await;
    let nora = world.row("Nora", PlatformRole::User).await;
    let can = mira.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    let edit = async || {
        let grant = |stored| Ok(UserDraft { role: PlatformRole::Maintainer, ..stored });
        users::edit(&world.services, &can, nora, Edit::new(Precondition::None, grant)).await
    };
    assert_eq!(edit().await.map(drop).map_err(Refusal::from), Err(Refusal::ConfirmationDue));
    let draft = UserDraft {
        name: "Zoe".to_owned(),
        email: Email::parse("zoe@example.com").expect("an address"),
        kind: UserKind::Regular,
        role: PlatformRole::Maintainer,
        active: true,
        project_limit: None,
    };
    let created = users::create(&world.services, &can, &draft).await;
    assert_eq!(created.map(drop).map_err(Refusal::from), Err(Refusal::ConfirmationDue));
    assert_eq!(edit().await.map(drop).map_err(Refusal::from), Err(Refusal::ConfirmationDue));
    confirm(&world, &mira, PASSWORD).await.expect("confirmed");
    edit().await.expect("granted");
}

#[tokio::test]
async fn reauthentication_for_maintainer_expires_and_serves_one_session() {
    let world = World::create().await;
    let mira = maintainer(&world).await;
    assert_eq!(grant_maintainer(&world, &mira, "Otto").await, Err(Refusal::ConfirmationDue));
    let token = confirm(&world, &mira, PASSWORD).await.expect("confirmed");
    let elsewhere = world.signed_in(mira.actor.user_id).await;
    assert_eq!(grant_maintainer(&world, &elsewhere, "Otto").await, Err(Refusal::ConfirmationDue), "another session");
    world.clock.advance(CONFIRMED_FOR);
    let mira = world.caller(&token).await.expect("the same session");
    assert_eq!(grant_maintainer(&world, &mira, "Otto").await, Err(Refusal::ConfirmationDue), "too late");
}

async fn confirm_with(world: &World, caller: &Caller, old: &SessionToken) -> SessionToken {
    let client = Client::default();
    sign_in::confirm(&world.services, caller, old, PASSWORD.to_owned(), &client).await.expect("confirmed")
}

async fn set_role_to_user(world: &World, caller: &Caller) {
    let otto = sqlx::query_scalar("select id from users where name = 'Otto'").fetch_one(world.services.pool()).await;
    let (otto, can) = (domain::id::UserId(otto.expect("Otto")), caller.can(Target::Platform).expect("a maintainer"));
    users::set_platform_role(&world.services, &can, otto, PlatformRole::User).await.expect("revoked");
}
