//! Creates and edits budgets.

use super::stored::{category, limits, minutes, period};
use super::switched_on;
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::change::Change;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::BudgetDraft;
use domain::conflict::{Draft, Edit, Merge};
use domain::error::Refusal;
use domain::id::BudgetId;
use domain::permission::ManageBudgets;
use domain::text::BudgetName;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Creates a budget from the console's form; it is not assigned yet.
///
/// # Errors
/// A problem at `name` when the name is in use, and at `period` when it is shorter than forms may set.
pub async fn create(services: &Services, can: &Can<ManageBudgets>, draft: BudgetDraft) -> Result<BudgetId, Error> {
    switched_on(services)?;
    draft.period.check_for_form(None)?;
    let mut change = services.change(can).await?;
    let id = services.new_id();
    let maker = change.caller().actor.user_id;
    insert(change.connection(), id, &draft, maker.0, services.clock.now()).await?;
    change.record(created(id, &draft)).await?;
    change.commit().await?;
    Ok(BudgetId(id))
}

/// The row of a new budget.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    id: Uuid,
    draft: &BudgetDraft,
    maker: Uuid,
    now: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into budgets
           (id, name, category, soft_limit, hard_limit, reset_minutes, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        id,
        draft.name.as_str(),
        draft.category.key(),
        draft.limits.soft().as_decimal(),
        draft.limits.hard().as_decimal(),
        minutes(draft.period),
        maker,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The audit entry of a new budget.
pub(crate) fn created(id: Uuid, draft: &BudgetDraft) -> Entry {
    let entry = Entry::new("budget.created", TargetType::Budget, id, draft.name.as_str());
    draft.fields().into_iter().fold(entry, |entry, field| entry.set(field.name, field.value.typed))
}

/// Saves the form, merged with what others saved since it was rendered. Values equal to the stored ones change nothing
/// and write nothing, so that a form sent twice is no conflict.
///
/// # Errors
/// [`Refusal::Conflict`] when a field needs a choice, a problem at `name` when the name is in use, at `category` when it
/// would change while the budget is assigned, and at `period` when it is shorter than forms may set.
pub async fn edit(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    edit: Edit<BudgetDraft>,
) -> Result<Merge, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let stored = lock(change.connection(), budget).await?;
    let row = conflict::Stored { target: budget.0, version: stored.version, updated_at: stored.updated_at };
    let (draft, merge) = conflict::merge(&mut change, row, &stored.draft, edit).await?;
    if draft != stored.draft {
        draft.period.check_for_form(Some(stored.draft.period))?;
        let description = stored.description.clone();
        save(services, &mut change, budget, &stored, draft, description).await?;
        change.commit().await?;
    }
    Ok(merge)
}

/// Writes the row and its audit entry.
pub(super) async fn save(
    services: &Services,
    change: &mut Change<'_>,
    budget: BudgetId,
    stored: &Stored,
    draft: BudgetDraft,
    description: Option<String>,
) -> Result<(), Error> {
    sqlx::query!(
        "update budgets set name = $2, category = $3, soft_limit = $4, hard_limit = $5, reset_minutes = $6,
                description = $7, updated_at = $8, version = version + 1 where id = $1",
        budget.0,
        draft.name.as_str(),
        draft.category.key(),
        draft.limits.soft().as_decimal(),
        draft.limits.hard().as_decimal(),
        minutes(draft.period),
        description,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new("budget.edited", TargetType::Budget, budget.0, stored.draft.name.as_str());
    let entry = stored
        .draft
        .fields()
        .into_iter()
        .zip(draft.fields())
        .fold(entry, |entry, (before, after)| {
            entry.field(before.name, Some(before.value.typed), Some(after.value.typed))
        })
        .field("description", stored.description.clone(), description);
    change.record(entry).await
}

/// A budget whose row is locked.
pub(super) struct Stored {
    pub(super) draft: BudgetDraft,
    pub(super) description: Option<String>,
    pub(super) version: i64,
    pub(super) updated_at: OffsetDateTime,
}

pub(super) async fn lock(connection: &mut PgConnection, budget: BudgetId) -> Result<Stored, Error> {
    let row = sqlx::query!(
        "select name, description, category, soft_limit, hard_limit, reset_minutes, version, updated_at
         from budgets where id = $1 for update",
        budget.0
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Refusal::NotFound)?;
    let draft = BudgetDraft {
        name: BudgetName::of_stored(&row.name),
        category: category(&row.category)?,
        limits: limits(row.soft_limit, row.hard_limit)?,
        period: period(row.reset_minutes)?,
    };
    Ok(Stored { draft, description: row.description, version: row.version, updated_at: row.updated_at })
}
