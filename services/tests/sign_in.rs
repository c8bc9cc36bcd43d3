//! Signing in with e-mail address and password.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::error::Refusal;
use domain::role::PlatformRole;
use domain::violation::Violation;
use services::client::{Client, DeviceToken, SessionToken};
use services::sign_in::{self, SignedIn};
use services::testing::World;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

const PASSWORD: &str = "a quiet ledger line";

async fn attempt(world: &World, email: &str, password: &str) -> Result<SignedIn, Refusal> {
    attempt_from(world, email, password, "192.0.2.17").await
}

async fn attempt_from(world: &World, email: &str, password: &str, address: &str) -> Result<SignedIn, Refusal> {
    attempt_on(world, email, password, Client { address: Some(address.to_owned()), ..Client::default() }).await
}

/// From a browser that has been signed in from, in a network of its own.
async fn attempt_from_known(world: &World, password: &str, device: &DeviceToken) -> Result<SignedIn, Refusal> {
    let client = Client { address: Some("198.51.100.7".to_owned()), device: Some(device.clone()), ..Client::default() };
    attempt_on(world, "priya@example.com", password, client).await
}

async fn attempt_on(world: &World, email: &str, password: &str, client: Client) -> Result<SignedIn, Refusal> {
    sign_in::with_password(&world.services, email, password.to_owned(), &client).await.map_err(Refusal::from)
}

/// Priya, who has a password, and nobody's session.
async fn with_priya(world: &World) -> uuid::Uuid {
    let priya = world.person("Priya", PlatformRole::User).await.actor.user_id;
    world.set_password(priya, PASSWORD).await;
    priya.0
}

async fn tries(world: &World, person: uuid::Uuid) -> i32 {
    sqlx::query_scalar("select sign_in_tries from users where id = $1")
        .bind(person)
        .fetch_one(world.services.pool())
        .await
        .expect("a person")
}

fn the_one_answer() -> Refusal {
    Violation::WrongSignIn { tries: 5, minutes: 15 }.into()
}

#[tokio::test]
async fn sign_in_ends_the_session_the_browser_had() {
    let world = World::create().await;
    with_priya(&world).await;
    let (former, elsewhere) =
        (world.person("Ada", PlatformRole::User).await, world.person("Mira", PlatformRole::User).await);
    let before = SessionToken::from_cookie(&world.token(&former)).expect("a token");
    let browser = Client { session: Some(before.clone()), ..Client::default() };
    attempt_on(&world, "priya@example.com", "a loud ledger line", browser.clone()).await.expect_err("a wrong password");
    assert!(world.caller(&before).await.is_some(), "nothing has replaced it yet");
    let signed_in = attempt_on(&world, "priya@example.com", PASSWORD, browser).await.expect("a session");
    assert!(world.caller(&before).await.is_none(), "it would stay valid without a browser that knows it");
    assert!(world.caller(&signed_in.token).await.is_some());
    let other = SessionToken::from_cookie(&world.token(&elsewhere)).expect("a token");
    assert!(world.caller(&other).await.is_some(), "another browser's");
}

#[tokio::test]
async fn right_password_opens_a_session() {
    let world = World::create().await;
    let priya = with_priya(&world).await;
    let signed_in = attempt(&world, " PRIYA@example.com ", PASSWORD).await.expect("a session");
    assert!(!signed_in.password_change_due);
    let caller = world.caller(&signed_in.token).await.expect("a valid session");
    assert_eq!(caller.actor.user_id.0, priya);
    let last: Option<time::OffsetDateTime> = sqlx::query_scalar("select last_sign_in_at from users where id = $1")
        .bind(priya)
        .fetch_one(world.services.pool())
        .await
        .expect("a person");
    assert_eq!(last, Some(world.clock.now()));
}

#[tokio::test]
async fn the_database_holds_nothing_that_opens_a_session() {
    let world = World::create().await;
    with_priya(&world).await;
    let signed_in = attempt(&world, "priya@example.com", PASSWORD).await.expect("a session");
    let dump: String = sqlx::query_scalar("select string_agg(s::text, '') from sessions s")
        .fetch_one(world.services.pool())
        .await
        .expect("a dump");
    let token = signed_in.token.expose();
    let as_bytes: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.contains(token) && !dump.contains(&as_bytes), "{dump}");
    let other = attempt(&world, "priya@example.com", PASSWORD).await.expect("a session");
    assert_ne!(signed_in.token.expose(), other.token.expose());
}

/// The answer from the last try allowed to the end of the lock period.
fn blocked(until: OffsetDateTime, seconds: u64) -> Refusal {
    Refusal::SignInBlocked { until, seconds }
}

