//! What is sealed, and how.

use super::{report, sealed, work, world};
use services::Error;
use services::audit::{Fault, seal};
use services::testing::World;
use std::sync::Arc;

#[tokio::test]
async fn what_was_written_is_sealed_and_proven() {
    let (world, head, _) = world().await;
    let report = report(&world, Some(&head)).await;
    assert_eq!((report.sealed, report.waiting, &report.head), (5, 1, &Some(head)));
    assert_eq!(report.faults, []);
    assert_eq!(sealed(&world).await.number, 3);
    assert_eq!(seal(&world.services).await.expect("the database answers"), None, "nothing waits any more");
}

#[tokio::test]
async fn sealing_with_lost_entries_seals_the_others_and_fails() {
    let (world, ..) = world().await;
    let notes = "insert into audit_unsealed select lpad(to_hex(n), 32, '0')::uuid from generate_series(0, 1499) n";
    sqlx::query(notes).execute(world.services.pool()).await.expect("notes");
    let fault = seal(&world.services).await.expect_err("lost entries");
    assert!(matches!(fault, Error::AuditEntriesLost(1_500)), "{fault}");
    let report = report(&world, None).await;
    assert_eq!((report.sealed, report.waiting), (6, 1_500), "the entry behind them is sealed");
    assert!(!report.faults.is_empty() && report.faults.iter().all(|fault| matches!(fault, Fault::Lost(_))));
}

#[tokio::test]
async fn every_column_of_the_log_is_hashed() {
    let world = World::create().await;
    let columns: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns where table_name = 'audit_log' order by ordinal_position",
    )
    .fetch_all(world.services.pool())
    .await
    .expect("the columns");
    let hashed = [
        "id",
        "at",
        "actor_id",
        "actor",
        "session_id",
        "request_id",
        "action",
        "target_type",
        "target_id",
        "target",
        "changes",
        "reason",
    ];
    assert_eq!(columns, hashed, "a new column belongs into services/src/audit/digest.rs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_seal_while_others_write_make_one_chain() {
    let world = Arc::new(World::create().await);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { work(&world, writer * 100..writer * 100 + 25).await })
        })
        .collect();
    let sealers: Vec<_> = (0..3)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                for _ in 0..20 {
                    seal(&world.services).await.expect("the database answers");
                }
            })
        })
        .collect();
    for task in writers.into_iter().chain(sealers) {
        task.await.expect("no panic");
    }
    seal(&world.services).await.expect("the database answers");
    let report = report(&world, None).await;
    assert_eq!((report.sealed, report.waiting), (100, 0));
    assert_eq!(report.faults, []);
}
