//! Migrating and serving as roles with few rights.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use services::clock::Clock;
use services::database::Database;
use services::random::Random;
use services::schema::{MigrateError, migrate};
use services::testing::TestDatabase;
use services::{Services, Settings, audit, bootstrap, spend};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

const DOCUMENT: &str = include_str!("../../docs/operations.md");

fn server() -> PgConnectOptions {
    std::env::var("BURSAR_TEST_DATABASE_URL").expect("a server").parse().expect("an address")
}

fn unique_number() -> String {
    format!("{:016x}", u64::from_ne_bytes(Random::system().bytes()))
}

async fn run_on(options: &PgConnectOptions, sql: &str) {
    let mut connection = PgConnection::connect_with(options).await.expect("a connection");
    // One after the other, as psql does: `create database` is not for a transaction.
    for statement in sql.split_inclusive(';').filter(|statement| !statement.trim().is_empty()) {
        let run = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
        run.unwrap_or_else(|fault| panic!("{statement}: {fault}"));
    }
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
}

async fn is_true(pool: &PgPool, sql: &str) -> bool {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(pool).await.expect(sql)
}

async fn empty() -> TestDatabase {
    let database = TestDatabase::create().await;
    run(database.pool(), "drop schema public cascade; create schema public").await;
    database
}

/// Statements that a test ends with, whatever came of it.
struct Cleanup(String);

impl Drop for Cleanup {
    fn drop(&mut self) {
        let sql = self.0.clone();
        let run = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run_on(&server(), &sql));
        });
        // A failure leaves things to the end of the server; a second panic would hide the test's own.
        let _ = run.join();
    }
}

/// A role that may sign in and nothing else.
struct Role {
    name: String,
    _cleanup: Cleanup,
}

impl Role {
    /// Belongs before the database that it is used on, so that it is dropped after it.
    async fn create() -> Self {
        let name = format!("bursar_role_{}", unique_number());
        run_on(&server(), &format!("create role {name} login password 'change me'")).await;
        Self { _cleanup: Cleanup(format!("drop role {name}")), name }
    }

    fn on(&self, database: &TestDatabase) -> Database {
        let options: PgConnectOptions = database.url().parse().expect("an address");
        PgPoolOptions::new().connect_lazy_with(options.username(&self.name).password("change me")).into()
    }
}

/// Runs the statements that a refusal names.
async fn follow(pool: &PgPool, fault: &MigrateError, parts: &[&str]) {
    let MigrateError::MissingRights { sql, .. } = fault else { panic!("{fault}") };
    assert!(parts.iter().all(|part| sql.contains(part)), "{sql}");
    assert!(fault.to_string().contains(sql), "{fault}");
    run(pool, sql).await;
}

#[tokio::test]
async fn role_without_rights_is_told_the_sql_that_lets_it_migrate() {
    let role = Role::create().await;
    let database = empty().await;
    let fault = migrate(&role.on(&database)).await.expect_err("no rights");
    let grant = format!("grant usage, create on schema public to {};", role.name);
    follow(database.pool(), &fault, &["create extension pg_trgm;", "create extension btree_gist;", &grant]).await;
    migrate(&role.on(&database)).await.expect("the rights that were named suffice");
}

#[tokio::test]
async fn role_without_ddl_rights_serves_what_is_up_to_date() {
    let role = Role::create().await;
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let fault = migrate(&role.on(&database)).await.expect_err("no rights");
    follow(pool, &fault, &["grant select, insert, update, delete on all tables", "revoke update, delete"]).await;
    migrate(&role.on(&database)).await.expect("nothing to do");
    // A partition of a later month, on which the role has no privilege, is used through its table.
    run(pool, "select create_spend_partition('2026-03-01')").await;
    migrate(&role.on(&database)).await.expect("nothing to do");
    let event = "insert into spend_events (id, spent_at, received_at, category, model, amount)
                 values (gen_random_uuid(), '2026-03-01 12:00+00', now(), 'cli', '', 1)";
    sqlx::raw_sql(event).execute(&role.on(&database)).await.expect("an event");
    let creates = format!("select has_schema_privilege('{}', 'public', 'create')", role.name);
    let rewrites = format!("select has_table_privilege('{}', 'audit_log', 'update, delete, truncate')", role.name);
    assert!(!is_true(pool, &creates).await && !is_true(pool, &rewrites).await);

    run(pool, "delete from _sqlx_migrations where version = 40").await;
    let fault = migrate(&role.on(&database)).await.expect_err("something to do");
    assert!(matches!(fault, MigrateError::OtherOwner { .. }), "{fault}");
    assert!(fault.to_string().contains("bursar migrate"), "{fault}");
}

