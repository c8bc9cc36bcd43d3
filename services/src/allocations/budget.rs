//! Creates, edits and deletes budgets that belong to one project.

use super::group_budgets::follow_budgets;
use super::shared_project;
use super::stored::{check_fixed_shares, insert, lock, remove, slug, update};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::budgets::stored::category;
use crate::budgets::switched_on;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::{BudgetSlug, Category, OwnBudgetDraft};
use domain::draft::{Draft as _, Edit};
use domain::error::Refusal;
use domain::id::{BudgetId, ProjectId};
use domain::permission::ManageBudgets;
use domain::violation::Violation;

/// A project's own budget, to request a permission in that project.
#[derive(Clone, Copy, Debug)]
pub struct Located {
    /// The budget.
    pub budget: BudgetId,
    /// Its project.
    pub project: ProjectId,
    /// What it pays for.
    pub category: Category,
}

/// Finds a project's own budget by the id that API clients know. It tells nothing about the budget: the caller requests a
/// permission in its project before anything else. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget, its project was deleted, or budgets are switched off.
pub async fn locate(services: &Services, slug: &BudgetSlug) -> Result<Located, Error> {
    switched_on(services)?;
    let row = sqlx::query!(
        r#"select b.id, b.project_id as "project_id!", b.category from budgets b join projects p on p.id = b.project_id
           where b.slug = $1 and p.deleted_at is null"#,
        slug.as_str()
    );
    let row = row.fetch_optional(&services.pool).await?.ok_or(Refusal::NotFound)?;
    let (budget, project) = (BudgetId(row.id), ProjectId(row.project_id));
    Ok(Located { budget, project, category: category(&row.category)? })
}

/// Creates a budget of the project of the proof, which pays from now on. `prefix` begins the id that API clients know.
///
/// # Errors
/// [`Violation::ProjectHasBudget`] at `budget_category`, a problem at `name` when it is in use, and
/// [`Violation::BudgetForPersonalProject`].
pub async fn create(
    services: &Services,
    can: &Can<ManageBudgets>,
    prefix: &BudgetSlug,
    category: Category,
    draft: &OwnBudgetDraft,
) -> Result<BudgetSlug, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let id = BudgetId(services.new_id());
    let slug = slug(prefix.as_str(), &id.0.simple().to_string());
    insert(&mut change, (project.id, None), (id, &slug), (category, "budget_category"), draft).await?;
    let entry = Entry::new(Action::SplitBudgetCreated, TargetType::Budget, id.0, draft.name.as_str());
    let entry = entry.set("project", &project.name).set("category", category.key()).set("slug", &slug);
    change.record(entry.fields(None, draft)).await?;
    change.commit().await?;
    BudgetSlug::parse(&slug).map_err(|_| Error::Broken(format!("unreadable slug {slug}")))
}

/// Saves an edit. Spend and windows stay; the next reservation is held against the new limits. The total of a group
/// follows its budgets. Values equal to the stored ones change nothing.
///
/// # Errors
/// [`Refusal::Conflict`] when the precondition does not hold, [`Violation::FixedSharesAboveBudget`] at `hard_limit`,
/// [`Violation::PeriodOfGroup`], and a problem at `name` when it is in use.
pub async fn edit(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    edit: Edit<OwnBudgetDraft>,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let stored = lock(&mut change, project.id, budget).await?;
    let (draft, _) = conflict::settle(&mut change, stored.row, &stored.draft, edit).await?;
    if draft == stored.draft {
        return Ok(());
    }
    if stored.group.is_some() && draft.period != stored.draft.period {
        return Err(Violation::PeriodOfGroup.into());
    }
    let limits = domain::budget::Limits::new(draft.soft_limit, draft.hard_limit)?;
    check_fixed_shares(&mut change, project.id, stored.category, limits, OwnBudgetDraft::HARD_LIMIT.name).await?;
    update(&mut change, budget, &draft).await?;
    if let Some(group) = stored.group {
        follow_budgets(&mut change, group).await?;
    }
    let name = stored.draft.name.as_str();
    let entry = Entry::new(Action::SplitBudgetUpdated, TargetType::Budget, budget.0, name);
    change.record(entry.fields(Some(&stored.draft), &draft)).await?;
    change.commit().await
}

/// Deletes a budget with the fixed shares of its members. What was spent stays in the ledger. With the last budget of a
/// group the group is deleted.
///
/// # Errors
/// [`Refusal::NotFound`] when the project has no such budget.
pub async fn delete(services: &Services, can: &Can<ManageBudgets>, budget: BudgetId) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let stored = lock(&mut change, project.id, budget).await?;
    remove(&mut change, budget).await?;
    if let Some(group) = stored.group {
        follow_budgets(&mut change, group).await?;
    }
    change.record(deleted(&project.name, budget, &stored.draft)).await?;
    change.commit().await
}

/// The audit event of a deleted budget.
pub(super) fn deleted(project: &str, budget: BudgetId, draft: &OwnBudgetDraft) -> Entry {
    let entry = Entry::new(Action::SplitBudgetDeleted, TargetType::Budget, budget.0, draft.name.as_str());
    let entry = entry.field("project", Some(project.to_owned()), None);
    let value = |text: String| (!text.is_empty()).then_some(text);
    draft.fields().into_iter().fold(entry, |entry, field| entry.field(field.name, value(field.value.typed), None))
}

/// Records that a user had the equal shares computed again. They are computed whenever they are read, so that nothing
/// changes.
///
/// # Errors
/// [`Refusal::NotFound`] when the project has no such budget.
pub async fn rebalance(services: &Services, can: &Can<ManageBudgets>, budget: BudgetId) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, can).await?;
    let stored = lock(&mut change, project.id, budget).await?;
    let name = stored.draft.name.as_str();
    let entry = Entry::new(Action::SplitBudgetRebalanced, TargetType::Budget, budget.0, name);
    change.record(entry).await?;
    change.commit().await
}