#[tokio::test]
async fn every_failure_has_one_answer() {
    let world = World::create().await;
    with_priya(&world).await;
    world.person("No Password", PlatformRole::User).await;
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("priya@example.com", "another ledger line"),
        ("priya@example.com", ""),
        ("no.password@example.com", PASSWORD),
        ("no.password@example.com", ""),
        ("not an address", PASSWORD),
        ("nul\0@example.com", PASSWORD),
        ("", "nul\0"),
    ] {
        assert_eq!(attempt(&world, email, password).await.expect_err(email), the_one_answer(), "{email:?}");
    }
    world.run("update users set is_active = false where name = 'Priya'").await;
    assert_eq!(attempt(&world, "priya@example.com", "wrong").await.expect_err("deactivated"), the_one_answer());
}

#[tokio::test]
async fn unknown_address_is_answered_like_a_wrong_password_at_every_try() {
    let world = World::create().await;
    with_priya(&world).await;
    world.person("No Password", PlatformRole::User).await;
    // Up to the block, within it, at its end and up to the next one; and tries that are forgotten before the fifth.
    for (step, wait) in [0, 0, 0, 0, 0, 0, 5, 10, 0, 0, 15, 0, 0, 0, 0, 0, 14].into_iter().enumerate() {
        world.clock.advance(Duration::minutes(wait));
        let unknown = attempt(&world, "nobody@example.com", "wrong").await.expect_err("unknown");
        for known in ["priya@example.com", "no.password@example.com"] {
            assert_eq!(attempt(&world, known, "wrong").await.expect_err("wrong"), unknown, "try {step} at {known}");
        }
    }
    assert!(matches!(attempt(&world, "nobody@example.com", "wrong").await, Err(Refusal::SignInBlocked { .. })));
}

