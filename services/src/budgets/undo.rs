//! Undoing that a budget was unassigned: the assignment is afterwards what it was, with who made it and since when.

use super::assign::{field, hold_budget, lock_holder};
use super::switched_on;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::{ProjectState, lock_project};
use domain::error::Refusal;
use domain::id::{BudgetId, EventId, ProjectId, UserId};
use domain::permission::ManageBudgets;
use domain::violation::Violation;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Who had a budget.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum Holder {
    /// A user.
    User(UserId),
    /// A shared project.
    Project(ProjectId),
}

/// An assignment as it was before it was removed.
#[derive(Serialize, Deserialize)]
pub(super) struct FormerAssignment {
    pub(super) holder: Holder,
    pub(super) budget: BudgetId,
    pub(super) assigned_by: Option<UserId>,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) since: OffsetDateTime,
}

/// Undoes that the caller unassigned a budget. Returns the name of the budget.
///
/// # Errors
/// [`Refusal::Rule`] when it cannot be undone any more, when another budget of the category was assigned since, when the
/// user was deactivated or the project deleted.
pub async fn undo_unassignment(services: &Services, can: &Can<ManageBudgets>, event: EventId) -> Result<String, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let actions = ["user.budget_unassigned", "project.budget_unassigned"];
    let former: FormerAssignment = change.take_former(event, &actions).await?;
    let budget = match hold_budget(&mut change, former.budget).await {
        Err(Error::Refused(Refusal::NotFound)) => {
            return Err(Violation::BudgetDeletedSince.into());
        }
        budget => budget?,
    };
    let (entry, restored) = match former.holder {
        Holder::User(user) => restore_of_user(&mut change, user, budget.category.key(), &former).await?,
        Holder::Project(project) => restore_of_project(&mut change, project, budget.category.key(), &former).await?,
    };
    if restored == 0 {
        return Err(Violation::BudgetAssignedSince { category: budget.category.title().to_owned() }.into());
    }
    change.record(entry.undoes(event).set(field(budget.category), &budget.name)).await?;
    change.commit().await?;
    Ok(budget.name)
}

/// Returns the audit event and how many rows were restored: none where the category is taken.
async fn restore_of_user(
    change: &mut Change<'_>,
    user: UserId,
    category: &str,
    former: &FormerAssignment,
) -> Result<(Entry, u64), Error> {
    let holder = lock_holder(change, user).await?;
    if !holder.is_active {
        return Err(Violation::UserDeactivatedSince { name: holder.name }.into());
    }
    let restored = sqlx::query!(
        "insert into user_budgets (user_id, category, budget_id, assigned_by, created_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id, category) do nothing",
        user.0,
        category,
        former.budget.0,
        former.assigned_by.map(|user| user.0),
        former.since
    )
    .execute(change.connection())
    .await?
    .rows_affected();
    Ok((Entry::new("user.budget_unassignment_undone", TargetType::User, user.0, holder.email), restored))
}

/// As [`restore_of_user`].
async fn restore_of_project(
    change: &mut Change<'_>,
    project: ProjectId,
    category: &str,
    former: &FormerAssignment,
) -> Result<(Entry, u64), Error> {
    let name = match lock_project(change.connection(), project, ProjectState::InUse).await {
        Err(Error::Refused(Refusal::NotFound)) => return Err(Violation::ProjectDeletedSince.into()),
        name => name?,
    };
    let restored = sqlx::query!(
        "insert into project_budgets (project_id, category, budget_id, assigned_by, created_at)
         values ($1, $2, $3, $4, $5) on conflict (project_id, category) do nothing",
        project.0,
        category,
        former.budget.0,
        former.assigned_by.map(|user| user.0),
        former.since
    )
    .execute(change.connection())
    .await?
    .rows_affected();
    Ok((Entry::new("project.budget_unassignment_undone", TargetType::Project, project.0, name), restored))
}