#[tokio::test]
async fn role_that_may_not_connect_is_told_the_sql() {
    let role = Role::create().await;
    let database = TestDatabase::create().await;
    run(
        database.pool(),
        "do $$ begin execute format('revoke connect on database %I from public', current_database()); end $$",
    )
    .await;
    let fault = migrate(&role.on(&database)).await.expect_err("no rights");
    follow(database.pool(), &fault, &["grant connect on database"]).await;
    let fault = migrate(&role.on(&database)).await.expect_err("no other rights");
    follow(database.pool(), &fault, &["on all tables"]).await;
    migrate(&role.on(&database)).await.expect("enough");
}

/// The SQL of the chapter on database roles, block by block.
fn documented_sql() -> Vec<&'static str> {
    let (_, chapter) = DOCUMENT.split_once("\n## Database roles\n").expect("the chapter");
    let chapter = chapter.split("\n## ").next().expect("its end");
    chapter.split("```sql\n").skip(1).map(|block| block.split("```").next().expect("the end of a block")).collect()
}

#[tokio::test]
async fn documented_roles_migrate_and_serve_and_keep_the_audit_log() {
    let number = unique_number();
    let made_at = Clock::system().now().unix_timestamp();
    let [owner, app] = ["owner", "app"].map(|role| format!("bursar_{role}_{number}"));
    let name = format!("bursar_test_{made_at}_{number}");
    let _cleanup = Cleanup(format!("drop database if exists {name} with (force); drop role {owner}; drop role {app}"));
    let blocks: Vec<String> = documented_sql()
        .into_iter()
        .map(|sql| {
            sql.replace("bursar_owner", &owner)
                .replace("bursar_app", &app)
                .replace("database bursar ", &format!("database {name} "))
        })
        .collect();
    let [as_superuser, as_owner, after_migrations] = blocks.as_slice() else { panic!("{blocks:?}") };

    run_on(&server(), as_superuser).await;
    let options = server().database(&name);
    let (owner, app) =
        (options.clone().username(&owner).password("change me"), options.username(&app).password("change me too"));
    run_on(&owner, as_owner).await;
    let (owning, serving) =
        (PgPoolOptions::new().connect_lazy_with(owner.clone()), PgPoolOptions::new().connect_lazy_with(app));
    migrate(&owning.clone().into()).await.expect("the owner migrates");
    run_on(&owner, after_migrations).await;

    migrate(&serving.clone().into()).await.expect("nothing to do");
    let services =
        Services::new(serving.clone(), Clock::system(), Random::system(), Settings::default()).expect("workers");
    bootstrap::superadmin(&services, None, None).await.expect("a change with its audit event");
    audit::seal(&services).await.expect("a seal");
    spend::prepare(&services).await.expect("partitions of the ledger, created with the rights of the owner");
    let month: String = sqlx::query_scalar(
        "select max(inhrelid::regclass::text) from pg_inherits
         where inhparent = 'spend_events'::regclass and inhrelid::regclass::text <> 'spend_events_other'",
    )
    .fetch_one(&serving)
    .await
    .expect("a partition");
    let of_month = [format!("delete from {month}"), format!("update {month} set amount = 0")];
    for sql in of_month.iter().map(String::as_str).chain([
        "delete from audit_log",
        "update audit_log set actor = 'nobody'",
        "truncate audit_log",
        "alter table audit_log disable trigger all",
        "delete from audit_seals",
        "delete from spend_events",
        "update spend_events set amount = 0",
        "truncate spend_events",
        "alter table spend_events disable trigger all",
        "delete from spend_events_other",
        "delete from _sqlx_migrations",
        "create table mine ()",
    ]) {
        let fault = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&serving).await.expect_err(sql);
        let code = fault.as_database_error().and_then(|fault| fault.code()).expect("refused by Postgres").into_owned();
        assert_eq!(code, "42501", "{sql}: {fault}");
    }
    serving.close().await;
    owning.close().await;
}
