//! Migrations that are interrupted, or that meet locks.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use services::database::Database;
use services::schema::{MigrateError, migrate, migrate_from};
use services::testing::TestDatabase;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// The first migration that builds an index `concurrently`, the next drops the one that it replaces.
const BUILDS_INDEX: &str = "0040";
/// What a test waits for happens much sooner, or never.
const LONG: Duration = Duration::from_secs(20);

fn migrations() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).expect("the folder");
    folder.map(|entry| entry.expect("a file").path()).collect()
}

/// A folder with the migrations before `end`.
fn migrations_before(end: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for file in migrations() {
        let name = file.file_name().expect("a name");
        if name.to_str().expect("plain") < end {
            std::fs::copy(&file, folder.path().join(name)).expect("a copy");
        }
    }
    folder
}

async fn empty() -> TestDatabase {
    let database = TestDatabase::create().await;
    run(database.pool(), "drop schema public cascade; create schema public").await;
    database
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
}

async fn is_true(pool: &PgPool, sql: &str) -> bool {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(pool).await.expect(sql)
}

/// Looks again and again until it is so.
async fn until(pool: &PgPool, sql: &'static str) {
    let seen = async { while !is_true(pool, sql).await {} };
    tokio::time::timeout(LONG, seen).await.unwrap_or_else(|_| panic!("never true: {sql}"));
}

async fn invalid_indexes(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select indexrelid::regclass::text from pg_index where not indisvalid order by 1")
        .fetch_all(pool)
        .await
        .expect("the indexes")
}

/// Whether an index is there and used.
async fn serves(pool: &PgPool, name: &str) -> bool {
    sqlx::query_scalar("select coalesce((select indisvalid from pg_index where indexrelid = to_regclass($1)), false)")
        .bind(name)
        .fetch_one(pool)
        .await
        .expect("an index")
}

fn migrate_beside(database: &TestDatabase) -> JoinHandle<Result<(), MigrateError>> {
    let database = Database::from(database.pool().clone());
    tokio::spawn(async move { migrate(&database).await })
}

const BUILDING: &str = "select exists (select from pg_stat_activity where datname = current_database()
    and query like '%create index concurrently%' and pid <> pg_backend_pid() and wait_event_type = 'Lock'
    and query_start < clock_timestamp() - interval '500 ms')";

#[tokio::test]
async fn cancelled_index_build_is_repeated_before_the_old_index_is_dropped() {
    let database = empty().await;
    let pool = database.pool();
    migrate_from(&pool.clone().into(), migrations_before(BUILDS_INDEX).path()).await.expect("the older release");

    // The build waits for whoever writes, and is cancelled meanwhile.
    let mut writer = pool.begin().await.expect("a transaction");
    sqlx::raw_sql("lock table user_projects in row exclusive mode").execute(&mut *writer).await.expect("a lock");
    let migrating = migrate_beside(&database);
    until(pool, BUILDING).await;
    run(
        pool,
        "select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database()
         and query like '%create index concurrently%' and pid <> pg_backend_pid()",
    )
    .await;
    let fault = migrating.await.expect("no panic").expect_err("a cancelled build");
    assert!(matches!(fault, MigrateError::Failed(40, _)), "{fault}");
    assert_eq!(invalid_indexes(pool).await, ["user_projects_of_project"]);
    assert!(serves(pool, "user_projects_by_project").await);
    writer.rollback().await.expect("an end");

    migrate(&pool.clone().into()).await.expect("the next start");
    assert_eq!(invalid_indexes(pool).await, Vec::<String>::new());
    assert!(serves(pool, "user_projects_of_project").await);
    assert!(!serves(pool, "user_projects_by_project").await);
}

#[tokio::test]
async fn index_that_an_older_release_left_invalid_is_rebuilt() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    run(
        pool,
        "update pg_index set indisvalid = false where indexrelid = 'user_projects_of_project'::regclass;
         create index users_by_name_ccnew on users (name);
         update pg_index set indisvalid = false where indexrelid = 'users_by_name_ccnew'::regclass",
    )
    .await;
    migrate(&pool.clone().into()).await.expect("a start");
    assert_eq!(invalid_indexes(pool).await, Vec::<String>::new());
    assert!(serves(pool, "user_projects_of_project").await);
    assert!(!serves(pool, "users_by_name_ccnew").await, "a copy that nothing replaces");
}

