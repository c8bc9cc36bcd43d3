//! Who holds a budget, for the page that deletes it.

use super::budgets::assignments;
use crate::Services;
use crate::budgets::stored::category;
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::{BudgetDeletion, HolderCounts};
use domain::error::Refusal;
use domain::id::BudgetId;
use domain::permission::ManageBudgets;

/// What the page that deletes a budget shows. Holders are counted to the end, so that the user confirms the exact
/// numbers. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget or budgets are switched off.
pub async fn preview(
    services: &Services,
    _can: &Can<ManageBudgets>,
    budget: BudgetId,
) -> Result<BudgetDeletion, Error> {
    switched_on(services)?;
    let row = sqlx::query!(
        r#"select name, category, (select count(*) from user_budgets a where a.budget_id = b.id) as "users!",
                  (select count(*) from project_budgets a where a.budget_id = b.id) as "projects!",
                  (select count(*) from deleted_project_budgets a where a.budget_id = b.id) as "deleted_projects!"
           from budgets b where b.id = $1"#,
        budget.0
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    let counts = HolderCounts { users: row.users, projects: row.projects, deleted_projects: row.deleted_projects };
    let assignments = assignments(services, budget).await?;
    Ok(BudgetDeletion { id: budget, name: row.name, category: category(&row.category)?, counts, assignments })
}
