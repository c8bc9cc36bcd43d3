//! The default budget of a category: it pays for users who have no budget of their own in it.

use super::stored::category;
use super::switched_on;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use domain::error::Refusal;
use domain::id::BudgetId;
use domain::permission::ManageBudgets;
use domain::violation::Violation;
use sqlx::PgConnection;

/// Makes a budget the default of its category, in place of another one, or ends that. Returns its name.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget, it belongs to a project, or budgets are switched off.
pub async fn set_default(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    is_default: bool,
) -> Result<String, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let name = lock_category(change.connection(), budget).await?;
    // The other one first: a category has at most one at any time.
    let changed = sqlx::query!(
        "with former as (
           update budgets set is_default = false
           where $2 and is_default and id <> $1 and category = (select category from budgets where id = $1)
           returning id, name)
         select id, name from former",
        budget.0,
        is_default
    )
    .fetch_all(change.connection())
    .await?;
    for former in changed {
        let entry = Entry::new(Action::BudgetDefaultCleared, TargetType::Budget, former.id, &former.name);
        change.record(entry.field("is_default", Some("true".to_owned()), Some("false".to_owned()))).await?;
    }
    let saved = sqlx::query!(
        "update budgets set is_default = $2 where id = $1 and is_default <> $2 returning id",
        budget.0,
        is_default
    )
    .fetch_optional(change.connection())
    .await?;
    if saved.is_some() {
        let action = if is_default { Action::BudgetDefaultSet } else { Action::BudgetDefaultCleared };
        let entry = Entry::new(action, TargetType::Budget, budget.0, &name);
        let (before, after) = ((!is_default).to_string(), is_default.to_string());
        change.record(entry.field("is_default", Some(before), Some(after))).await?;
    }
    change.commit().await?;
    Ok(name)
}

/// Locks the budgets of a category in the order of their ids, so that two changes of its default follow each other.
async fn lock_category(connection: &mut PgConnection, budget: BudgetId) -> Result<String, Error> {
    let rows = sqlx::query!(
        "select id, name from budgets where category = (select category from budgets where id = $1)
           and project_id is null
         order by id for no key update",
        budget.0
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().find(|row| row.id == budget.0);
    Ok(found.ok_or(Refusal::NotFound)?.name)
}

/// Refuses to delete the default of a category, or to change its category: users would lose their limits unseen.
pub(super) async fn check_no_default(connection: &mut PgConnection, budget: BudgetId) -> Result<(), Error> {
    let found = sqlx::query_scalar!("select category from budgets where id = $1 and is_default", budget.0);
    match found.fetch_optional(connection).await? {
        None => Ok(()),
        Some(found) => Err(Violation::DefaultBudget { category: category(&found)?.title().to_owned() }.into()),
    }
}
