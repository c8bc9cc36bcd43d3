//! Indexes that a failed `create index concurrently` left invalid: they cost every write and serve no read.

use super::{MigrateError, apply};
use sqlx::{AssertSqlSafe, Error, PgConnection, Row as _};

/// The names of the invalid indexes among ours, as SQL writes them: in the schema and of the owner of our tables.
pub(super) async fn invalid(connection: &mut PgConnection) -> Result<Vec<String>, Error> {
    let rows = sqlx::raw_sql(
        "select i.indexrelid::regclass::text
         from pg_index i
         join pg_class c on c.oid = i.indexrelid
         join pg_class history on history.oid = to_regclass('_sqlx_migrations')
         where not (i.indisvalid and i.indisready) and c.relkind = 'i'
           and c.relnamespace = history.relnamespace and c.relowner = history.relowner
         order by 1",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Builds every invalid index again, without making other transactions wait.
pub(super) async fn rebuild_invalid(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let (leftovers, broken): (Vec<_>, Vec<_>) =
        invalid(connection).await?.into_iter().partition(|name| is_leftover(name));
    for name in leftovers {
        tracing::warn!(%name, "an index is what an interrupted reindex left: dropping it");
        rebuild(&name, format!("drop index concurrently if exists {name}"), connection).await?;
    }
    for name in broken {
        tracing::warn!(%name, "an index is invalid, because its building was interrupted: building it again");
        rebuild(&name, format!("reindex index concurrently {name}"), connection).await?;
    }
    Ok(())
}

/// An instance that vanished may have left a build that still runs: the two may block each other once.
async fn rebuild(name: &str, sql: String, connection: &mut PgConnection) -> Result<(), MigrateError> {
    loop {
        match sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *connection).await {
            Err(fault) if apply::is_lock_fault(&fault) => tracing::warn!(%name, %fault, "trying again"),
            other => return other.map(|_| ()).map_err(|fault| MigrateError::Rebuild(name.to_owned(), fault)),
        }
    }
}

/// Fails when there is an invalid index.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let names = invalid(connection).await?;
    if names.is_empty() { Ok(()) } else { Err(MigrateError::InvalidIndexes(names.join(", "))) }
}

/// Whether `reindex concurrently` made the name, for the copy that it builds or the one that it replaces. The index
/// itself is there under its own name.
fn is_leftover(name: &str) -> bool {
    let stem = name.trim_matches('"').trim_end_matches(|letter: char| letter.is_ascii_digit());
    stem.ends_with("_ccnew") || stem.ends_with("_ccold")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_reindex_are_known_by_name() {
        for name in ["users_by_name_ccnew", "users_by_name_ccnew3", "users_by_name_ccold", "\"Users_ccold12\""] {
            assert!(is_leftover(name), "{name}");
        }
        for name in ["users_by_name", "users_ccnew_by_name", "users_by_name2"] {
            assert!(!is_leftover(name), "{name}");
        }
    }
}
