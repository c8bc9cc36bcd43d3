//! The row of an import, and the import of a realm that was begun last.

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

/// The plan or import of this realm that was begun last.
pub(super) async fn last(database: impl PgExecutor<'_>, realm: &Realm, is_plan: bool) -> Result<Option<Row>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, realm, is_plan, total, position, pass, last_subject, has_moved, has_attributes,
                is_writable_by_users,
                created, updated, skipped, conflicts, failed, over_limit, leased_until, started_at, resumed_at, resumed_with,
                updated_at, finished_at, fault
         from keycloak_imports where address = $1 and realm = $2 and is_plan = $3 order by id desc limit 1",
        realm.address(),
        realm.name(),
        is_plan
    );
    Ok(row.fetch_optional(database).await?)
}
