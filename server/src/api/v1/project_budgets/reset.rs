//! Resetting projects' budgets by hand.

use super::body::OwnProjectBudget;
use super::gate::{self, group_missing, missing};
use super::group_body::BudgetGroup;
use super::{groups, list};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::etag::Versioned;
use crate::api::permit::on_platform;
use crate::api::schema::{BudgetIdText, GroupIdText};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::actor::Target;
use domain::permission::{ManageBudgets, ViewMemberShares};
use services::spend::{self, WindowSubject};
use services::views::project_budgets;

/// Ends the window of a project's budget and of its members' shares, and begins the next one with nothing spent.
#[utoipa::path(
    post,
    path = "/admin/project-budgets/{id}/reset",
    operation_id = "reset_project_budget",
    tag = "project-budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget")),
    responses((status = OK, description = "The budget as it is now.", body = OwnProjectBudget)),
)]
pub async fn budget(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<OwnProjectBudget>, ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let (located, can) = gate::budget::<ManageBudgets>(&state, &caller, &id).await?;
    let subject = WindowSubject::Project(located.project);
    spend::reset(&state.services, &can, subject, located.category).await.map_err(missing)?;
    list::shown(&state, &caller, &id).await
}

/// Ends the window of each budget of a group and begins the next one with nothing spent.
#[utoipa::path(
    post,
    path = "/admin/project-budget-groups/{id}/reset",
    operation_id = "reset_budget_group",
    tag = "project-budgets",
    params(("id" = inline(GroupIdText), Path, description = "The id of the group")),
    responses((status = OK, description = "The group as it is now.", body = BudgetGroup)),
)]
pub async fn group(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<BudgetGroup>, ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let (group, project, can) = gate::group::<ManageBudgets>(&state, &caller, &id).await?;
    let view = caller.can::<ViewMemberShares>(Target::Project(project))?.into();
    let budgets = project_budgets::group(&state.services, &view, group).await.map_err(group_missing)?.budgets;
    for budget in budgets {
        let subject = WindowSubject::Project(project);
        spend::reset(&state.services, &can, subject, budget.category).await.map_err(group_missing)?;
    }
    groups::shown(&state, &caller, &id).await
}
