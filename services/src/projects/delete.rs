//! Deleting a project: only an empty one, and its row stays until it is purged.

use super::facts::facts_of;
use super::of_proof;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::closed_requests::waiting_requests;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use crate::undo::Changed;
use domain::draft::Precondition;
use domain::permission::DeleteProject;
use domain::project::ProjectDraft;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a deletion needs to be undone beyond what is set aside: how many budgets that are, and the requests for budgets that
/// it closed.
#[derive(Serialize, Deserialize)]
pub(super) struct FormerBudgets {
    pub(super) count: usize,
    #[serde(default)]
    pub(super) requests: Vec<Uuid>,
}

/// Deletes a shared project that has no member but its creator. Its row and its name stay as long as it can be restored.
/// Its budgets are set aside, so that a deleted project holds none.
///
/// # Errors
/// [`domain::error::Refusal::Rule`] with the reasons while it is not empty or when it is personal,
/// [`domain::error::Refusal::Conflict`] without fields when the precondition does not hold.
pub async fn delete(
    services: &Services,
    can: &Can<DeleteProject>,
    precondition: Precondition,
) -> Result<Changed, Error> {
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let facts = facts_of(change.connection(), project).await?;
    if let Some(violation) = facts.reason_against_deletion() {
        return Err(violation.into());
    }
    if precondition.is_stale(facts.version) {
        let row = conflict::Stored { target: project.0, version: facts.version, updated_at: facts.created_at };
        return Err(conflict::refusal::<ProjectDraft>(&mut change, row).await?.into());
    }
    let title = facts.title().to_owned();
    let now = services.clock.now();
    let requests = waiting_requests(&mut change, project.0).await?;
    sqlx::query!(
        "update projects set deleted_at = $2, updated_at = $2, version = version + 1 where id = $1",
        project.0,
        now
    )
    .execute(change.connection())
    .await?;
    let budgets = set_budgets_aside(change.connection(), project.0).await?;
    let entry = Entry::new(Action::ProjectDeleted, TargetType::Project, project.0, facts.name.as_str())
        .fields(Some(&facts.draft), &ProjectDraft::default())
        .field("budgets", (!budgets.is_empty()).then(|| budgets.join(", ")), None);
    let event = change.record_undoable(entry, &FormerBudgets { count: budgets.len(), requests }).await?;
    change.commit().await?;
    Ok(Changed { name: title, event: Some(event) })
}

/// Returns the names of the budgets, by category.
async fn set_budgets_aside(connection: &mut PgConnection, project: Uuid) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar!(
        "with gone as (delete from project_budgets where project_id = $1 returning *),
         kept as (
           insert into deleted_project_budgets (project_id, budget_id, assigned_by, created_at)
           select project_id, budget_id, assigned_by, created_at from gone)
         select b.name from gone join budgets b on b.id = gone.budget_id order by gone.category",
        project
    )
    .fetch_all(connection)
    .await?;
    Ok(names)
}
