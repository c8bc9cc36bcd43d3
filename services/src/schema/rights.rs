//! What the role lacks, found before it is needed, and the SQL that grants it.

use super::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Error, PgConnection, Row as _};

/// `insufficient_privilege`.
const REFUSED: &str = "42501";

/// What a role lacks that serves on the tables of another one: it reads every table and view and adds rows to every
/// table but the list of migrations. Partitions are read and written through their table, whose privileges count.
const MISSING_TO_SERVE: &str = "
    select format('grant usage on schema %1$s to %2$I; '
                  'grant select, insert, update, delete on all tables in schema %1$s to %2$I; '
                  'revoke update, delete, truncate on %3$s from %2$I;',
                  h.relnamespace::regnamespace, current_user,
                  (select string_agg(format('%s.%I', h.relnamespace::regnamespace, p.relname), ', ' order by p.relname)
                   from pg_class p
                   where p.relnamespace = h.relnamespace and p.relkind in ('r', 'p')
                     and (p.relname in ('audit_log', 'audit_seals') or p.relname like 'spend\\_events%')))
    from pg_class h
    where h.relname = '_sqlx_migrations' and h.relkind = 'r'
      and h.relnamespace = to_regnamespace(quote_ident(coalesce(current_schema(), 'public')))
      and (not has_schema_privilege(h.relnamespace, 'usage') or exists
           (select from pg_class c
            where c.relnamespace = h.relnamespace and c.relowner = h.relowner and c.relkind in ('r', 'p', 'v')
              and not c.relispartition
              and not (has_table_privilege(c.oid, 'select')
                       and (c.relkind = 'v' or c.oid = h.oid or has_table_privilege(c.oid, 'insert')))))";

/// What a role lacks that is to create tables.
const MISSING_TO_CREATE: &str = "
    select format('create extension %I;', name) from unnest(array['pg_trgm', 'btree_gist']) name
    where not exists (select from pg_extension where extname = name)
      and not has_database_privilege(current_database(), 'create')
    union all
    select format('grant usage, create on schema %I to %I;', nspname, current_user) from pg_namespace
    where nspname = coalesce(current_schema(), 'public')
      and not (has_schema_privilege(oid, 'usage') and has_schema_privilege(oid, 'create'))";

/// Who owns the tables, unless the role may change them.
const OTHER_OWNER: &str = "
    select current_user::text, pg_get_userbyid(relowner)::text from pg_class
    where oid = to_regclass('_sqlx_migrations') and not pg_has_role(relowner, 'usage')";

/// Refuses a role that may not read and write what pages read and write. In an empty database nothing is missing.
pub(super) async fn check_serving(connection: &mut PgConnection) -> Result<(), MigrateError> {
    check(connection, MISSING_TO_SERVE).await
}

/// Refuses a role that may not apply migrations.
pub(super) async fn check_migrating(connection: &mut PgConnection) -> Result<(), MigrateError> {
    if let Some(row) = sqlx::raw_sql(OTHER_OWNER).fetch_optional(&mut *connection).await? {
        return Err(MigrateError::OtherOwner { role: row.try_get(0)?, owner: row.try_get(1)? });
    }
    check(connection, MISSING_TO_CREATE).await
}

async fn check(connection: &mut PgConnection, missing: &'static str) -> Result<(), MigrateError> {
    let rows = sqlx::raw_sql(missing).fetch_all(&mut *connection).await?;
    let grants = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    if grants.is_empty() {
        return Ok(());
    }
    let row = sqlx::raw_sql("select current_user::text, current_database()::text").fetch_one(connection).await?;
    Err(MigrateError::MissingRights { role: row.try_get(0)?, database: row.try_get(1)?, sql: grants.join(" ") })
}

/// The right that was missing to connect.
pub(super) fn missing_to_connect(fault: &Error, options: &PgConnectOptions) -> Option<MigrateError> {
    let code = fault.as_database_error()?.code()?;
    let role = options.get_username().to_owned();
    let database = options.get_database().unwrap_or(&role).to_owned();
    let sql = format!("grant connect on database {} to {};", quoted(&database), quoted(&role));
    (code == REFUSED).then_some(MigrateError::MissingRights { role, database, sql })
}

/// As SQL writes a name that may be any text.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
