//! The budgets of a group.

use super::LockedProject;
use super::budget::deleted;
use super::stored::{StoredBudget, check_fixed_shares, insert, lock, remove, slug, update};
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use domain::budget::group::GroupDraft;
use domain::budget::{Category, Limits, OwnBudgetDraft};
use domain::id::{BudgetId, GroupId, ProjectId};
use domain::reset_period::ResetPeriod;
use domain::text::BudgetName;
use std::collections::BTreeMap;

/// The budgets of a group, by category.
pub(super) type GroupBudgets = BTreeMap<Category, StoredBudget>;

/// Locks the budgets of a group.
pub(super) async fn budgets_of(
    change: &mut Change<'_>,
    project: ProjectId,
    group: GroupId,
) -> Result<GroupBudgets, Error> {
    let ids = sqlx::query_scalar!("select id from budgets where group_id = $1 order by category", group.0)
        .fetch_all(change.connection())
        .await?;
    let mut budgets = GroupBudgets::new();
    // At most one for each category.
    for id in ids {
        let budget = lock(change, project, BudgetId(id)).await?;
        budgets.insert(budget.category, budget);
    }
    Ok(budgets)
}

/// Creates a budget for each category.
pub(super) async fn create_budgets(
    change: &mut Change<'_>,
    project: &LockedProject,
    group: GroupId,
    period: ResetPeriod,
    categories: &BTreeMap<Category, Limits>,
) -> Result<(), Error> {
    for (category, limits) in categories {
        let id = BudgetId(change.services().new_id());
        let (name, id_text) = (format!("{}/{}", project.name, category.key()), id.0.simple().to_string());
        let draft = OwnBudgetDraft {
            name: BudgetName::of_stored(&name),
            soft_limit: limits.soft(),
            hard_limit: limits.hard(),
            period,
            description: None,
        };
        let slug = slug(&format!("{}-{}", project.name, category.key()), &id_text[24..]);
        insert(change, (project.id, Some(group)), (id, &slug), (*category, category.key()), &draft).await?;
        let entry = Entry::new(Action::SplitBudgetCreated, TargetType::Budget, id.0, draft.name.as_str());
        let entry = entry.set("project", &project.name).set("category", category.key()).set("slug", &slug);
        change.record(entry.fields(None, &draft)).await?;
    }
    Ok(())
}

/// Brings the budgets of a group to an edited draft.
pub(super) async fn save_budgets(
    change: &mut Change<'_>,
    project: &LockedProject,
    group: GroupId,
    stored: GroupBudgets,
    draft: &GroupDraft,
) -> Result<(), Error> {
    let mut missing = draft.split.categories().clone();
    for (category, budget) in stored {
        let Some(limits) = missing.remove(&category) else {
            remove(change, budget.id).await?;
            change.record(deleted(&project.name, budget.id, &budget.draft)).await?;
            continue;
        };
        let (soft_limit, hard_limit, period) = (limits.soft(), limits.hard(), draft.period);
        let edited = OwnBudgetDraft { soft_limit, hard_limit, period, ..budget.draft.clone() };
        if edited == budget.draft {
            continue;
        }
        check_fixed_shares(change, project.id, category, limits, category.key()).await?;
        update(change, budget.id, &edited).await?;
        let name = budget.draft.name.as_str();
        let entry = Entry::new(Action::SplitBudgetUpdated, TargetType::Budget, budget.id.0, name);
        change.record(entry.fields(Some(&budget.draft), &edited)).await?;
    }
    create_budgets(change, project, group, draft.period, &missing).await
}

/// Sets the total of a group to the sum of its budgets, or deletes the group when it has none any more.
pub(super) async fn follow_budgets(change: &mut Change<'_>, group: GroupId) -> Result<(), Error> {
    let now = change.services().clock.now();
    sqlx::query!(
        "update budget_groups g
         set total = coalesce(b.total, g.total), deleted_at = case when b.total is null then $2::timestamptz end,
             updated_at = $2, version = version + 1
         from (select sum(hard_limit) as total from budgets where group_id = $1) b
         where g.id = $1",
        group.0,
        now
    )
    .execute(change.connection())
    .await?;
    Ok(())
}
