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
/// [`Refusal::NotFound`] when there is no such budget, it belongs to a project, or budgets are switched off;
/// [`Violation::PredefinedDefault`] where the file of predefined budgets says which one it is.
pub async fn set_default(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    is_default: bool,
) -> Result<String, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let name = lock_category(change.connection(), budget).await?;
    for entry in put_default(change.connection(), budget, &name, is_default).await? {
        change.record(entry).await?;
    }
    change.commit().await?;
    Ok(name)
}

/// Makes a budget the default of its category, in place of another one, or ends that. Returns what to record.
pub(super) async fn put_default(
    connection: &mut PgConnection,
    budget: BudgetId,
    name: &str,
    is_default: bool,
) -> Result<Vec<Entry>, Error> {
    // The other one first: a category has at most one at any time.
    let former = sqlx::query!(
        "with former as (
           update budgets set is_default = false
           where $2 and is_default and id <> $1 and category = (select category from budgets where id = $1)
           returning id, name)
         select id, name from former",
        budget.0,
        is_default
    )
    .fetch_all(&mut *connection)
    .await?;
    let changed = |action, id, name: &str, is_default: bool| {
        let (before, after) = ((!is_default).to_string(), is_default.to_string());
        Entry::new(action, TargetType::Budget, id, name).field("is_default", Some(before), Some(after))
    };
    let cleared = former.into_iter().map(|row| changed(Action::BudgetDefaultCleared, row.id, &row.name, false));
    let mut entries: Vec<Entry> = cleared.collect();
    let saved = sqlx::query!(
        "update budgets set is_default = $2 where id = $1 and is_default <> $2 returning id",
        budget.0,
        is_default
    )
    .fetch_optional(connection)
    .await?;
    if saved.is_some() {
        let action = if is_default { Action::BudgetDefaultSet } else { Action::BudgetDefaultCleared };
        entries.push(changed(action, budget.0, name, is_default));
    }
    Ok(entries)
}

/// Locks the budgets of a category in the order of their ids, so that two changes of its default follow each other. None may
/// be changed where one of them is predefined: the first of these is the default.
async fn lock_category(connection: &mut PgConnection, budget: BudgetId) -> Result<String, Error> {
    let rows = sqlx::query!(
        "select id, name, category, is_predefined from budgets where category = (select category from budgets where id = $1)
           and project_id is null
         order by id for no key update",
        budget.0
    )
    .fetch_all(connection)
    .await?;
    let is_declared = rows.iter().any(|row| row.is_predefined);
    let found = rows.into_iter().find(|row| row.id == budget.0).ok_or(Refusal::NotFound)?;
    if is_declared {
        return Err(Violation::PredefinedDefault { category: category(&found.category)?.title().to_owned() }.into());
    }
    Ok(found.name)
}

/// Refuses to delete the default of a category, or to change its category: users would lose their limits unseen.
pub(super) async fn check_no_default(connection: &mut PgConnection, budget: BudgetId) -> Result<(), Error> {
    let found = sqlx::query_scalar!("select category from budgets where id = $1 and is_default", budget.0);
    match found.fetch_optional(connection).await? {
        None => Ok(()),
        Some(found) => Err(Violation::DefaultBudget { category: category(&found)?.title().to_owned() }.into()),
    }
}
