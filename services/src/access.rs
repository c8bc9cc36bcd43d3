//! My access: what somebody sees about themselves.

use crate::Services;
use crate::budgets::AssignedRow;
use crate::error::Error;
use crate::guard::{Caller, check};
use crate::projects::{allowance, stored_kind, stored_name};
use crate::session;
use domain::access::OwnAccess;
use domain::actor::{Actor, Target};
use domain::budget::AssignedBudget;
use domain::id::{ProjectId, UserId};
use domain::mode::Mode;
use domain::permission::Permission;
use domain::project::ProjectKind;
use domain::user::{Assignment, ProjectAllowance, UserKind};
use serde::Deserialize;
use sqlx::types::Json;
use time::OffsetDateTime;

/// One's own projects, limit, budgets and whom to ask. Two statements, one where the identity provider keeps rights.
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
    let Holdings { mut projects, budgets } = holdings(services, actor.user_id, actor.kind).await?;
    let used = shared(&projects);
    projects.retain(|project| project.is_open);
    let row = sqlx::query!(
        r#"select project_limit, is_admin,
                  array(select a.name from users a where a.is_admin and a.is_active
                        order by a.is_maintainer desc, lower(a.name), a.id limit 5) as "admins!"
           from users where id = $1"#,
        actor.user_id.0
    )
    .fetch_one(&services.pool)
    .await?;
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
           where p.id = any($1) and p.deleted_at is null order by p.project_type = 'personal', lower(p.title), p.id"#,
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

#[derive(Debug, Deserialize)]
struct ProjectRow {
    id: ProjectId,
    name: String,
    title: String,
    project_type: String,
    is_project_admin: bool,
    granted_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

/// What somebody holds; one statement.
pub(crate) async fn holdings(services: &Services, person: UserId, kind: UserKind) -> Result<Holdings, Error> {
    let row = sqlx::query!(
        r#"select
             (select coalesce(json_agg(json_build_object(
                       'id', p.id, 'name', p.name, 'title', p.title, 'project_type', p.project_type,
                       'is_project_admin', m.is_project_admin, 'granted_by', giver.name, 'since', m.created_at)
                     order by p.project_type = 'personal', lower(p.title), p.id), '[]')
              from user_projects m
              join projects p on p.id = m.project_id and p.deleted_at is null
              left join users giver on giver.id = m.granted_by
              where m.user_id = $1) as "projects!: Json<Vec<ProjectRow>>",
             (select coalesce(json_agg(json_build_object(
                       'id', b.id, 'name', b.name, 'category', b.category, 'soft_limit', b.soft_limit::text,
                       'hard_limit', b.hard_limit::text, 'reset_minutes', b.reset_minutes,
                       'assigned_by', giver.name, 'since', a.created_at)
                     order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
              from user_budgets a
              join budgets b on b.id = a.budget_id
              left join users giver on giver.id = a.assigned_by
              where a.user_id = $1) as "budgets!: Json<Vec<AssignedRow>>""#,
        person.0
    )
    .fetch_one(&services.pool)
    .await?;
    let projects = row.projects.0.into_iter().map(|project| assignment(services, kind, project));
    let budgets = row.budgets.0.into_iter().filter(|_| services.settings.budgets).map(AssignedBudget::try_from);
    Ok(Holdings { projects: projects.collect::<Result<_, _>>()?, budgets: budgets.collect::<Result<_, _>>()? })
}

fn assignment(services: &Services, person_kind: UserKind, row: ProjectRow) -> Result<Assignment, Error> {
    let kind = stored_kind(&row.project_type)?;
    Ok(Assignment {
        project_id: row.id,
        is_open: kind == ProjectKind::Personal || services.settings.is_open_to(person_kind, &row.name),
        name: stored_name(&row.name)?,
        title: row.title,
        kind,
        role: session::project_role(kind == ProjectKind::Personal, row.is_project_admin),
        granted_by: row.granted_by,
        since: Some(row.since),
    })
}
