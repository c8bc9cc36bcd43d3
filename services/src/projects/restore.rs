//! Deleted projects: restored within thirty days, purged afterwards.

use super::delete::FormerBudgets;
use super::{check_may_be_members, check_password_changed, enforce_limits, id_of, of_proof};
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::closed_requests::reopen_requests;
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::locks::share_users;
use crate::{Services, actor};
use domain::actor::Target;
use domain::error::Refusal;
use domain::id::{EventId, ProjectId};
use domain::permission::DeleteProject;
use domain::project::{KEPT_AFTER_DELETION, ProjectName};
use domain::violation::Violation;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Deleted later than this can still be restored.
pub(crate) fn kept_since(services: &Services) -> OffsetDateTime {
    services.clock.now() - KEPT_AFTER_DELETION
}

/// Asks for the right to restore a project. Its former project admins have it too, though a request does not read
/// roles in deleted projects.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such deleted project or the person may not see it; [`Refusal::Forbidden`].
pub async fn may_restore(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
) -> Result<Can<DeleteProject>, Error> {
    check_password_changed(caller)?;
    let row = sqlx::query!(
        r#"select p.id, m.is_project_admin as "is_project_admin?"
           from projects p left join user_projects m on m.project_id = p.id and m.user_id = $2
           where lower(p.name) = lower($1) and p.deleted_at > $3"#,
        name.as_str(),
        caller.actor.user_id.0,
        kept_since(services)
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    let project = ProjectId(row.id);
    let mut caller = caller.clone();
    if services.settings.is_open_to(caller.actor.kind, name.as_str()) {
        let role = row.is_project_admin.map(|is_admin| actor::project_role(false, is_admin));
        caller.actor.projects.extend(role.map(|role| (project, role)));
    }
    Ok(caller.can(Target::Project(project))?)
}

/// Makes a deleted project what it was, with the person in it and the budgets that still have its category free.
///
/// # Errors
/// [`Refusal::NotFound`] when it was restored or is gone meanwhile; [`Refusal::Rule`] when its member is at the limit or
/// may not be a member any more.
pub async fn restore(services: &Services, can: &Can<DeleteProject>) -> Result<ProjectName, Error> {
    bring_back(services, can, None).await
}

/// Undoes the caller's own deletion of a project.
///
/// # Errors
/// As [`may_restore`] and [`restore`]; [`Refusal::Rule`] when it cannot be undone any more, when the project was restored
/// since, and when one of its budgets was deleted since.
pub async fn undo_deletion(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
    event: EventId,
) -> Result<ProjectName, Error> {
    match may_restore(services, caller, name).await {
        Err(Error::Refused(Refusal::NotFound)) => {
            let project = id_of(services, caller, name).await?;
            caller.can::<DeleteProject>(Target::Project(project))?;
            Err(Violation::ProjectRestoredSince { project: name.to_string() }.into())
        }
        can => bring_back(services, &can?, Some(event)).await,
    }
}

async fn bring_back(
    services: &Services,
    can: &Can<DeleteProject>,
    undoes: Option<EventId>,
) -> Result<ProjectName, Error> {
    let project = of_proof(can)?;
    let mut change = services.change_deleted(can).await?;
    let row = sqlx::query!(
        "update projects set deleted_at = null, updated_at = $2, version = version + 1
         where id = $1 and deleted_at > $3 returning name",
        project.0,
        services.clock.now(),
        kept_since(services)
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    let budgets = reassign_budgets(change.connection(), project).await?;
    let entry = |action| Entry::new(action, TargetType::Project, project.0, row.name.as_str());
    let entry = match undoes {
        None => entry(Action::ProjectRestored),
        Some(event) => {
            let former: FormerBudgets = change.take_former(event, &[Action::ProjectDeleted]).await?;
            if former.count != budgets.len() {
                return Err(Violation::BudgetOfProjectDeleted { project: row.name }.into());
            }
            reopen_requests(&mut change, &former.requests).await?;
            entry(Action::ProjectDeletionUndone).undoes(event)
        }
    };
    change.record(entry.field("budgets", None, (!budgets.is_empty()).then(|| budgets.join(", ")))).await?;
    let members = member_ids(change.connection(), project).await?;
    let users = share_users(change.connection(), &members).await?;
    check_may_be_members(services, &row.name, users.values())?;
    enforce_limits(services, change.connection(), &members).await?;
    change.commit().await?;
    super::stored_name(&row.name)
}

/// Returns the names of the budgets, by category.
async fn reassign_budgets(connection: &mut PgConnection, project: ProjectId) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar!(
        "with kept as (delete from deleted_project_budgets where project_id = $1 returning *),
         back as (
           insert into project_budgets (project_id, category, budget_id, assigned_by, created_at)
           select k.project_id, b.category, b.id, k.assigned_by, k.created_at
           from kept k join budgets b on b.id = k.budget_id
           on conflict do nothing returning budget_id, category)
         select b.name from back join budgets b on b.id = back.budget_id order by back.category",
        project.0
    )
    .fetch_all(connection)
    .await?;
    Ok(names)
}

/// At most one: all others had to be removed before the project could be deleted.
async fn member_ids(connection: &mut PgConnection, project: ProjectId) -> Result<Vec<Uuid>, Error> {
    let ids = sqlx::query_scalar!("select user_id from user_projects where project_id = $1", project.0);
    Ok(ids.fetch_all(connection).await?)
}

/// Removes what was deleted too long ago, and frees the names; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn purge(services: &Services) -> Result<u64, Error> {
    let mut transaction = services.pool.begin().await?;
    // Another replica at the same work keeps its rows.
    let gone = sqlx::query!(
        "delete from projects where id in (
           select id from projects where deleted_at <= $1 order by deleted_at limit 100 for update skip locked)
         returning id, name",
        kept_since(services)
    )
    .fetch_all(&mut *transaction)
    .await?;
    for project in &gone {
        let entry = Entry::new(Action::ProjectPurged, TargetType::Project, project.id, project.name.as_str());
        audit::write(services, &mut transaction, By::Console, entry).await?;
    }
    transaction.commit().await?;
    Ok(gone.len() as u64)
}
