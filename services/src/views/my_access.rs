//! My access: what users see about themselves.

use super::budget_requests::{DECISION_SHOWN, RequestRow};
use super::holdings::{Holdings, ProjectRow, count_shared};
use super::usage::AssignedRow;
use crate::Services;
use crate::error::Error;
use crate::guard::{Caller, check};
use crate::projects::{allowance, stored_kind, stored_name};
use domain::actor::{Actor, Target};
use domain::id::ProjectId;
use domain::mode::Mode;
use domain::permission::Permission;
use domain::user::{Assignment, ProjectAllowance};
use domain::view::OwnAccess;
use sqlx::types::Json;

/// The caller's projects, limit and budgets, and the admins to ask. One statement.
///
/// # Errors
/// [`domain::error::Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn load(services: &Services, caller: &Caller) -> Result<OwnAccess, Error> {
    let actor = &caller.actor;
    check(actor, Permission::ViewOwnAccess, Target::Own)?;
    if actor.mode == Mode::Keycloak {
        let projects = claimed_by(services, actor).await?;
        let allowance = ProjectAllowance { used: count_shared(&projects), limit: None };
        let (budgets, requests, admins) = (Vec::new(), Vec::new(), Vec::new());
        return Ok(OwnAccess { projects, allowance, budgets, requests, admins });
    }
    let row = sqlx::query!(
        r#"select u.project_limit, u.is_admin, h.projects as "projects!: Json<Vec<ProjectRow>>",
                  h.budgets as "budgets!: Json<Vec<AssignedRow>>",
                  default_budgets(u.id) as "defaults!: Json<Vec<AssignedRow>>",
                  latest_budget_requests(u.id, $2) as "requests!: Json<Vec<RequestRow>>",
                  array(select a.name from users a where a.is_admin and a.is_active
                        order by a.is_maintainer desc, a.name collate name_order, a.id limit 5) as "admins!"
           from users u join user_holdings h on h.user_id = u.id where u.id = $1"#,
        actor.user_id.0,
        services.clock.now() - DECISION_SHOWN
    )
    .fetch_one(&services.pool)
    .await?;
    let Holdings { mut projects, budgets } =
        Holdings::of(services, actor.kind, row.projects.0, row.budgets.0, row.defaults.0)?;
    let used = count_shared(&projects);
    projects.retain(|project| project.is_open);
    let allowance = allowance(services, used, row.is_admin, row.project_limit);
    let requests = row.requests.0.into_iter().filter(|_| services.settings.budgets).map(RequestRow::read);
    let requests = requests.collect::<Result<_, _>>()?;
    Ok(OwnAccess { projects, allowance, budgets, requests, admins: row.admins })
}

/// The projects that the caller's token names, by title, the personal one last.
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
            is_default: false,
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
