//! The schema of the database: brought up to date at start, by any number of instances at once.

mod apply;
mod collation;
mod fault;
mod history;
mod indexes;
mod lock;
mod rights;

pub use fault::MigrateError;

use crate::database::{DIRECT_MARK, Database};
use lock::MigrationLock;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _};
use std::path::Path;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Postgres 15, as `server_version_num` tells it.
const OLDEST_SERVER: i32 = 150_000;

/// Applies what is missing and rebuilds invalid indexes. Reads alone when there is nothing to do, so that a role without
/// the right to create anything can serve; waits while another instance migrates.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(database: &Database) -> Result<(), MigrateError> {
    bring_up_to_date(&MIGRATIONS, database).await
}

/// As [`migrate`], with the SQL files of `folder` instead of those that were built in: a developer's binary need not
/// be built again to see a new one.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate_from(database: &Database, folder: &Path) -> Result<(), MigrateError> {
    let migrations = Migrator::new(folder).await.map_err(MigrateError::Files)?;
    bring_up_to_date(&migrations, database).await
}

async fn bring_up_to_date(migrations: &Migrator, database: &Database) -> Result<(), MigrateError> {
    let mut connection =
        database.connect_without_limits().await.map_err(|fault| fault::of_connection(fault, database.pool()))?;
    let result = check_and_apply(migrations, database, &mut connection).await;
    if let Err(fault) = connection.close().await {
        tracing::debug!(%fault, "the connection of the migrations was gone before it was closed");
    }
    result
}

async fn check_and_apply(
    migrations: &Migrator,
    database: &Database,
    connection: &mut PgConnection,
) -> Result<(), MigrateError> {
    check_server(database, connection).await?;
    collation::check(connection).await?;
    rights::check_serving(connection).await?;
    if is_due(migrations, connection).await? {
        rights::check_migrating(connection).await?;
        let lock = MigrationLock::take(database).await?;
        lock.hold_during(apply_missing(migrations, connection)).await?;
    }
    Ok(collation::warn_of_new_order(connection).await?)
}

async fn check_server(database: &Database, connection: &mut PgConnection) -> Result<(), MigrateError> {
    let sql = format!(
        "select current_setting('server_version_num')::integer, current_setting('server_version'),
                current_setting('{DIRECT_MARK}', true) is not distinct from 'on'"
    );
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await?;
    if row.try_get::<i32, _>(0)? < OLDEST_SERVER {
        return Err(MigrateError::OldServer(row.try_get(1)?));
    }
    if !database.is_behind_pooler() && !row.try_get::<bool, _>(2)? {
        return Err(MigrateError::PoolerIgnoresSettings);
    }
    Ok(())
}

async fn is_due(migrations: &Migrator, connection: &mut PgConnection) -> Result<bool, MigrateError> {
    let missing = history::missing(migrations, connection).await?;
    Ok(!missing.is_empty() || !indexes::invalid(connection).await?.is_empty())
}

/// An index that a former run left invalid is rebuilt first: no migration may take it for a good one.
async fn apply_missing(migrations: &Migrator, connection: &mut PgConnection) -> Result<(), MigrateError> {
    history::create(connection).await?;
    indexes::rebuild_invalid(connection).await?;
    // Read again: another instance may have migrated before the lock was free.
    for migration in history::missing(migrations, connection).await? {
        apply::apply(migration, connection).await?;
    }
    indexes::check(connection).await
}