#[tokio::test]
async fn index_that_stays_invalid_stops_the_start_by_name() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    run(pool, "create table marks (mark text); insert into marks values ('a'), ('a')").await;
    let built = sqlx::raw_sql("create unique index concurrently marks_once on marks (mark)").execute(pool).await;
    built.expect_err("a duplicate");
    for _ in 0..2 {
        let fault = migrate(&pool.clone().into()).await.expect_err("an invalid index");
        assert!(fault.to_string().contains("marks_once"), "{fault}");
    }
}

#[tokio::test]
async fn index_build_of_a_role_with_lock_timeout_waits_for_open_inserts() {
    let database = empty().await;
    let pool = database.pool();
    migrate_from(&pool.clone().into(), migrations_before(BUILDS_INDEX).path()).await.expect("the older release");
    run(
        pool,
        "do $$ begin
           execute format('alter role %I in database %I set lock_timeout = ''100ms''', current_user, current_database());
         end $$",
    )
    .await;
    let mut writer = PgConnection::connect(&database.url()).await.expect("a connection");
    let mut open = writer.begin().await.expect("a transaction");
    sqlx::raw_sql("insert into users (id, email, name) values (gen_random_uuid(), 'ada@example.com', 'Ada')")
        .execute(&mut *open)
        .await
        .expect("a row");
    sqlx::raw_sql("lock table user_projects in row exclusive mode").execute(&mut *open).await.expect("a lock");
    let migrating = migrate_beside(&database);
    until(pool, BUILDING).await;
    open.commit().await.expect("an end");
    migrating.await.expect("no panic").expect("migrations wait for the insert");
    assert_eq!(invalid_indexes(pool).await, Vec::<String>::new());
    assert!(serves(pool, "user_projects_of_project").await);
}

#[tokio::test]
async fn migration_that_waits_for_a_lock_lets_others_read() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let newer = migrations_before("9");
    let file = newer.path().join("9000_probe.sql");
    std::fs::write(file, "alter table sessions add column probe text;").expect("a file");

    // A dump or a report reads for long.
    let mut report = pool.begin().await.expect("a transaction");
    sqlx::query("select count(*) from sessions").fetch_one(&mut *report).await.expect("a count");
    let handle: Database = pool.clone().into();
    let migrating = tokio::spawn(async move { migrate_from(&handle, newer.path()).await });
    until(pool, "select exists (select from pg_locks where not granted and relation = 'sessions'::regclass)").await;
    let page = sqlx::query("select count(*) from sessions").fetch_one(pool);
    tokio::time::timeout(LONG, page).await.expect("not for as long as the report").expect("a count");
    report.commit().await.expect("an end");
    migrating.await.expect("no panic").expect("tried again");
    assert!(is_true(pool, "select not exists (select probe from sessions)").await);
}

#[tokio::test]
async fn migration_lock_of_a_vanished_instance_is_free_again() {
    let database = empty().await;
    let pool = database.pool();
    let mut writer = pool.begin().await.expect("a transaction");
    migrate_from(&pool.clone().into(), migrations_before(BUILDS_INDEX).path()).await.expect("the older release");
    sqlx::raw_sql("lock table user_projects in row exclusive mode").execute(&mut *writer).await.expect("a lock");
    let migrating = migrate_beside(&database);
    until(pool, BUILDING).await;
    // Its lock is the only one that is in a transaction and does nothing.
    run(
        pool,
        "select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
         where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
           and a.state = 'idle in transaction'",
    )
    .await;
    let fault = tokio::time::timeout(LONG, migrating).await.expect("an end").expect("no panic").expect_err("no lock");
    assert!(matches!(fault, MigrateError::LockLost(_)), "{fault}");
    writer.rollback().await.expect("an end");
    migrate(&pool.clone().into()).await.expect("the next start");
    assert_eq!(invalid_indexes(pool).await, Vec::<String>::new());
}
