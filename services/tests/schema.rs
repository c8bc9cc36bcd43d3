//! Migrations, against a real Postgres.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use services::schema::{MigrateError, migrate};
use services::testing::TestDatabase;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Executor as _, PgPool, SqlSafeStr as _};
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

#[tokio::test]
async fn cascading_foreign_keys_are_indexed() {
    let database = TestDatabase::create().await;
    let unindexed: Vec<String> = sqlx::query_scalar(
        "select format('%s (%s)', c.conrelid::regclass, (
             select string_agg(a.attname, ', ' order by k.place)
             from unnest(c.conkey) with ordinality k(number, place)
             join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number))
         from pg_constraint c
         where c.contype = 'f' and c.confdeltype in ('c', 'n', 'd') and not exists (
           select from pg_index i where i.indrelid = c.conrelid and i.indisvalid
             and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey)
         order by 1",
    )
    .fetch_all(database.pool())
    .await
    .expect("the constraints");
    assert_eq!(
        unindexed,
        Vec::<String>::new(),
        "deleting a row scans these: create an index that begins with the columns"
    );
}

/// A migration that was applied somewhere never changes again: every database that has it would refuse to start.
#[test]
fn migrations_match_their_recorded_checksums() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    let checksum = |name: &String| {
        let digest = Sha256::digest(std::fs::read(format!("{folder}/{name}")).expect("a file"));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digest}  migrations/{name}")
    };
    let current: Vec<String> = names.iter().map(checksum).collect();
    let recorded: Vec<&str> = include_str!("migrations.sha256").lines().collect();
    assert_eq!(
        current, recorded,
        "A migration was added, or one that is recorded was changed. Change one only if no database outside this checkout \
         has it. To record what is there now: sha256sum migrations/*.sql > services/tests/migrations.sha256"
    );
}

/// The query data comes from one version of Postgres; here each statement is prepared on the one of the test.
#[tokio::test]
async fn every_statement_is_understood_by_this_postgres() {
    let database = TestDatabase::create().await;
    let mut connection = database.pool().acquire().await.expect("a connection");
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.sqlx")).expect("the query data");
    let mut count = 0;
    for file in folder {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("a text");
        let data: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let sql = data["query"].as_str().expect("a statement").to_owned();
        let prepared = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await;
        prepared.unwrap_or_else(|fault| panic!("{fault}\n{}", data["query"]));
        count += 1;
    }
    assert!(count > 400, "{count} statements");
}
