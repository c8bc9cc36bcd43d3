//! The facts of a project, as its page, its edit form and its deletion need them.

use super::{stored_kind, stored_name};
use crate::error::Error;
use domain::count::MAX_EXACT_COUNT;
use domain::error::Refusal;
use domain::id::ProjectId;
use domain::project::{ProjectDraft, ProjectFacts};
use sqlx::types::Json;
use sqlx::{PgExecutor, Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
pub(crate) struct FactsRow {
    id: Uuid,
    name: String,
    draft: Json<ProjectDraft>,
    project_type: String,
    created_by: Option<String>,
    created_at: OffsetDateTime,
    version: i64,
    is_imported: bool,
    member_count: i64,
    admin_count: i64,
}

/// The columns of [`FactsRow`].
pub(crate) const FACTS: &str = "p.id, p.name, to_jsonb(p) as draft, p.project_type, maker.name as created_by,
    p.created_at, p.version, p.is_imported, counts.members as member_count, counts.admins as admin_count";

/// Appends what [`FACTS`] are selected from: the projects that are not deleted.
pub(crate) fn push_projects(sql: &mut QueryBuilder<Postgres>) {
    sql.push(format_args!(
        " from projects p
          cross join lateral (
            select count(*) as members, count(*) filter (where m.is_project_admin) as admins
            from (select is_project_admin from user_projects where project_id = p.id limit {}) m
          ) counts
          left join users maker on maker.id = p.created_by
          where p.deleted_at is null",
        MAX_EXACT_COUNT + 1
    ));
}

impl TryFrom<FactsRow> for ProjectFacts {
    type Error = Error;

    fn try_from(row: FactsRow) -> Result<Self, Error> {
        Ok(Self {
            id: ProjectId(row.id),
            name: stored_name(&row.name)?,
            draft: row.draft.0,
            kind: stored_kind(&row.project_type)?,
            created_by: row.created_by,
            created_at: row.created_at,
            member_count: row.member_count,
            admin_count: row.admin_count,
            is_imported: row.is_imported,
            version: row.version,
        })
    }
}

/// The facts of a project that a transaction has locked.
pub(super) async fn facts_of(executor: impl PgExecutor<'_>, project: ProjectId) -> Result<ProjectFacts, Error> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(FACTS);
    push_projects(&mut sql);
    sql.push(" and p.id = ").push_bind(project.0);
    let row: Option<FactsRow> = sql.build_query_as().fetch_optional(executor).await?;
    row.ok_or(Refusal::NotFound)?.try_into()
}
