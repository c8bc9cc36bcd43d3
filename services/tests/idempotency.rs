//! Idempotency keys: what is stored of them, and how long.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::id::UserId;
use services::idempotency::{self, Answer, Claim, Key, LIFE};
use services::testing::World;
use sha2::{Digest as _, Sha256};
use time::Duration;
use uuid::Uuid;

const NAME: &str = "7c0f1f5e-9a44-4f0e-8c5c-2f3f5a1f6a10";

/// The hash of a request that holds a password.
fn request_hash() -> Vec<u8> {
    Sha256::digest("/v1/admin/users\0{\"password\": \"a quiet ledger line\"}").to_vec()
}

fn key() -> Key {
    Key::new(UserId(Uuid::from_u128(1)), NAME, &request_hash())
}

async fn claim(world: &World, key: &Key) -> Claim {
    idempotency::claim(&world.services, key).await.expect("the database answers")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn database_holds_no_hash_to_try_passwords_of_a_request_against() {
    let world = World::create().await;
    assert_eq!(claim(&world, &key()).await, Claim::New);
    let answer = Answer { status: 200, headers: Vec::new(), body: b"made".to_vec() };
    idempotency::keep(&world.services, &key(), &answer).await.expect("kept");
    let stored = sqlx::query_scalar("select string_agg(k::text, '') from idempotency_keys k");
    let stored: String = stored.fetch_one(world.services.pool()).await.expect("a dump");
    assert!(stored.contains("200"), "{stored}");
    for secret in [hex(&request_hash()), NAME.to_owned(), hex(NAME.as_bytes())] {
        assert!(!stored.contains(&secret), "{stored}");
        assert!(!format!("{:?}", key()).contains(&secret));
    }
    assert_eq!(claim(&world, &key()).await, Claim::Done(answer));
}

#[tokio::test]
async fn key_with_another_request_or_owner_is_told_apart() {
    let world = World::create().await;
    assert_eq!(claim(&world, &key()).await, Claim::New);
    assert_eq!(claim(&world, &key()).await, Claim::UnderWay);
    assert_eq!(claim(&world, &Key::new(UserId(Uuid::from_u128(1)), NAME, b"other")).await, Claim::OfAnotherRequest);
    assert_eq!(claim(&world, &Key::new(UserId(Uuid::from_u128(2)), NAME, &request_hash())).await, Claim::New);
    idempotency::give_back(&world.services, &key()).await.expect("given back");
    assert_eq!(claim(&world, &key()).await, Claim::New);
}

#[tokio::test]
async fn sweep_deletes_expired_rows_in_batches_and_skips_locked_ones() {
    let world = World::create().await;
    let pool = world.services.pool();
    let old = "insert into idempotency_keys (user_id, key, request_hash, created_at)
               select gen_random_uuid(), n, '', $1 from generate_series(1, 4500) n";
    sqlx::query(old).bind(world.clock.now()).execute(pool).await.expect("a backlog");
    let mut other = pool.begin().await.expect("a transaction");
    sqlx::query("select from idempotency_keys where key = '7' for update").execute(&mut *other).await.expect("a lock");
    world.clock.advance(LIFE - Duration::seconds(1));
    assert_eq!(idempotency::sweep(&world.services).await.expect("swept"), 0);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(idempotency::sweep(&world.services).await.expect("swept"), 4_499);
    other.rollback().await.expect("an end");
    assert_eq!(idempotency::sweep(&world.services).await.expect("swept"), 1);
}
