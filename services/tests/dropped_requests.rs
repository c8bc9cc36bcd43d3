//! A request that is dropped leaves no open transaction on its connection.
#![expect(clippy::expect_used, reason = "a test ends with the reason of what it met")]

use futures_util::FutureExt as _;
use services::database::Database;
use services::testing::World;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// Begins a transaction, polls the beginning so many times, and drops it. Returns whether it had begun by then.
async fn drop_after(database: &Database, polls: u32) -> bool {
    let mut begin = Box::pin(database.begin());
    for _ in 0..polls {
        if begin.as_mut().now_or_never().is_some() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

/// Two statements are in transactions of their own.
async fn is_out_of_transactions(pool: &PgPool) -> bool {
    let mut connection = pool.acquire().await.expect("the connection");
    let mut ids = [0_i64; 2];
    for id in &mut ids {
        let statement = "select pg_current_xact_id()::text::bigint";
        *id = sqlx::query_scalar(statement).fetch_one(&mut *connection).await.expect("an id");
    }
    ids[0] != ids[1]
}

#[tokio::test]
async fn transaction_dropped_while_it_begins_is_rolled_back() {
    let world = World::create().await;
    let pool = PgPoolOptions::new().max_connections(1).connect(&world.database_url()).await.expect("a connection");
    let database = Database::from(pool.clone());
    let mut dropped = 0;
    // When the answer to `begin` arrives differs, so each moment comes many times.
    for round in 0..400 {
        let polls = 1 + round % 8;
        let has_begun = drop_after(&database, polls).await;
        assert!(is_out_of_transactions(&pool).await, "dropped after {polls} polls");
        dropped += u32::from(!has_begun);
    }
    assert!(dropped > 0, "it was never dropped on its way");
}
