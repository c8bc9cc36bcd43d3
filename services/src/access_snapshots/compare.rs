//! Who gained or lost what between two snapshots, by which path.

use crate::Services;
use crate::error::Error;
use domain::access_snapshot::{ChangeKind, GrantChange};

/// The first changes from one snapshot of a realm to a later one, by user, role and path; at most `limit`.
///
/// Only grants that began or ended between the two are read. A grant that the later one has again is no change.
///
/// # Errors
/// The database failed.
pub async fn compare(
    services: &Services,
    realm: &str,
    from: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<GrantChange>, Error> {
    let rows = sqlx::query!(
        r#"with changed as (
             select g.subject_id, g.path_id, true as is_gain, $2::bigint as other
             from access_grants g
             where g.since_snapshot > $2 and g.since_snapshot <= $3
               and (g.until_snapshot is null or g.until_snapshot > $3)
               and not exists (
                 select from access_grants b where b.subject_id = g.subject_id and b.path_id = g.path_id
                   and b.since_snapshot <= $2 and b.until_snapshot > $2)
             union all
             select g.subject_id, g.path_id, false, $3
             from access_grants g
             where g.until_snapshot > $2 and g.until_snapshot <= $3 and g.since_snapshot <= $2
               and not exists (
                 select from access_grants a where a.subject_id = g.subject_id and a.path_id = g.path_id
                   and a.since_snapshot <= $3 and (a.until_snapshot is null or a.until_snapshot > $3))
           )
           select s.username, p.role, p.path, c.is_gain as "is_gain!",
             exists (
               select from access_grants o join access_paths q on q.id = o.path_id
               where o.subject_id = c.subject_id and q.role = p.role and o.since_snapshot <= c.other
                 and (o.until_snapshot is null or o.until_snapshot > c.other)) as "holds_otherwise!"
           from changed c
           join access_subjects s on s.id = c.subject_id
           join access_paths p on p.id = c.path_id
           where s.realm = $1
           order by s.username, s.id, p.role, p.path
           limit $4"#,
        realm,
        from,
        to,
        limit
    )
    .fetch_all(&services.pool)
    .await?;
    let changes = rows.into_iter().map(|row| GrantChange {
        username: row.username,
        role: row.role,
        path: row.path,
        kind: ChangeKind::new(row.is_gain, row.holds_otherwise),
    });
    Ok(changes.collect())
}
