//! A settlement whose connection is killed leaves all or nothing, and the same settlement again completes it.

use crate::spend::support::{Platform, settle_code};
use sqlx::{Connection as _, PgConnection};
use time::Duration;

/// Where the settlement waits when its connection is killed: for a row or a lock that `holder` has.
const STOPS: [(&str, &str, &str); 3] = [
    ("before anything is written", "", "select from budget_windows for update"),
    ("while the ledger is written", "", "select from spend_days for update"),
    (
        "in the commit",
        "create function wait() returns trigger language plpgsql as $$
         begin perform pg_advisory_xact_lock(99); return null; end $$;
         create constraint trigger wait after update on reservations deferrable initially deferred
         for each row execute function wait()",
        "select pg_advisory_xact_lock(99)",
    ),
];

#[tokio::test]
async fn settlement_that_is_killed_leaves_nothing_and_its_replay_completes_it() {
    for (place, prepare, block) in STOPS {
        let platform = Platform::create().await;
        let ada = platform.user_with_budget("Ada", "10").await;
        let first = platform.hold("1", ada, "1").await.reservation;
        platform.settle(first, "1").await;
        let held = platform.hold("2", ada, "2").await.reservation;
        if !prepare.is_empty() {
            platform.run(prepare).await;
        }
        let mut holder = PgConnection::connect(&platform.world.database_url()).await.expect("a connection");
        sqlx::raw_sql("begin").execute(&mut holder).await.expect("a transaction");
        sqlx::query(block).execute(&mut holder).await.expect(block);

        let (settled, ()) = tokio::join!(platform.try_settle(held, "1.5"), kill_the_waiting(&platform));
        settled.expect_err(place);
        sqlx::raw_sql("rollback").execute(&mut holder).await.expect("an end");
        assert_eq!(platform.windows(ada).await, [("10".into(), "1".into(), "2".into())], "{place}");
        platform.check_totals().await;

        assert_eq!(settle_code(&platform.settle(held, "1.5").await), "settled", "{place}");
        assert_eq!(platform.windows(ada).await, [("10".into(), "2.5".into(), "0".into())], "{place}");
        platform.check_totals().await;
        platform.world.clock.advance(Duration::seconds(1));
    }
}

/// Terminates the backend that waits for a lock, as soon as there is one.
pub(crate) async fn kill_the_waiting(platform: &Platform) {
    let mut connection = PgConnection::connect(&platform.world.database_url()).await.expect("a connection");
    loop {
        let killed: Vec<bool> = sqlx::query_scalar(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("the activity");
        if !killed.is_empty() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