#[tokio::test]
async fn fifth_failure_blocks_the_address_for_a_quarter_of_an_hour() {
    let world = World::create().await;
    let priya = with_priya(&world).await;
    let until = world.clock.now() + Duration::minutes(15);
    for _ in 0..4 {
        assert_eq!(attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong"), the_one_answer());
    }
    assert_eq!(attempt(&world, "priya@example.com", "wrong").await.expect_err("the fifth"), blocked(until, 900));
    assert_eq!(attempt(&world, "priya@example.com", PASSWORD).await.expect_err("blocked"), blocked(until, 900));
    world.clock.advance(Duration::minutes(15) - Duration::seconds(1));
    assert_eq!(attempt(&world, "priya@example.com", PASSWORD).await.expect_err("still blocked"), blocked(until, 1));
    assert_eq!(tries(&world, priya).await, 5, "tries during the block do not prolong it");
    world.clock.advance(Duration::seconds(1));
    attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    assert_eq!(tries(&world, priya).await, 1, "counting begins again");
    attempt(&world, "priya@example.com", PASSWORD).await.expect("open again");
}

#[tokio::test]
async fn right_password_on_the_last_try_signs_in_and_takes_back_its_own_try_alone() {
    let world = World::create().await;
    let priya = with_priya(&world).await;
    for _ in 0..4 {
        attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    }
    for _ in 0..3 {
        attempt(&world, "priya@example.com", PASSWORD).await.expect("a right password never blocks");
        assert_eq!(tries(&world, priya).await, 4, "whoever guesses must not notice that the user signed in");
    }
    world.clock.advance(Duration::minutes(15));
    attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    assert_eq!(tries(&world, priya).await, 1, "tries are forgotten after a quarter of an hour");
}

#[tokio::test]
async fn deactivated_user_is_told_so_after_the_right_password_alone() {
    let world = World::create().await;
    with_priya(&world).await;
    world.run("update users set is_active = false where name = 'Priya'").await;
    let told = Refusal::Forbidden(Violation::AccountDeactivated);
    assert_eq!(attempt(&world, "priya@example.com", PASSWORD).await.expect_err("deactivated"), told);
    assert_eq!(attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong"), the_one_answer());
    for _ in 0..3 {
        attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    }
    let refused = attempt(&world, "priya@example.com", PASSWORD).await.expect_err("blocked");
    assert!(
        matches!(refused, Refusal::SignInBlocked { .. }),
        "nothing is told while the address is blocked: {refused}"
    );
    let sessions: i64 =
        sqlx::query_scalar("select count(*) from sessions s join users u on u.id = s.user_id and not u.is_active")
            .fetch_one(world.services.pool())
            .await
            .expect("a count");
    assert_eq!(sessions, 1, "the one that the test began");
}

#[tokio::test]
async fn expired_one_time_password_is_told_so_after_the_right_one_alone() {
    let world = World::create().await;
    with_priya(&world).await;
    world.run("update users set password_change_due = true, password_expires_at = '2026-03-02 09:00:00+00' where name = 'Priya'",
    )
    .await;
    let refused = attempt(&world, "priya@example.com", PASSWORD).await.expect_err("expired");
    assert_eq!(refused, Refusal::Forbidden(Violation::OneTimePasswordExpired));
    assert_eq!(attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong"), the_one_answer());
}

#[tokio::test]
async fn parallel_guesses_never_exceed_the_limit() {
    let world = Arc::new(World::with(|settings| settings.network_tries = u16::MAX).await);
    let priya = with_priya(&world).await;
    let guesses: Vec<_> = (0..100)
        .map(|guess| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { attempt(&world, "priya@example.com", &format!("guess {guess}")).await })
        })
        .collect();
    let mut open = 0;
    for guess in guesses {
        match guess.await.expect("no panic").expect_err("wrong") {
            Refusal::SignInBlocked { .. } => {}
            refusal => {
                assert_eq!(refusal, the_one_answer());
                open += 1;
            }
        }
    }
    assert_eq!((open, tries(&world, priya).await), (4, 5));
    attempt(&world, "priya@example.com", PASSWORD).await.expect_err("blocked");
}

#[tokio::test]
async fn a_known_device_gets_in_past_the_lock_and_leaves_it_to_the_others() {
    let world = World::create().await;
    let priya = with_priya(&world).await;
    let device = attempt(&world, "priya@example.com", PASSWORD).await.expect("a session").device;
    for _ in 0..5 {
        attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    }
    attempt(&world, "priya@example.com", PASSWORD).await.expect_err("locked elsewhere");
    let again = attempt_from_known(&world, PASSWORD, &device).await.expect("the owner gets in");
    assert_eq!(again.device.expose(), device.expose(), "it stays the same device");
    attempt(&world, "priya@example.com", PASSWORD).await.expect_err("still locked elsewhere");
    assert_eq!(tries(&world, priya).await, 5);
}

#[tokio::test]
async fn a_known_device_has_tries_of_its_own_and_then_is_one_of_the_others() {
    let world = World::create().await;
    let priya = with_priya(&world).await;
    let device = attempt(&world, "priya@example.com", PASSWORD).await.expect("a session").device;
    for _ in 0..5 {
        assert_eq!(attempt_from_known(&world, "wrong", &device).await.expect_err("wrong"), the_one_answer());
    }
    assert_eq!(tries(&world, priya).await, 0, "they do not lock the account");
    for _ in 0..5 {
        attempt_from_known(&world, "wrong", &device).await.expect_err("wrong");
    }
    assert_eq!(tries(&world, priya).await, 5, "these do");
    attempt_from_known(&world, PASSWORD, &device).await.expect_err("locked");
    world.clock.advance(Duration::minutes(15));
    attempt_from_known(&world, PASSWORD, &device).await.expect("open again");
}

#[tokio::test]
async fn a_device_is_known_to_one_account_until_it_is_forgotten() {
    let world = World::create().await;
    let priya = with_priya(&world).await;
    let otto = world.person("Otto", PlatformRole::User).await.actor.user_id;
    world.set_password(otto, PASSWORD).await;
    let ottos = attempt(&world, "otto@example.com", PASSWORD).await.expect("a session").device;
    let made_up = DeviceToken::from_cookie(&"a".repeat(43)).expect("a token");
    let lock = "update users set sign_in_tries = 5, locked_until = now() + interval '100 years' where name = 'Priya'";
    sqlx::raw_sql(lock).execute(world.services.pool()).await.expect("locked");
    for device in [&ottos, &made_up] {
        attempt_from_known(&world, PASSWORD, device).await.expect_err("not Priya's");
    }
    sqlx::raw_sql("update users set locked_until = null").execute(world.services.pool()).await.expect("unlocked");
    let shared = attempt_from_known(&world, PASSWORD, &ottos).await.expect("a session").device;
    assert_eq!(shared.expose(), ottos.expose(), "a browser two people use is known to both");
    let own = attempt_from_known(&world, PASSWORD, &made_up).await.expect("a session").device;
    assert_ne!(own.expose(), made_up.expose(), "nobody makes up a token and has it known");

    let root = world.person("Root", PlatformRole::Admin).await;
    let can = root.can(domain::actor::Target::Platform).expect("an admin");
    let id = domain::id::UserId(priya);
    services::users::issue_one_time_password(&world.services, &can, id).await.expect("issued");
    let known: i64 = sqlx::query_scalar("select count(*) from known_devices where user_id = $1")
        .bind(priya)
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
    assert_eq!(known, 0);
    world.clock.advance(sign_in::DEVICE_LIFETIME);
    assert_eq!(sign_in::sweep_devices(&world.services).await.expect("swept"), 1, "Otto's");
}

#[tokio::test]
async fn the_database_holds_nothing_that_passes_for_a_device() {
    let world = World::create().await;
    with_priya(&world).await;
    let device = attempt(&world, "priya@example.com", PASSWORD).await.expect("a session").device;
    let dump: String = sqlx::query_scalar("select string_agg(d::text, '') from known_devices d")
        .fetch_one(world.services.pool())
        .await
        .expect("a dump");
    let as_bytes: String = device.expose().bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.contains(device.expose()) && !dump.contains(&as_bytes), "{dump}");
    assert_eq!(format!("{device:?}"), "DeviceToken(SecretBox<str>([REDACTED]))");
}

