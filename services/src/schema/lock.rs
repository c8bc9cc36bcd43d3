//! One instance migrates at a time.

use super::MigrateError;
use crate::database::Database;
use sqlx::{AssertSqlSafe, Connection as _, Error, PgConnection, Row as _};
use std::time::Duration;

/// Any number will do, as long as nothing else uses it: "bursar" and a counter.
const LOCK: i64 = 0x6275_7273_6172_0001;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How often the holder shows that it lives; Postgres frees the lock of one that did not for a minute.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// No snapshot is kept while the transaction is idle, so that `create index concurrently` does not wait for it.
const BEGIN: &str = "begin isolation level read committed; set local idle_in_transaction_session_timeout = '60s'";

/// The right to migrate. It belongs to a transaction on a connection of its own, so it cannot outlast this process: a
/// lock of the session would stay with a pooler's connection.
pub(super) struct MigrationLock(PgConnection);

impl MigrationLock {
    /// Waits until no other instance migrates. It tries again and again: one that waited in Postgres would be in a
    /// transaction that `create index concurrently` waits for.
    pub(super) async fn take(database: &Database) -> Result<Self, Error> {
        let mut connection = database.connect_without_limits().await?;
        let mut wait = FIRST_WAIT;
        loop {
            sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
            let sql = format!("select pg_try_advisory_xact_lock({LOCK})");
            let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(&mut connection).await?;
            if row.try_get(0)? {
                return Ok(Self(connection));
            }
            sqlx::raw_sql("rollback").execute(&mut connection).await?;
            tracing::info!(?wait, "another instance is migrating the database");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Does the work, and gives it up when the lock is lost.
    pub(super) async fn hold_during(
        mut self,
        work: impl Future<Output = Result<(), MigrateError>>,
    ) -> Result<(), MigrateError> {
        let result = tokio::select! {
            result = work => result,
            fault = keep(&mut self.0) => return Err(MigrateError::LockLost(fault)),
        };
        // The end of the connection frees the lock too; what became of the work matters more.
        if let Err(fault) = sqlx::raw_sql("rollback").execute(&mut self.0).await {
            tracing::debug!(%fault, "the migration lock was lost at the end");
        } else if let Err(fault) = self.0.close().await {
            tracing::debug!(%fault, "the connection of the migration lock did not end in an orderly way");
        }
        result
    }
}

/// Returns when the connection is lost.
async fn keep(connection: &mut PgConnection) -> Error {
    loop {
        tokio::time::sleep(SIGN_OF_LIFE).await;
        // Not even an empty statement, which would take a snapshot.
        if let Err(fault) = connection.ping().await {
            return fault;
        }
    }
}
