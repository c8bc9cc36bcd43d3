//! Migrations, against a real Postgres.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use services::schema::{MigrateError, migrate};
use services::testing::TestDatabase;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::collections::BTreeSet;

/// A database with nothing in it.
async fn empty() -> TestDatabase {
    let database = TestDatabase::create().await;
    sqlx::raw_sql("drop schema public cascade; create schema public").execute(database.pool()).await.expect("empty");
    database
}

async fn applied(pool: &PgPool) -> BTreeSet<i64> {
    let versions: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations where success")
        .fetch_all(pool)
        .await
        .expect("the list of migrations");
    versions.into_iter().collect()
}

/// The numbers at the beginning of the files' names.
fn files() -> BTreeSet<i64> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).expect("the folder");
    let names = folder.map(|entry| entry.expect("a file").file_name().into_string().expect("a plain name"));
    names.map(|name| name.split('_').next().and_then(|number| number.parse().ok()).expect("a number")).collect()
}

#[tokio::test]
async fn every_file_is_applied_once_and_again_changes_nothing() {
    let database = empty().await;
    migrate(&database.pool().clone().into()).await.expect("an empty database");
    assert_eq!(applied(database.pool()).await, files());
    migrate(&database.pool().clone().into()).await.expect("a database that is up to date");
    assert_eq!(applied(database.pool()).await, files());
}

#[tokio::test]
async fn four_replicas_start_at_once_on_an_empty_database_and_none_fails() {
    let database = empty().await;
    let replicas: Vec<_> = (0..4)
        .map(|_| {
            let pool = PgPoolOptions::new().connect_lazy(&database.url()).expect("an address");
            tokio::spawn(async move { migrate(&pool.into()).await })
        })
        .collect();
    for replica in replicas {
        replica.await.expect("no panic").expect("no replica fails");
    }
    assert_eq!(applied(database.pool()).await, files());
}

#[tokio::test]
async fn a_changed_migration_stops_the_start() {
    let database = TestDatabase::create().await;
    sqlx::query("update _sqlx_migrations set checksum = $1 where version = 2")
        .bind(b"other".as_slice())
        .execute(database.pool())
        .await
        .expect("a migration");
    let fault = migrate(&database.pool().clone().into()).await.expect_err("a changed migration");
    assert!(matches!(fault, MigrateError::Changed(2)), "{fault}");
}

#[tokio::test]
async fn a_database_from_a_newer_release_stops_the_start() {
    let database = TestDatabase::create().await;
    sqlx::query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (999999, 'later', true, '', 0)")
        .execute(database.pool())
        .await
        .expect("a row");
    let fault = migrate(&database.pool().clone().into()).await.expect_err("an unknown migration");
    assert!(matches!(fault, MigrateError::Unknown(999_999)), "{fault}");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_an_error_and_not_a_wait() {
    let pool = PgPoolOptions::new().connect_lazy("postgres://postgres@127.0.0.1:1/none").expect("an address");
    let fault = migrate(&pool.into()).await.expect_err("nobody listens there");
    assert!(matches!(fault, MigrateError::Database(_)), "{fault}");
}
