//! Rows of projects' own budgets, under the lock of their project.

use crate::budgets::stored::{category, limits, minutes, period};
use crate::change::Change;
use crate::conflict;
use crate::error::Error;
use domain::budget::{Category, EqualPool, Limits, OwnBudgetDraft, Share};
use domain::error::Refusal;
use domain::id::{BudgetId, GroupId, ProjectId, UserId};
use domain::money::Money;
use domain::text::BudgetName;
use domain::violation::Violation;
use rust_decimal::Decimal;
use uuid::Uuid;

/// A project's own budget.
pub(super) struct StoredBudget {
    pub(super) id: BudgetId,
    pub(super) category: Category,
    pub(super) group: Option<GroupId>,
    pub(super) draft: OwnBudgetDraft,
    pub(super) row: conflict::Stored,
}

impl StoredBudget {
    pub(super) fn limits(&self) -> Result<Limits, Error> {
        limits(self.draft.soft_limit.as_decimal(), self.draft.hard_limit.as_decimal())
    }
}

/// Locks a budget of the project.
///
/// # Errors
/// [`Refusal::NotFound`] when the project has no such budget.
pub(super) async fn lock(change: &mut Change<'_>, project: ProjectId, budget: BudgetId) -> Result<StoredBudget, Error> {
    let row = sqlx::query!(
        "select name, description, category, soft_limit, hard_limit, reset_minutes, group_id, version, updated_at
         from budgets where id = $1 and project_id = $2 for update",
        budget.0,
        project.0
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    let limits = limits(row.soft_limit, row.hard_limit)?;
    Ok(StoredBudget {
        id: budget,
        category: category(&row.category)?,
        group: row.group_id.map(GroupId),
        draft: OwnBudgetDraft {
            name: BudgetName::of_stored(&row.name),
            soft_limit: limits.soft(),
            hard_limit: limits.hard(),
            period: period(row.reset_minutes)?,
            description: row.description,
        },
        row: conflict::Stored { target: budget.0, version: row.version, updated_at: row.updated_at },
    })
}

/// The id by which API clients know a budget: what a slug cannot hold of `prefix` becomes a hyphen.
pub(super) fn slug(prefix: &str, suffix: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let prefix: String = prefix.chars().map(plain).take(95).collect();
    format!("{prefix}-{suffix}")
}

/// Inserts a budget and assigns it to its project.
///
/// # Errors
/// [`Violation::ProjectHasBudget`] at `field` when the project has an active budget of the category.
pub(super) async fn insert(
    change: &mut Change<'_>,
    (project, group): (ProjectId, Option<GroupId>),
    (id, slug): (BudgetId, &str),
    (category, field): (Category, &str),
    draft: &OwnBudgetDraft,
) -> Result<(), Error> {
    let taken = sqlx::query_scalar!(
        r#"select exists (select from project_budgets where project_id = $1 and category = $2) as "taken!""#,
        project.0,
        category.key()
    );
    if taken.fetch_one(change.connection()).await? {
        let problem = Violation::ProjectHasBudget { category: category.title().to_owned() };
        return Err(domain::form::FieldErrors::one(field, problem).into());
    }
    let (creator, now) = (change.account(), change.services().clock.now());
    sqlx::query!(
        "insert into budgets (id, slug, name, category, soft_limit, hard_limit, reset_minutes, description, project_id,
                              group_id, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        id.0,
        slug,
        draft.name.as_str(),
        category.key(),
        draft.soft_limit.as_decimal(),
        draft.hard_limit.as_decimal(),
        minutes(draft.period),
        draft.description,
        project.0,
        group.map(|group| group.0),
        creator,
        now
    )
    .execute(change.connection())
    .await?;
    sqlx::query!(
        "insert into project_budgets (project_id, category, budget_id, assigned_by, created_at)
         values ($1, $2, $3, $4, $5)",
        project.0,
        category.key(),
        id.0,
        creator,
        now
    )
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Writes the fields of a budget.
pub(super) async fn update(change: &mut Change<'_>, budget: BudgetId, draft: &OwnBudgetDraft) -> Result<(), Error> {
    let now = change.services().clock.now();
    sqlx::query!(
        "update budgets set name = $2, soft_limit = $3, hard_limit = $4, reset_minutes = $5, description = $6,
                updated_at = $7, version = version + 1 where id = $1",
        budget.0,
        draft.name.as_str(),
        draft.soft_limit.as_decimal(),
        draft.hard_limit.as_decimal(),
        minutes(draft.period),
        draft.description,
        now
    )
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Unassigns a budget from its project and deletes it, with the fixed shares of its members. What was spent stays.
pub(super) async fn remove(change: &mut Change<'_>, budget: BudgetId) -> Result<(), Error> {
    sqlx::query!("delete from project_budgets where budget_id = $1", budget.0).execute(change.connection()).await?;
    sqlx::query!("delete from budgets where id = $1", budget.0).execute(change.connection()).await?;
    Ok(())
}

/// The fixed shares of a project's budget but for that of one member.
pub(super) async fn fixed_shares(
    change: &mut Change<'_>,
    project: ProjectId,
    category: Category,
    but: Option<UserId>,
) -> Result<Vec<Share>, Error> {
    let rows = sqlx::query!(
        "select soft_limit, hard_limit from member_allocations
         where project_id = $1 and category = $2 and user_id is distinct from $3",
        project.0,
        category.key(),
        but.map(|user| user.0) as Option<Uuid>
    )
    .fetch_all(change.connection())
    .await?;
    rows.into_iter().map(|row| fixed_share(row.soft_limit, row.hard_limit)).collect()
}

/// A fixed share as it is stored.
pub(crate) fn fixed_share(soft: Decimal, hard: Decimal) -> Result<Share, Error> {
    let broken = || Error::Broken(format!("impossible share of {soft} and {hard}"));
    let (soft, hard) = Money::from_decimal(soft).zip(Money::from_decimal(hard)).ok_or_else(broken)?;
    Share::new(soft, hard).map_err(|_| broken())
}

/// Checks that the fixed shares of members fit into new limits.
///
/// # Errors
/// [`Violation::FixedSharesAboveBudget`] at `field`.
pub(super) async fn check_fixed_shares(
    change: &mut Change<'_>,
    project: ProjectId,
    category: Category,
    limits: Limits,
    field: &str,
) -> Result<(), Error> {
    let fixed = fixed_shares(change, project, category, None).await?;
    let pool = EqualPool::new(limits, fixed, 0);
    pool.map_err(|problem| domain::form::FieldErrors::one(field, problem))?;
    Ok(())
}
