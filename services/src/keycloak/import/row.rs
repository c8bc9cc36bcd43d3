//! The row of a plan or an import, and those that were begun last.

use super::realm::Realm;
use crate::error::Error;
use domain::import::{ImportCounts, ImportKind, ImportProgress};
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// A row of `keycloak_imports`.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) realm: String,
    pub(super) is_plan: bool,
    pub(super) total: i32,
    pub(super) position: i32,
    pub(super) pass: i16,
    pub(super) last_subject: Option<String>,
    pub(super) has_moved: bool,
    pub(super) has_attributes: bool,
    pub(super) is_writable_by_users: bool,
    pub(super) created: i32,
    pub(super) updated: i32,
    pub(super) skipped: i32,
    pub(super) conflicts: i32,
    pub(super) failed: i32,
    pub(super) over_limit: i32,
    pub(super) leased_until: Option<OffsetDateTime>,
    pub(super) started_at: OffsetDateTime,
    pub(super) resumed_at: Option<OffsetDateTime>,
    pub(super) resumed_with: i32,
    pub(super) updated_at: OffsetDateTime,
    pub(super) finished_at: Option<OffsetDateTime>,
    pub(super) fault: Option<String>,
    /// The name of the user who started it.
    pub(super) starter: Option<String>,
}

impl Row {
    /// Whether an instance works on it.
    pub(super) fn is_leased(&self, now: OffsetDateTime) -> bool {
        self.finished_at.is_none() && self.leased_until.is_some_and(|until| until > now)
    }
}

/// Numbers of users are never negative.
pub(super) fn number(stored: i32) -> u32 {
    stored.unsigned_abs()
}

pub(super) fn stored(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl From<Row> for ImportProgress {
    fn from(row: Row) -> Self {
        Self {
            kind: if row.is_plan { ImportKind::Plan } else { ImportKind::Apply },
            realm: row.realm,
            total: number(row.total),
            counts: ImportCounts {
                created: number(row.created),
                updated: number(row.updated),
                skipped: number(row.skipped),
                conflicts: number(row.conflicts),
                failed: number(row.failed),
                over_limit: number(row.over_limit),
            },
            has_attributes: row.has_attributes,
            is_writable_by_users: row.is_writable_by_users,
            started_at: row.started_at,
            resumed_at: row.resumed_at,
            resumed_with: number(row.resumed_with),
            updated_at: row.updated_at,
            finished_at: row.finished_at,
            fault: row.fault,
        }
    }
}

/// The last plan and the last import.
#[derive(Default)]
pub(super) struct LastRuns {
    pub(super) plan: Option<Row>,
    pub(super) import: Option<Row>,
}

/// What was begun last, of a realm at an address or of any, in one statement.
pub(super) async fn last_runs(
    database: impl PgExecutor<'_>,
    address: Option<&str>,
    realm: Option<&str>,
) -> Result<LastRuns, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select distinct on (i.is_plan)
                i.id, i.realm, i.is_plan, i.total, i.position, i.pass, i.last_subject, i.has_moved, i.has_attributes,
                i.is_writable_by_users, i.created, i.updated, i.skipped, i.conflicts, i.failed, i.over_limit,
                i.leased_until, i.started_at, i.resumed_at, i.resumed_with, i.updated_at, i.finished_at, i.fault,
                u.name as "starter?"
           from keycloak_imports i left join users u on u.id = i.started_by
           where i.address = coalesce($1, i.address) and i.realm = coalesce($2, i.realm)
           order by i.is_plan, i.id desc"#,
        address,
        realm
    );
    let mut last = LastRuns::default();
    for row in rows.fetch_all(database).await? {
        let place = if row.is_plan { &mut last.plan } else { &mut last.import };
        *place = Some(row);
    }
    Ok(last)
}

/// The plan or import of this realm that was begun last.
pub(super) async fn last(database: impl PgExecutor<'_>, realm: &Realm, is_plan: bool) -> Result<Option<Row>, Error> {
    let LastRuns { plan, import } = last_runs(database, Some(realm.address()), Some(realm.name())).await?;
    Ok(if is_plan { plan } else { import })
}
