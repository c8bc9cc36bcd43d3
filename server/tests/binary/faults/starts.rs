//! Four servers start at the same moment.

use super::console::Console;
use crate::process::run;
use services::testing::TestDatabase;
use sqlx::PgPool;
use std::path::PathBuf;
use tempfile::TempDir;

/// An old release knew the first of these migrations only.
const OLD: usize = 3;

fn migrations() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).expect("the folder");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

async fn empty() -> TestDatabase {
    let database = TestDatabase::create().await;
    sqlx::raw_sql("drop schema public cascade; create schema public").execute(database.pool()).await.expect("empty");
    database
}

async fn count(pool: &PgPool, what: &'static str) -> i64 {
    sqlx::query_scalar(what).fetch_one(pool).await.expect(what)
}

async fn four_at_once(database: &TestDatabase) {
    let url = database.url();
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Console::start(&url, &[]).await })
        })
        .collect();
    let mut consoles = Vec::new();
    for console in starting {
        consoles.push(console.await.expect("every one gets ready"));
    }
    for console in &consoles {
        assert_eq!(console.get("/health/ready", "").await.expect("an answer").status, 200);
        assert_eq!(console.get("/sign-in", "").await.expect("an answer").status, 200);
    }
    for console in consoles {
        console.stop().await;
    }
    let applied = count(database.pool(), "select count(*) from _sqlx_migrations where success").await;
    assert_eq!(usize::try_from(applied).expect("few"), migrations().len());
    assert_eq!(count(database.pool(), "select count(*) from users where is_maintainer").await, 1);
    let made = "select count(*) from audit_log where action = 'user.bootstrapped'";
    assert_eq!(count(database.pool(), made).await, 1, "one of them made the first administrator");
}

#[tokio::test(flavor = "multi_thread")]
async fn four_servers_start_at_once_on_an_empty_database() {
    let database = empty().await;
    four_at_once(&database).await;
    assert_eq!(count(database.pool(), "select count(*) from users").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_servers_start_at_once_on_an_old_database_and_keep_what_is_in_it() {
    let database = empty().await;
    let old = TempDir::new().expect("a folder");
    for file in migrations().iter().take(OLD) {
        std::fs::copy(file, old.path().join(file.file_name().expect("a name"))).expect("a copy");
    }
    let (url, folder) = (database.url(), old.path().to_str().expect("plain"));
    let migrated = run(&["migrate", "--from", folder], &[("DATABASE_URL", &url)]);
    assert!(migrated.status.success(), "{migrated:?}");
    sqlx::raw_sql(
        "insert into users (id, name, email) select gen_random_uuid(), 'Person ' || n, n || '@example.com' from generate_series(1, 1000) n;
         insert into projects (id, name, description, project_type) select gen_random_uuid(), 'p-' || n, 'x', 'shared' from generate_series(1, 100) n;
         insert into user_projects (user_id, project_id) select u.id, p.id from (select id from users limit 10) u, projects p;",
    )
    .execute(database.pool())
    .await
    .expect("rows");
    four_at_once(&database).await;
    assert_eq!(count(database.pool(), "select count(*) from users where name like 'Person %'").await, 1000);
    assert_eq!(count(database.pool(), "select count(*) from user_projects where granted_by is null and project_id in (select id from projects where name like 'p-%')").await, 1000);
}
