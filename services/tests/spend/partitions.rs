//! The ledger by month, append-only.

use crate::spend::support::{Platform, allowed, event, outcome, request, settle_code};
use futures_util::future::join_all;
use services::spend;
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use time::Duration;

#[tokio::test]
async fn each_month_has_a_partition_and_none_is_in_the_default_one() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "100").await;
    let now = platform.world.clock.now();
    let held = platform.hold("1", ada, "1").await;
    platform.settle(held.reservation, "1").await;
    platform.ingest(vec![event("2", ada, "1", now - Duration::days(40)), event("3", ada, "1", now)]).await;
    spend::prepare(platform.services()).await.expect("a run");
    let partitions: Vec<(String, i64)> = sqlx::query_as(
        "select c.relname::text, (select count(*) from spend_events e where e.tableoid = c.oid)
         from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'spend_events'::regclass order by 1",
    )
    .fetch_all(platform.services().pool())
    .await
    .expect("partitions");
    let expected =
        [("spend_events_202601", 1), ("spend_events_202603", 2), ("spend_events_202604", 0), ("spend_events_other", 0)];
    assert_eq!(partitions, expected.map(|(name, rows)| (name.to_owned(), rows)));
    platform.check_totals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_events_of_a_month_at_the_same_moment_create_one_partition() {
    let platform = Arc::new(Platform::create().await);
    let ada = platform.user_with_budget("Ada", "100").await;
    // One window counts all of them.
    platform.run("update budgets set reset_minutes = 525600").await;
    for month in 0..6 {
        let last_month = platform.world.clock.now();
        platform.world.clock.advance(Duration::days(32));
        let now = platform.world.clock.now();
        let requests = (0..6).map(|number| request(&format!("held {month}-{number}"), ada, "0.01")).collect();
        let held: Vec<_> = platform.reserve_all(requests).await.into_iter().map(allowed).collect();
        let settled = held.into_iter().map(|allowance| {
            let platform = Arc::clone(&platform);
            tokio::spawn(async move { settle_code(&platform.settle(allowance.reservation, "0.01").await) })
        });
        let reported = (0..12).map(|number| {
            let platform = Arc::clone(&platform);
            let at = if number % 2 == 0 { now } else { last_month };
            let event = event(&format!("{month}-{number}"), ada, "0.01", at);
            tokio::spawn(async move { outcome(&platform.ingest(vec![event]).await[0]) })
        });
        for code in join_all(settled.chain(reported)).await {
            assert!(["settled", "accepted"].contains(&code.expect("no panic")));
        }
    }
    let elsewhere: i64 = sqlx::query_scalar("select count(*) from spend_events_other")
        .fetch_one(platform.services().pool())
        .await
        .expect("a count");
    assert_eq!((platform.event_count().await, elsewhere), (108, 0));
    platform.check_totals().await;
}

#[tokio::test]
async fn rows_of_the_ledger_are_never_changed() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "100").await;
    platform.ingest(vec![event("1", ada, "1", platform.world.clock.now())]).await;
    for table in ["spend_events", "spend_events_202603", "spend_events_other"] {
        for sql in
            [format!("update {table} set amount = 0"), format!("delete from {table}"), format!("truncate {table}")]
        {
            let run = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(platform.services().pool()).await;
            let fault = run.expect_err(&sql);
            let code =
                fault.as_database_error().and_then(|fault| fault.code()).expect("refused by Postgres").into_owned();
            assert_eq!(code, "42501", "{sql}");
        }
    }
}

#[tokio::test]
async fn keys_and_finished_reservations_are_deleted_after_their_retention() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "100").await;
    let [settled, _open] = [platform.hold("1", ada, "1").await, platform.hold("2", ada, "1").await];
    platform.settle(settled.reservation, "1").await;
    assert_eq!(spend::prepare(platform.services()).await.expect("a run"), 0);
    platform.world.clock.advance(Duration::days(94));
    assert_eq!(spend::prepare(platform.services()).await.expect("a run"), 2, "a key and a settled reservation");
    spend::expire(platform.services()).await.expect("a run");
    assert_eq!(spend::prepare(platform.services()).await.expect("a run"), 1, "the other reservation has expired since");
}
