//! One migration.

use super::{MigrateError, history, indexes};
use sqlx::migrate::Migration;
use sqlx::{AssertSqlSafe, Connection as _, Error, PgConnection};
use std::time::{Duration, Instant};

/// How a migration's transaction begins. What waits for a lock holds up all that use the table after it, so
/// it gives up soon and tries again.
const BEGIN: &str =
    "begin isolation level read committed; set local lock_timeout = '2s'; set local statement_timeout = 0";
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// `lock_not_available` and `deadlock_detected`.
const LOCK_FAULTS: [&str; 2] = ["55P03", "40P01"];

/// Applies a migration and writes it down.
pub(super) async fn apply(migration: &Migration, connection: &mut PgConnection) -> Result<(), MigrateError> {
    tracing::info!(version = migration.version, name = %migration.description, "applying a migration");
    if migration.no_tx {
        return build(migration, connection).await;
    }
    let mut wait = FIRST_WAIT;
    loop {
        match apply_in_transaction(migration, connection).await {
            Err(fault) if is_lock_fault(&fault) => {
                tracing::warn!(version = migration.version, ?wait, "the migration waits for a lock that others hold");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            other => return other.map_err(|fault| MigrateError::Failed(migration.version, fault)),
        }
    }
}

async fn apply_in_transaction(migration: &Migration, connection: &mut PgConnection) -> Result<(), Error> {
    let start = Instant::now();
    let mut transaction = connection.begin_with(BEGIN).await?;
    sqlx::raw_sql(migration.sql.clone()).execute(&mut *transaction).await?;
    history::record(&mut transaction, migration, start.elapsed()).await?;
    transaction.commit().await
}

/// Applies what may not run in a transaction: indexes are built or dropped `concurrently`, one statement after the other.
/// It waits for others without making them wait, for as long as it takes.
async fn build(migration: &Migration, connection: &mut PgConnection) -> Result<(), MigrateError> {
    let start = Instant::now();
    for statement in statements(migration.sql.as_str()) {
        let built = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut *connection).await;
        built.map_err(|fault| MigrateError::Failed(migration.version, fault))?;
    }
    // The next migration may drop what this one replaces.
    indexes::check(connection).await?;
    let mut transaction = connection.begin_with(BEGIN).await?;
    history::record(&mut transaction, migration, start.elapsed()).await?;
    Ok(transaction.commit().await?)
}

/// The statements of a file. Sent together, they would be one transaction. Each ends with a semicolon at the end of a
/// line.
fn statements(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(";\n").filter(|statement| !statement.trim().is_empty())
}

/// Whether others held a lock, so that trying again may help.
pub(super) fn is_lock_fault(fault: &Error) -> bool {
    let code = fault.as_database_error().and_then(|fault| fault.code());
    code.is_some_and(|code| LOCK_FAULTS.contains(&&*code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_split_at_the_ends_of_its_statements() {
        let sql = "-- no-transaction\ncreate index a\n    on t (x || ';');\ncreate index b on t (y);\n";
        let all: Vec<&str> = statements(sql).collect();
        assert_eq!(all, ["-- no-transaction\ncreate index a\n    on t (x || ';')", "create index b on t (y)"]);
    }
}
