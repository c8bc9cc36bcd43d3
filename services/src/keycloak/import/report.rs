//! The report of an import: what became of each user. [`super::read_report`] reads it.

use super::page::Done;
use super::row::{LastRuns, last_runs};
use crate::Services;
use crate::error::Error;
use domain::import::{ImportProgress, RealmUser};
use sqlx::PgConnection;
use std::collections::HashSet;
use uuid::Uuid;

/// The plan or import that was begun last, in whatever realm: its id and how far it is.
///
/// # Errors
/// The database failed.
pub async fn latest(services: &Services) -> Result<Option<(Uuid, ImportProgress)>, Error> {
    let LastRuns { plan, import } = last_runs(&services.pool, None, None).await?;
    let last = [plan, import].into_iter().flatten().max_by_key(|row| row.id);
    Ok(last.map(|row| (row.id, row.into())))
}

/// Those of these users who have a result already.
pub(super) async fn subjects(
    connection: &mut PgConnection,
    import: Uuid,
    users: &[RealmUser],
) -> Result<HashSet<String>, Error> {
    let subjects: Vec<String> = users.iter().map(|user| user.id.clone()).collect();
    let seen = sqlx::query_scalar!(
        "select subject from keycloak_import_users where subject = any($2) and import_id = $1",
        import,
        &subjects
    )
    .fetch_all(connection)
    .await?;
    Ok(seen.into_iter().collect())
}

/// Writes the results of a page in one statement, the first one at the place `first`.
pub(super) async fn write(
    services: &Services,
    connection: &mut PgConnection,
    import: Uuid,
    first: u32,
    done: &[Done<'_>],
) -> Result<(), Error> {
    let text = |pick: fn(&Done<'_>) -> String| -> Vec<String> { done.iter().map(pick).collect() };
    let over_limit: Vec<bool> = done.iter().map(|done| done.result.is_over_limit()).collect();
    let bases = done.iter().map(|done| done.base.as_ref().map(serde_json::to_value).transpose());
    let bases: Vec<_> = bases.collect::<Result<_, _>>().map_err(|fault| Error::Broken(fault.to_string()))?;
    sqlx::query!(
        "insert into keycloak_import_users
           (import_id, place, subject, username, name, address, outcome, code, detail, is_over_limit, imported, at)
         select $1, ($2::bigint + n.place - 1)::int, n.subject, n.username, n.name, n.address, n.outcome, n.code, n.detail, n.is_over_limit,
                n.imported, $12
         from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bool[],
                     $11::jsonb[])
           with ordinality n (subject, username, name, address, outcome, code, detail, is_over_limit, imported, place)",
        import,
        i64::from(first),
        &text(|done| done.user.id.clone()),
        &text(|done| done.user.username.clone().unwrap_or_default()),
        &text(|done| done.user.shown_name()),
        &text(|done| done.user.email.clone().unwrap_or_default()),
        &text(|done| done.result.outcome().key().to_owned()),
        &text(|done| done.result.code().to_owned()),
        &text(|done| done.result.to_string()),
        &over_limit,
        &bases as _,
        services.clock.now()
    )
    .execute(connection)
    .await?;
    Ok(())
}
