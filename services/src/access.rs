//! My access: what somebody sees about themselves.

use crate::Services;
use crate::actor;
use crate::budgets::AssignedRow;
use crate::error::Error;
use crate::guard::{Caller, check};
use crate::projects::{allowance, stored_kind, stored_name};
use domain::access::OwnAccess;
use domain::actor::{Actor, Target};
use domain::budget::AssignedBudget;
use domain::id::ProjectId;
use domain::mode::Mode;
use domain::permission::Permission;
use domain::project::ProjectKind;
use domain::user::{Assignment, ProjectAllowance, UserKind};
use serde::Deserialize;
use sqlx::types::Json;
use time::OffsetDateTime;

/// One's own projects, limit, budgets and whom to ask. One statement.
///
/// # Errors
/// [`domain::error::Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn own(services: &Services, caller: &Caller) -> Result<OwnAccess, Error> {
    let actor = &caller.actor;
    check(actor, Permission::ViewOwnAccess, Target::Own)?;
    if actor.mode == Mode::Keycloak {
        let projects = claimed_by(services, actor).await?;
        let allowance = ProjectAllowance { used: shared(&projects), limit: None };
        return Ok(OwnAccess { projects, allowance, budgets: Vec::new(), admins: Vec::new() });
    }
    let row = sqlx::query!(
        r#"select u.project_limit, u.is_admin, h.projects as "projects!: Json<Vec<ProjectRow>>",
                  h.budgets as "budgets!: Json<Vec<AssignedRow>>",
                  array(select a.name from users a where a.is_admin and a.is_active
                        order by a.is_maintainer desc, a.name collate name_order, a.id limit 5) as "admins!"
           from users u join user_holdings h on h.user_id = u.id where u.id = $1"#,
        actor.user_id.0
    )
    .fetch_one(&services.pool)
    .await?;
    let Holdings { mut projects, budgets } = Holdings::of(services, actor.kind, row.projects.0, row.budgets.0)?;
    let used = shared(&projects);
    projects.retain(|project| project.is_open);
    let allowance = allowance(services, used, row.is_admin, row.project_limit);
    Ok(OwnAccess { projects, allowance, budgets, admins: row.admins })
}

fn shared(projects: &[Assignment]) -> i64 {
    let count = projects.iter().filter(|project| project.kind == ProjectKind::Shared).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The projects that somebody's token names, by title, the personal one last.
async fn claimed_by(services: &Services, actor: &Actor) -> Result<Vec<Assignment>, Error> {
    let ids: Vec<_> = actor.projects.iter().map(|(id, _)| id.0).collect();
    let rows = sqlx::query!(
        r#"select p.id, p.name, p.title as "title!", p.project_type from projects p
           where p.id = any($1) and p.deleted_at is null order by p.project_type = 'personal', p.title collate name_order, p.id"#,
        &ids
    )
    .fetch_all(&services.pool)
    .await?;
    let assignment = |row: (ProjectId, String, String, String), role| {
        let (project_id, name, title, kind) = row;
        Ok(Assignment {
            project_id,
            name: stored_name(&name)?,
            title,
            kind: stored_kind(&kind)?,
            role,
            is_only_admin: false,
            granted_by: None,
            since: None,
            is_open: true,
        })
    };
    rows.into_iter()
        .filter_map(|row| {
            let role = actor.role_in(ProjectId(row.id))?;
            Some(assignment((ProjectId(row.id), row.name, row.title, row.project_type), role))
        })
        .collect()
}

/// What somebody holds.
pub(crate) struct Holdings {
    /// By title, the personal one last; those too that are not open to people from outside.
    pub(crate) projects: Vec<Assignment>,
    /// At most one a category and in the order of the categories; none where budgets are switched off.
    pub(crate) budgets: Vec<AssignedBudget>,
}

/// A project in a row of `user_holdings`.
#[derive(Debug, Deserialize)]
pub(crate) struct ProjectRow {
    id: ProjectId,
    name: String,
    title: String,
    project_type: String,
    is_project_admin: bool,
    is_only_admin: bool,
    granted_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

impl Holdings {
    /// From a row of `user_holdings`.
    ///
    /// # Errors
    /// What is stored cannot be read.
    pub(crate) fn of(
        services: &Services,
        kind: UserKind,
        projects: Vec<ProjectRow>,
        budgets: Vec<AssignedRow>,
    ) -> Result<Self, Error> {
        let projects = projects.into_iter().map(|project| assignment(services, kind, project));
        let budgets = budgets.into_iter().filter(|_| services.settings.budgets).map(AssignedBudget::try_from);
        Ok(Self { projects: projects.collect::<Result<_, _>>()?, budgets: budgets.collect::<Result<_, _>>()? })
    }
}

fn assignment(services: &Services, person_kind: UserKind, row: ProjectRow) -> Result<Assignment, Error> {
    let kind = stored_kind(&row.project_type)?;
    Ok(Assignment {
        project_id: row.id,
        is_open: kind == ProjectKind::Personal || services.settings.is_open_to(person_kind, &row.name),
        name: stored_name(&row.name)?,
        title: row.title,
        kind,
        role: actor::project_role(kind == ProjectKind::Personal, row.is_project_admin),
        is_only_admin: row.is_only_admin,
        granted_by: row.granted_by,
        since: Some(row.since),
    })
}
