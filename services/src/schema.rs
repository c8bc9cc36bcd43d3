//! The schema of the database: brought up to date at start, by any number of replicas at once.

use sqlx::migrate::{MigrateError as Fault, Migrator};
use sqlx::{Connection, PgConnection, PgPool};
use std::path::Path;
use std::time::Duration;

static MIGRATIONS: Migrator = {
    let mut migrations = sqlx::migrate!("../migrations");
    // The library's own lock waits without end; [`lock`] tries, so that a time-out or a signal is heard.
    migrations.locking = false;
    migrations
};

/// Any number will do, as long as nothing else uses it: "bursar" and a counter.
const LOCK: i64 = 0x6275_7273_6172_0001;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Postgres 15, as `server_version_num` tells it.
const OLDEST_SERVER: i32 = 150_000;

/// Why the schema could not be brought up to date. Nothing of the migration that failed was kept.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The server is older than what Bursar is tested with.
    #[error("Postgres {0} is too old: Bursar needs version 15 or newer.")]
    OldServer(String),
    /// Somebody edited a file after it had been applied.
    #[error("Migration {0} has changed since it was applied to this database. Start the release that applied it.")]
    Changed(i64),
    /// The database is ahead of this release.
    #[error("The database has migration {0}, which this release does not know. Start a newer release.")]
    Unknown(i64),
    /// The database did not do what a migration asked.
    #[error("Migration {0} failed: {1}")]
    Failed(i64, #[source] sqlx::Error),
    /// The database did not answer.
    #[error("The database could not be reached for migrations: {0}")]
    Database(#[from] sqlx::Error),
    /// Anything else the library reports.
    #[error("Migrations failed: {0}")]
    Other(#[source] Fault),
}

/// Applies what is missing. Returns at once when nothing is; waits while another replica is at it.
///
/// The connection is its own and is closed at the end, which frees the lock whatever happened.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    apply(&MIGRATIONS, pool).await
}

/// As [`migrate`], with the SQL files of `folder` instead of those that were built in: a developer's binary need not
/// be built again to see a new one.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate_from(pool: &PgPool, folder: &Path) -> Result<(), MigrateError> {
    let mut migrations = Migrator::new(folder).await.map_err(MigrateError::Other)?;
    migrations.locking = false;
    apply(&migrations, pool).await
}

async fn apply(migrations: &Migrator, pool: &PgPool) -> Result<(), MigrateError> {
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    check_server(&mut connection).await?;
    sqlx::raw_sql("set statement_timeout = 0").execute(&mut connection).await?;
    lock(&mut connection).await?;
    // Not `run`: its future is not `Send`, so no task could hold it.
    migrations.run_direct(None, &mut connection, false).await.map_err(explain)?;
    connection.close().await?;
    Ok(())
}

async fn check_server(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let (number, name): (i32, String) =
        sqlx::query_as("select current_setting('server_version_num')::integer, current_setting('server_version')")
            .fetch_one(connection)
            .await?;
    if number < OLDEST_SERVER { Err(MigrateError::OldServer(name)) } else { Ok(()) }
}

async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut wait = FIRST_WAIT;
    loop {
        let ours: bool =
            sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut *connection).await?;
        if ours {
            return Ok(());
        }
        tracing::info!(?wait, "another replica is migrating the database");
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

fn explain(fault: Fault) -> MigrateError {
    match fault {
        Fault::VersionMismatch(version) => MigrateError::Changed(version),
        Fault::VersionMissing(version) | Fault::VersionTooNew(version, _) => MigrateError::Unknown(version),
        Fault::ExecuteMigration(fault, version) => MigrateError::Failed(version, fault),
        Fault::Execute(fault) => MigrateError::Database(fault),
        other => MigrateError::Other(other),
    }
}
