//! What sorting and searching of names needs of the database.

use super::MigrateError;
use sqlx::{Error, PgConnection, Row as _};

/// Refuses a database in which names could not be sorted or searched: Unicode normalization needs the encoding UTF8, and
/// the order of names comes from ICU.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let sql = "select getdatabaseencoding()::text, exists (select from pg_collation where collprovider = 'i')";
    let row = sqlx::raw_sql(sql).fetch_one(connection).await?;
    let encoding: String = row.try_get(0)?;
    if encoding != "UTF8" {
        return Err(MigrateError::Encoding(encoding));
    }
    if row.try_get(1)? { Ok(()) } else { Err(MigrateError::NoIcu) }
}

/// Warns when the order of names has changed with the ICU library of the server since the indexes were built.
pub(super) async fn warn_of_new_order(connection: &mut PgConnection) -> Result<(), Error> {
    if let Some((recorded, actual)) = new_order(connection).await? {
        tracing::warn!(
            %recorded, %actual,
            "The ICU library of PostgreSQL has changed, and lists may miss rows until their indexes are rebuilt: \
             docs/operations.md, Upgrading ICU, has the statements."
        );
    }
    Ok(())
}

/// The version of the order that the indexes were built with, and the one of the server, where they differ.
async fn new_order(connection: &mut PgConnection) -> Result<Option<(String, String)>, Error> {
    let sql = "select c.collversion, pg_collation_actual_version(c.oid)
               from pg_collation c join pg_class history on history.oid = to_regclass('_sqlx_migrations')
               where c.collname = 'name_order' and c.collnamespace = history.relnamespace
                 and c.collversion <> pg_collation_actual_version(c.oid)";
    let row = sqlx::raw_sql(sql).fetch_optional(connection).await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;

    #[tokio::test]
    async fn database_without_icu_is_refused() {
        let database = TestDatabase::create().await;
        let mut connection = database.pool().acquire().await.expect("a connection");
        check(&mut connection).await.expect("built with ICU");
        sqlx::raw_sql("set allow_system_table_mods = on; delete from pg_collation where collprovider = 'i'")
            .execute(&mut *connection)
            .await
            .expect("a superuser");
        let fault = check(&mut connection).await.expect_err("no ICU");
        assert!(fault.to_string().starts_with("PostgreSQL was built without ICU"), "{fault}");
    }

    #[tokio::test]
    async fn another_version_of_icu_is_noticed_until_the_collation_is_refreshed() {
        let database = TestDatabase::create().await;
        let mut connection = database.pool().acquire().await.expect("a connection");
        assert_eq!(new_order(&mut connection).await.expect("an answer"), None);
        sqlx::raw_sql(
            "set allow_system_table_mods = on; update pg_collation set collversion = '1' where collname = 'name_order'",
        )
        .execute(&mut *connection)
        .await
        .expect("a superuser");
        let (recorded, _) = new_order(&mut connection).await.expect("an answer").expect("a change");
        assert_eq!(recorded, "1");
        sqlx::raw_sql("alter collation name_order refresh version").execute(&mut *connection).await.expect("refreshed");
        assert_eq!(new_order(&mut connection).await.expect("an answer"), None);
    }
}
