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

/// One's own projects, limit, budgets and whom to ask. Three statements, one where the identity provider keeps rights.
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
    let mut projects = assignments_of(services, actor.user_id, actor.kind).await?;
    let used = shared(&projects);
    projects.retain(|project| project.is_open);
    let budgets = if services.settings.budgets { budgets_of(services, actor.user_id).await? } else { Vec::new() };
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

/// Somebody's projects by title, the personal one last; those too that are not open to people from outside.
pub(crate) async fn assignments_of(
    services: &Services,
    person: UserId,
    person_kind: UserKind,
) -> Result<Vec<Assignment>, Error> {
    let rows = sqlx::query!(
        r#"select p.id, p.name, p.title as "title!", p.project_type, m.is_project_admin, giver.name as "granted_by?",
                  m.created_at
           from user_projects m
           join projects p on p.id = m.project_id and p.deleted_at is null
           left join users giver on giver.id = m.granted_by
           where m.user_id = $1 order by p.project_type = 'personal', lower(p.title), p.id"#,
        person.0
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = stored_kind(&row.project_type)?;
            Ok(Assignment {
                project_id: ProjectId(row.id),
                name: stored_name(&row.name)?,
                title: row.title,
                kind,
                role: session::project_role(kind == ProjectKind::Personal, row.is_project_admin),
                granted_by: row.granted_by,
                since: Some(row.created_at),
                is_open: kind == ProjectKind::Personal || services.settings.is_open_to(person_kind, &row.name),
            })
        })
        .collect()
}

/// Somebody's budgets, at most one a category and in the order of the categories.
pub(crate) async fn budgets_of(services: &Services, person: UserId) -> Result<Vec<AssignedBudget>, Error> {
    let rows = sqlx::query_as!(
        AssignedRow,
        r#"select b.id, b.name, b.category, b.soft_limit, b.hard_limit, b.reset_minutes,
                  giver.name as "assigned_by?", a.created_at as since
           from user_budgets a
           join budgets b on b.id = a.budget_id
           left join users giver on giver.id = a.assigned_by
           where a.user_id = $1
           order by array_position(array['platform', 'cli', 'premium_models'], b.category)"#,
        person.0
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter().map(AssignedBudget::try_from).collect()
}