#[tokio::test]
async fn a_weaker_hash_is_replaced_at_the_next_sign_in() {
    /// Of [`PASSWORD`], made with 8 MiB and one pass.
    const WEAK: &str =
        "$argon2id$v=19$m=8192,t=1,p=1$c2l4dGVlbmJ5dGVzc2FsdA$4uBypJvWPpHE0py9JzGiT/JqtFCFFaNMooi1Y7LQdeA";
    let world = World::create().await;
    let priya = with_priya(&world).await;
    let hash = async || -> String {
        sqlx::query_scalar("select password_hash from users where id = $1")
            .bind(priya)
            .fetch_one(world.services.pool())
            .await
            .expect("a hash")
    };
    sqlx::query("update users set password_hash = $1").bind(WEAK).execute(world.services.pool()).await.expect("weak");
    attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    assert_eq!(hash().await, WEAK);
    attempt(&world, "priya@example.com", PASSWORD).await.expect("a session");
    let better = hash().await;
    assert!(better.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{better}");
    attempt(&world, "priya@example.com", PASSWORD).await.expect("the same password");
    assert_eq!(hash().await, better, "what is as good stays");
}

#[tokio::test]
async fn a_network_has_its_tries_whatever_the_account() {
    let world = World::with(|settings| settings.network_tries = 3).await;
    let priya = with_priya(&world).await;
    for (guess, address) in ["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.3"].into_iter().enumerate() {
        let email = format!("somebody{guess}@example.com");
        assert_eq!(attempt_from(&world, &email, "wrong", address).await.expect_err("wrong"), the_one_answer());
    }
    world.clock.advance(Duration::minutes(5));
    let refused = attempt_from(&world, "priya@example.com", PASSWORD, "192.0.2.4").await.expect_err("too many");
    assert_eq!(refused, Refusal::TooMany(600));
    assert_eq!(tries(&world, priya).await, 0, "a network that is closed cannot lock accounts");
    attempt_from(&world, "priya@example.com", PASSWORD, "192.0.3.4").await.expect("another network is open");
    world.clock.advance(Duration::minutes(10));
    attempt_from(&world, "priya@example.com", PASSWORD, "192.0.2.4").await.expect("open again");
}

#[tokio::test]
async fn right_passwords_use_up_no_tries_of_the_network() {
    let world = World::with(|settings| settings.network_tries = 2).await;
    with_priya(&world).await;
    for _ in 0..5 {
        attempt(&world, "priya@example.com", PASSWORD).await.expect("a session");
    }
}

#[tokio::test]
async fn networks_are_forgotten_when_their_time_is_over() {
    let world = World::create().await;
    attempt(&world, "nobody@example.com", "wrong").await.expect_err("wrong");
    assert_eq!(sign_in::sweep(&world.services).await.expect("swept"), 0);
    world.clock.advance(Duration::minutes(15));
    assert_eq!(sign_in::sweep(&world.services).await.expect("swept"), 1);
}

#[tokio::test]
async fn one_time_password_opens_an_account_that_is_blocked() {
    let world = World::create().await;
    let priya = with_priya(&world).await;
    for _ in 0..6 {
        attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    }
    let root = world.person("Root", PlatformRole::Admin).await;
    let can = root.can(domain::actor::Target::Platform).expect("an admin");
    let id = domain::id::UserId(priya);
    let issued = services::users::issue_one_time_password(&world.services, &can, id).await.expect("issued");
    assert!(attempt(&world, "priya@example.com", &issued).await.expect("a session").password_change_due);
    attempt(&world, "priya@example.com", "wrong").await.expect_err("wrong");
    assert_eq!(tries(&world, priya).await, 1, "what was counted before is forgotten");
}
