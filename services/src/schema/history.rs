//! Which migrations were applied to this database, in the table that sqlx's own tools read too.

use super::MigrateError;
use sqlx::migrate::{Migration, Migrator};
use sqlx::{Error, PgConnection, Row as _};
use std::collections::BTreeMap;
use std::time::Duration;

/// The migrations that are still to be applied, in their order.
pub(super) async fn missing<'a>(
    migrations: &'a Migrator,
    connection: &mut PgConnection,
) -> Result<Vec<&'a Migration>, MigrateError> {
    let applied = applied(connection).await?;
    if let Some(unknown) = applied.keys().find(|version| !migrations.version_exists(**version)) {
        return Err(MigrateError::Unknown(*unknown));
    }
    let mut missing = Vec::new();
    for migration in migrations.iter() {
        match applied.get(&migration.version) {
            Some(checksum) if *checksum != *migration.checksum => return Err(MigrateError::Changed(migration.version)),
            Some(_) => {}
            None => missing.push(migration),
        }
    }
    Ok(missing)
}

/// Version and checksum of every migration that was applied; none in an empty database.
///
/// In the simple protocol, as everything outside of a transaction here: a pooler may send the next message to another
/// connection, where nothing is prepared.
async fn applied(connection: &mut PgConnection) -> Result<BTreeMap<i64, Vec<u8>>, Error> {
    let exists =
        sqlx::raw_sql("select to_regclass('_sqlx_migrations') is not null").fetch_one(&mut *connection).await?;
    if !exists.try_get::<bool, _>(0)? {
        return Ok(BTreeMap::new());
    }
    let rows =
        sqlx::raw_sql("select version, checksum from _sqlx_migrations where success").fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Makes the table in an empty database.
pub(super) async fn create(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::raw_sql(
        "create table if not exists _sqlx_migrations (
             version bigint primary key, description text not null, installed_on timestamptz not null default now(),
             success boolean not null, checksum bytea not null, execution_time bigint not null)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a migration down as applied, in the transaction of `connection`.
pub(super) async fn record(connection: &mut PgConnection, migration: &Migration, took: Duration) -> Result<(), Error> {
    sqlx::query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values ($1, $2, true, $3, $4)")
        .bind(migration.version)
        .bind(&*migration.description)
        .bind(&*migration.checksum)
        .bind(i64::try_from(took.as_nanos()).unwrap_or(i64::MAX))
        .persistent(false)
        .execute(connection)
        .await?;
    Ok(())
}
