//! Snapshots as a list shows them.

use crate::Services;
use crate::error::Error;
use domain::access_snapshot::{ComparisonQuery, ReadProgress, SnapshotRow, SnapshotState};

/// The most snapshots that a list shows, apart from those that the address names.
const LATEST: i64 = 60;

/// The latest snapshots of a realm and those that are compared, the latest first.
///
/// # Errors
/// The database failed.
pub async fn load_rows(services: &Services, realm: &str, query: ComparisonQuery) -> Result<Vec<SnapshotRow>, Error> {
    let named: Vec<i64> = [query.from, query.to].into_iter().flatten().collect();
    let rows = sqlx::query!(
        r#"select number, state, requested_by, coalesce(started_at, requested_at) as "at!", users, roles, all_roles, groups,
                  all_groups, problem
           from access_snapshots
           where realm = $1 and (number = any($2) or number in (
             select number from access_snapshots where realm = $1 order by number desc limit $3))
           order by number desc"#,
        realm,
        &named,
        LATEST
    )
    .fetch_all(&services.pool)
    .await?;
    let rows = rows.into_iter().filter_map(|row| {
        Some(SnapshotRow {
            number: row.number,
            state: SnapshotState::from_key(&row.state)?,
            requested_by: row.requested_by,
            at: row.at,
            progress: ReadProgress {
                users: row.users,
                roles: row.roles,
                all_roles: row.all_roles,
                groups: row.groups,
                all_groups: row.all_groups,
            },
            problem: row.problem,
        })
    });
    Ok(rows.collect())
}
