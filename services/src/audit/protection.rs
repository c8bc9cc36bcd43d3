//! What keeps statements from changing the audit log and the ledger of spend with its partitions: triggers, and no
//! privilege to do it. A restore without owners and privileges, under another role, loses the second; the start puts it
//! back.
//!
//! The owner of the tables and a superuser can lift both. Then the chain of seals shows what was changed in the audit log.

use crate::database::Database;
use crate::error::{Error, is_denied};
use sqlx::PgConnection;

/// Privileges are checked before triggers fire: a role that has none is refused even where the triggers are gone. The
/// lock keeps instances that start at the same moment apart.
const PUT_BACK: &str = "
do $$
declare held record;
        protected oid[] := array['audit_log'::regclass, 'audit_seals'::regclass, 'spend_events'::regclass]::oid[]
            || array(select inhrelid from pg_inherits where inhparent = 'spend_events'::regclass);
begin
    perform pg_advisory_xact_lock(x'6275727361720004'::bigint);
    for held in select relname, case when relname like 'audit%' then 'audit_log_is_append_only'
                                     else 'spend_events_are_append_only' end as refuses
                from pg_class where oid = any(protected)
    loop
        execute format('create or replace trigger %I before update or delete or truncate on %I '
                       'for each statement execute function %I()',
                       held.relname || '_append_only', held.relname, held.refuses);
    end loop;
    for held in
        select distinct c.relname, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as role
        from pg_class c cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
        where c.oid = any(protected) and a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
    loop
        execute format('revoke update, delete, truncate on %I from %s cascade', held.relname, held.role);
    end loop;
end $$";

/// Something that would let a statement change the audit log or the ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// A role has a privilege that nothing of Bursar uses.
    #[error("the role {role} has the privilege {privilege} on {table}")]
    Privilege {
        /// `audit_log`, `audit_seals`, `spend_events` or one of its partitions.
        table: String,
        /// A role of the database, or PUBLIC.
        role: String,
        /// UPDATE, DELETE or TRUNCATE.
        privilege: String,
    },
    /// A trigger is missing or disabled.
    #[error("the trigger that refuses changes of {0} is missing or disabled")]
    Trigger(String),
}

/// Puts back what protects the audit log and the ledger, as far as the role may, and returns what is still missing.
///
/// Changes nothing, and needs no rights, when nothing is missing.
///
/// # Errors
/// The database failed.
pub async fn protect(database: &Database) -> Result<Vec<Gap>, Error> {
    let missing = gaps(&mut *database.begin().await?).await?;
    if missing.is_empty() {
        return Ok(missing);
    }
    match sqlx::raw_sql(PUT_BACK).execute(database).await {
        Ok(_) => tracing::warn!(?missing, "the protection of the audit log or the ledger was missing and is put back"),
        Err(fault) if is_denied(&fault) => {}
        Err(fault) => return Err(fault.into()),
    }
    let missing = gaps(&mut *database.begin().await?).await?;
    for gap in &missing {
        tracing::warn!(%gap, "the audit log or the ledger is not protected: run `bursar migrate` as the owner of its tables");
    }
    Ok(missing)
}

/// Superusers may do everything and are not listed.
pub(super) async fn gaps(connection: &mut PgConnection) -> Result<Vec<Gap>, Error> {
    let rows = sqlx::query!(
        r#"with protected as (select oid, relname, relowner, relacl from pg_class
                              where oid in ('audit_log'::regclass, 'audit_seals'::regclass, 'spend_events'::regclass)
                                 or oid in (select inhrelid from pg_inherits where inhparent = 'spend_events'::regclass))
           select c.relname::text as "table!", a.privilege_type as privilege,
                  case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee)::text end as role
           from protected c cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
           where a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
           union all
           select c.relname::text, null, null from protected c
           where not exists (
             select from pg_trigger t where t.tgrelid = c.oid and t.tgenabled in ('O', 'A')
               and t.tgname = c.relname || '_append_only')
           order by 1, 2, 3"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| match (row.role, row.privilege) {
            (Some(role), Some(privilege)) => Gap::Privilege { table: row.table, role, privilege },
            _ => Gap::Trigger(row.table),
        })
        .collect())
}
