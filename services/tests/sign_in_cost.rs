//! How long an answer takes says nothing about who has an account: every failure does the same work.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::error::Refusal;
use domain::role::PlatformRole;
use services::client::Client;
use services::sign_in;
use services::testing::{World, count_hashes, count_statements};
use std::time::{Duration, Instant};

const UNKNOWN: &str = "nobody@example.com";
const KNOWN: &str = "priya@example.com";

async fn world() -> World {
    let world =
        World::with(|settings| (settings.account_tries, settings.network_tries) = (i16::MAX as u16, i16::MAX as u16))
            .await;
    let priya = world.person("Priya", PlatformRole::User).await.actor.user_id;
    world.set_password(priya, "a quiet ledger line").await;
    for name in ["Locked", "Deactivated"] {
        let id = world.person(name, PlatformRole::User).await.actor.user_id;
        world.set_password(id, "a quiet ledger line").await;
    }
    world.person("Without", PlatformRole::User).await;
    sqlx::raw_sql(
        "update users set locked_until = timestamptz '2026-03-03' where name = 'Locked';
         update users set is_active = false where name = 'Deactivated';
         insert into sign_in_addresses (address_hash, tries, ends_at)
         select sha256(key || 'blocked@example.com'), 32767, timestamptz '2026-03-03' from sign_in_address_key",
    )
    .execute(world.services.pool())
    .await
    .expect("people");
    // The first one opens connections and prepares statements.
    guess(&world, UNKNOWN).await;
    guess(&world, KNOWN).await;
    world
}

async fn guess(world: &World, email: &str) {
    let client = Client { address: Some("192.0.2.17".to_owned()), ..Client::default() };
    let wrong = sign_in::with_password(&world.services, email, "a loud ledger line".to_owned(), &client).await;
    let refusal = Refusal::from(wrong.expect_err("a wrong password"));
    let is_blocked = email.starts_with("locked") || email.starts_with("blocked");
    assert_eq!(matches!(refusal, Refusal::SignInBlocked { .. }), is_blocked, "{email}: {refusal}");
}

#[tokio::test]
async fn every_failure_does_the_same_work() {
    let world = world().await;
    let ((), statements) = count_statements(guess(&world, KNOWN)).await;
    for email in
        [UNKNOWN, KNOWN, "locked@example.com", "blocked@example.com", "deactivated@example.com", "without@example.com"]
    {
        assert_eq!(count_hashes(guess(&world, email)).await.1, 1, "{email}: one hash");
        assert_eq!(count_statements(guess(&world, email)).await.1, statements, "{email}: as many statements");
    }
}

#[tokio::test]
#[ignore = "a measurement, which says nothing on a machine that does other work: cargo xtask soak"]
async fn the_medians_of_unknown_and_wrong_lie_close() {
    const TRIES: usize = 2000;
    let world = world().await;
    let (mut unknown, mut wrong) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        for (email, times) in [(UNKNOWN, &mut unknown), (KNOWN, &mut wrong)] {
            let start = Instant::now();
            guess(&world, email).await;
            times.push(start.elapsed());
        }
    }
    let (unknown, wrong) = (median(unknown), median(wrong));
    let apart = unknown.as_secs_f64() / wrong.as_secs_f64() - 1.0;
    println!("{TRIES} tries: unknown {unknown:?}, wrong {wrong:?}, apart {:.2} %", apart * 100.0);
    assert!(apart.abs() < 0.05, "unknown {unknown:?}, wrong {wrong:?}");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
