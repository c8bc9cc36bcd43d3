//! Deletes a budget.

use super::list::{missing, slug_of};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use crate::api::schema::BudgetIdText;
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::HolderCounts;
use domain::permission::ManageBudgets;
use http::StatusCode;
use services::budgets;

/// Deletes a budget that is not assigned.
#[utoipa::path(
    delete,
    path = "/admin/budgets/{id}",
    operation_id = "delete_budget",
    tag = "budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget")),
    responses(
        (status = NO_CONTENT, description = "The budget is deleted."),
        (status = CONFLICT, description = "The budget is assigned to users or projects."),
    ),
)]
pub async fn delete(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let can = on_platform::<ManageBudgets>(&caller)?;
    let budget = budgets::id_of(&state.services, &can, &slug_of(&id)?).await.map_err(missing)?;
    budgets::delete(&state.services, &can, budget, HolderCounts::default()).await.map_err(missing)?;
    Ok(StatusCode::NO_CONTENT)
}
