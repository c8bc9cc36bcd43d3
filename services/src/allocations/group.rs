//! Creates, edits and deletes budget groups.

use super::budget::deleted;
use super::group_budgets::{GroupBudgets, budgets_of, create_budgets, save_budgets};
use super::stored::remove;
use super::{LockedProject, shared_project};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::budgets::stored::{minutes, period};
use crate::budgets::switched_on;
use crate::change::Change;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::group::{GroupDraft, Split};
use domain::draft::{Draft as _, Edit, Precondition};
use domain::error::Refusal;
use domain::id::{GroupId, ProjectId};
use domain::permission::ManageBudgets;
use domain::text::GroupName;
use domain::violation::Violation;

/// The project of a group that was not deleted, to request a permission there. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such group, it or its project was deleted, or budgets are switched off.
pub async fn locate_group(services: &Services, group: GroupId) -> Result<ProjectId, Error> {
    switched_on(services)?;
    let project = sqlx::query_scalar!(
        "select g.project_id from budget_groups g join projects p on p.id = g.project_id
         where g.id = $1 and g.deleted_at is null and p.deleted_at is null",
        group.0
    );
    Ok(ProjectId(project.fetch_optional(&services.pool).await?.ok_or(Refusal::NotFound)?))
}

/// Creates a group for the project of the proof, with a budget for each category that has a part of the total.
///
/// # Errors
/// [`Violation::ProjectHasGroup`], [`Violation::ProjectHasBudget`] at the category,
/// [`Violation::BudgetForPersonalProject`].
pub async fn create_group(services: &Services, can: &Can<ManageBudgets>, draft: &GroupDraft) -> Result<GroupId, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let id = GroupId(services.new_id());
    let creator = change.account();
    let inserted = sqlx::query!(
        "insert into budget_groups
           (id, project_id, name, total, reset_minutes, description, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         on conflict (project_id) where deleted_at is null do nothing",
        id.0,
        project.id.0,
        draft.name.as_str(),
        draft.split.total().as_decimal(),
        minutes(draft.period),
        draft.description,
        creator,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    if inserted.rows_affected() == 0 {
        return Err(Violation::ProjectHasGroup.into());
    }
    create_budgets(&mut change, &project, id, draft.period, draft.split.categories()).await?;
    let entry = Entry::new(Action::BudgetGroupCreated, TargetType::BudgetGroup, id.0, draft.name.as_str());
    change.record(entry.set("project", &project.name).fields(None, draft)).await?;
    change.commit().await?;
    Ok(id)
}

/// Saves an edit: the budgets of the group get their new limits, those of categories without a part are deleted, and those
/// of new categories are created. Spend and windows stay.
///
/// # Errors
/// [`Refusal::Conflict`] when the precondition does not hold, a problem at its field when the total or the percentages are
/// not valid, [`Violation::FixedSharesAboveBudget`] at the category.
pub async fn edit_group(
    services: &Services,
    can: &Can<ManageBudgets>,
    group: GroupId,
    edit: Edit<GroupDraft>,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let (stored, row, budgets) = lock(&mut change, &project, group).await?;
    let (draft, _) = conflict::settle(&mut change, row, &stored, edit).await?;
    if draft == stored {
        return Ok(());
    }
    save_budgets(&mut change, &project, group, budgets, &draft).await?;
    sqlx::query!(
        "update budget_groups set name = $2, total = $3, reset_minutes = $4, description = $5, updated_at = $6,
                version = version + 1 where id = $1",
        group.0,
        draft.name.as_str(),
        draft.split.total().as_decimal(),
        minutes(draft.period),
        draft.description,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let name = stored.name.as_str();
    let entry = Entry::new(Action::BudgetGroupUpdated, TargetType::BudgetGroup, group.0, name);
    change.record(entry.fields(Some(&stored), &draft)).await?;
    change.commit().await
}

/// Deletes a group with its budgets. What was spent stays in the ledger.
///
/// # Errors
/// [`Refusal::NotFound`] when the project has no such group, [`Refusal::Conflict`] when the precondition does not hold.
pub async fn delete_group(
    services: &Services,
    can: &Can<ManageBudgets>,
    group: GroupId,
    precondition: Precondition,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let (stored, row, budgets) = lock(&mut change, &project, group).await?;
    if precondition.is_stale(row.version) {
        return Err(conflict::refusal::<GroupDraft>(&mut change, row).await?.into());
    }
    let mut entries = Vec::new();
    for budget in budgets.into_values() {
        remove(&mut change, budget.id).await?;
        entries.push(deleted(&project.name, budget.id, &budget.draft));
    }
    let now = services.clock.now();
    sqlx::query!(
        "update budget_groups set deleted_at = $2, updated_at = $2, version = version + 1 where id = $1",
        group.0,
        now
    )
    .execute(change.connection())
    .await?;
    let name = stored.name.as_str();
    let entry = Entry::new(Action::BudgetGroupDeleted, TargetType::BudgetGroup, group.0, name);
    let fields = stored.fields().into_iter();
    let value = |text: String| (!text.is_empty()).then_some(text);
    entries.push(fields.fold(entry, |entry, field| entry.field(field.name, value(field.value.typed), None)));
    change.record_many(entries).await?;
    change.commit().await
}

/// Records that a user had the equal shares of all budgets computed again. They are computed whenever they are read.
///
/// # Errors
/// [`Refusal::NotFound`] when the project has no such group.
pub async fn rebalance_group(services: &Services, can: &Can<ManageBudgets>, group: GroupId) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let (stored, _, budgets) = lock(&mut change, &project, group).await?;
    let of_budget = |budget: super::stored::StoredBudget| {
        let name = budget.draft.name.as_str();
        Entry::new(Action::SplitBudgetRebalanced, TargetType::Budget, budget.id.0, name)
    };
    let name = stored.name.as_str();
    let of_group = Entry::new(Action::BudgetGroupRebalanced, TargetType::BudgetGroup, group.0, name);
    change.record_many(budgets.into_values().map(of_budget).chain([of_group]).collect()).await?;
    change.commit().await
}

/// Locks a group of the project and its budgets.
async fn lock(
    change: &mut Change<'_>,
    project: &LockedProject,
    group: GroupId,
) -> Result<(GroupDraft, conflict::Stored, GroupBudgets), Error> {
    let row = sqlx::query!(
        "select name, reset_minutes, description, version, updated_at from budget_groups
         where id = $1 and project_id = $2 and deleted_at is null for update",
        group.0,
        project.id.0
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    let budgets = budgets_of(change, project.id, group).await?;
    let limits = budgets.iter().map(|(category, budget)| Ok((*category, budget.limits()?)));
    let draft = GroupDraft {
        name: GroupName::of_stored(&row.name),
        split: Split::of_limits(limits.collect::<Result<_, Error>>()?),
        period: period(row.reset_minutes)?,
        description: row.description,
    };
    let row = conflict::Stored { target: group.0, version: row.version, updated_at: row.updated_at };
    Ok((draft, row, budgets))
}
