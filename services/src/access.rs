//! My access: what somebody sees about themselves.

use crate::Services;
use crate::budgets::AssignedRow;
use crate::error::Error;
use crate::guard::{Caller, check};
use crate::projects::{allowance, stored_kind, stored_name};
use crate::session;
use domain::access::OwnAccess;
use domain::actor::Target;
use domain::budget::AssignedBudget;
use domain::id::{ProjectId, UserId};
use domain::permission::Permission;
use domain::project::ProjectKind;
use domain::user::Assignment;

/// One's own projects, limit, budgets and whom to ask. Three statements.
///
/// # Errors
/// [`domain::error::Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn own(services: &Services, caller: &Caller) -> Result<OwnAccess, Error> {
    let actor = &caller.actor;
    check(actor, Permission::ViewOwnAccess, Target::Own)?;
    let projects = assignments_of(services, actor.user_id).await?;
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
    let used = projects.iter().filter(|project| project.kind == ProjectKind::Shared).count();
    let used = i64::try_from(used).unwrap_or(i64::MAX);
    let allowance = allowance(services, used, row.is_admin, row.project_limit);
    Ok(OwnAccess { projects, allowance, budgets, admins: row.admins })
}

/// Somebody's projects by title, the personal one last.
pub(crate) async fn assignments_of(services: &Services, person: UserId) -> Result<Vec<Assignment>, Error> {
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
                since: row.created_at,
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
