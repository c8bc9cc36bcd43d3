//! Undoing that a budget was assigned or unassigned: the assignment is afterwards what it was, with who made it and since
//! when.

use super::assign::{HeldBudget, field, hold_budget, lock_holder};
use super::switched_on;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::{ProjectState, lock_project};
use domain::budget::Category;
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

/// An assignment as it was before it was removed or replaced.
#[derive(Serialize, Deserialize)]
pub(super) struct FormerAssignment {
    pub(super) holder: Holder,
    pub(super) budget: BudgetId,
    pub(super) assigned_by: Option<UserId>,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) since: OffsetDateTime,
}

/// What an assignment changed.
#[derive(Serialize, Deserialize)]
pub(super) struct NewAssignment {
    pub(super) holder: Holder,
    pub(super) budget: BudgetId,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) since: OffsetDateTime,
    /// The assignment of the category that it replaced.
    pub(super) former: Option<FormerAssignment>,
}

/// Undoes that the caller unassigned a budget. Returns the name of the budget.
///
/// # Errors
/// [`Refusal::Rule`] when it cannot be undone any more, when another budget of the category was assigned since, when the
/// user was deactivated or the project deleted.
pub async fn undo_unassignment(services: &Services, can: &Can<ManageBudgets>, event: EventId) -> Result<String, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let actions = [Action::UserBudgetUnassigned, Action::ProjectBudgetUnassigned];
    let former: FormerAssignment = change.take_former(event, &actions).await?;
    let budget = hold_former_budget(&mut change, former.budget).await?;
    let undone = [Action::UserBudgetUnassignmentUndone, Action::ProjectBudgetUnassignmentUndone];
    let entry = lock_entry(&mut change, former.holder, undone).await?;
    restore(&mut change, &former, budget.category).await?;
    change.record(entry.undoes(event).set(field(budget.category), &budget.name)).await?;
    change.commit().await?;
    Ok(budget.name)
}

/// Undoes that the caller assigned a budget: the one that it replaced is assigned again. Returns the name of the budget
/// that was assigned.
///
/// # Errors
/// As [`undo_unassignment`], and when the budget was unassigned since.
pub async fn undo_assignment(services: &Services, can: &Can<ManageBudgets>, event: EventId) -> Result<String, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let actions = [Action::UserBudgetAssigned, Action::ProjectBudgetAssigned];
    let assigned: NewAssignment = change.take_former(event, &actions).await?;
    let (budget, replaced) = hold_both(&mut change, &assigned).await?;
    let undone = [Action::UserBudgetAssignmentUndone, Action::ProjectBudgetAssignmentUndone];
    let entry = lock_entry(&mut change, assigned.holder, undone).await?;
    if remove(&mut change, &assigned).await? == 0 {
        return Err(Violation::BudgetUnassignedSince { budget: budget.name }.into());
    }
    if let Some(former) = &assigned.former {
        restore(&mut change, former, budget.category).await?;
    }
    let replaced = replaced.map(|budget| budget.name);
    let entry = entry.undoes(event).field(field(budget.category), Some(budget.name.clone()), replaced);
    change.record(entry).await?;
    change.commit().await?;
    Ok(budget.name)
}

/// The budget that was assigned and the one that it replaced, locked in the order of their ids as changes of a category's
/// default lock them.
async fn hold_both(
    change: &mut Change<'_>,
    assigned: &NewAssignment,
) -> Result<(HeldBudget, Option<HeldBudget>), Error> {
    let Some(former) = &assigned.former else { return Ok((hold_former_budget(change, assigned.budget).await?, None)) };
    if former.budget < assigned.budget {
        let replaced = hold_former_budget(change, former.budget).await?;
        return Ok((hold_former_budget(change, assigned.budget).await?, Some(replaced)));
    }
    let budget = hold_former_budget(change, assigned.budget).await?;
    Ok((budget, Some(hold_former_budget(change, former.budget).await?)))
}

async fn hold_former_budget(change: &mut Change<'_>, budget: BudgetId) -> Result<HeldBudget, Error> {
    match hold_budget(change, budget).await {
        Err(Error::Refused(Refusal::NotFound)) => Err(Violation::BudgetDeletedSince.into()),
        budget => budget,
    }
}

/// Locks the holder. Returns the audit event: the first action is for users, the second for projects.
async fn lock_entry(change: &mut Change<'_>, holder: Holder, actions: [Action; 2]) -> Result<Entry, Error> {
    match holder {
        Holder::User(user) => {
            let holder = lock_holder(change, user).await?;
            if !holder.is_active {
                return Err(Violation::UserDeactivatedSince { name: holder.name }.into());
            }
            Ok(Entry::new(actions[0], TargetType::User, user.0, holder.email))
        }
        Holder::Project(project) => {
            let name = match lock_project(change.connection(), project, ProjectState::InUse).await {
                Err(Error::Refused(Refusal::NotFound)) => return Err(Violation::ProjectDeletedSince.into()),
                name => name?,
            };
            Ok(Entry::new(actions[1], TargetType::Project, project.0, name))
        }
    }
}

/// Removes exactly this assignment. Returns how many were removed.
async fn remove(change: &mut Change<'_>, assigned: &NewAssignment) -> Result<u64, Error> {
    let NewAssignment { holder, budget, since, .. } = assigned;
    let removal = match holder {
        Holder::User(user) => sqlx::query!(
            "delete from user_budgets where user_id = $1 and budget_id = $2 and created_at = $3",
            user.0,
            budget.0,
            since
        ),
        Holder::Project(project) => sqlx::query!(
            "delete from project_budgets where project_id = $1 and budget_id = $2 and created_at = $3",
            project.0,
            budget.0,
            since
        ),
    };
    Ok(removal.execute(change.connection()).await?.rows_affected())
}

/// Refused where the category is taken.
async fn restore(change: &mut Change<'_>, former: &FormerAssignment, category: Category) -> Result<(), Error> {
    let assigned_by = former.assigned_by.map(|user| user.0);
    let insertion = match former.holder {
        Holder::User(user) => sqlx::query!(
            "insert into user_budgets (user_id, category, budget_id, assigned_by, created_at) values ($1, $2, $3, $4, $5)
             on conflict (user_id, category) do nothing",
            user.0,
            category.key(),
            former.budget.0,
            assigned_by,
            former.since
        ),
        Holder::Project(project) => sqlx::query!(
            "insert into project_budgets (project_id, category, budget_id, assigned_by, created_at)
             values ($1, $2, $3, $4, $5) on conflict (project_id, category) do nothing",
            project.0,
            category.key(),
            former.budget.0,
            assigned_by,
            former.since
        ),
    };
    match insertion.execute(change.connection()).await?.rows_affected() {
        0 => Err(Violation::BudgetAssignedSince { category: category.title().to_owned() }.into()),
        _ => Ok(()),
    }
}
