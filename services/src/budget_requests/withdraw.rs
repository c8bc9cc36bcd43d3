//! Withdrawing a request that waits.

use super::request::{Decision, Request, load_waiting, settle};
use crate::Services;
use crate::audit::Action;
use crate::budgets::switched_on;
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::projects::of_proof;
use domain::budget::{Category, RequestState};
use domain::error::Refusal;
use domain::id::BudgetRequestId;
use domain::permission::{RequestBudgets, RequestProjectBudgets};
use uuid::Uuid;

/// Withdraws the caller's request for themselves. Returns its category.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such request for the caller, a rule that says who settled it meanwhile.
pub async fn withdraw_own(
    services: &Services,
    can: &Can<RequestBudgets>,
    request: BudgetRequestId,
) -> Result<Category, Error> {
    switched_on(services)?;
    let user = can.caller().actor.user_id;
    withdraw(services, services.change(can).await?, request, (Some(user.0), None)).await
}

/// Withdraws a request for the project of the proof. Returns its category.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such request for the project, a rule that says who settled it meanwhile.
pub async fn withdraw_of_project(
    services: &Services,
    can: &Can<RequestProjectBudgets>,
    request: BudgetRequestId,
) -> Result<Category, Error> {
    switched_on(services)?;
    let project = of_proof(can)?;
    withdraw(services, services.change(can).await?, request, (None, Some(project.0))).await
}

async fn withdraw(
    services: &Services,
    mut change: Change<'_>,
    request: BudgetRequestId,
    holder: (Option<Uuid>, Option<Uuid>),
) -> Result<Category, Error> {
    let request: Request = load_waiting(&mut change, request).await?;
    if request.holder.ids() != holder {
        return Err(Refusal::NotFound.into());
    }
    let decision = Decision { state: RequestState::Withdrawn, reason: None, budget: None };
    settle(services, &mut change, request.id, &decision).await?;
    let actions = [Action::UserBudgetRequestWithdrawn, Action::ProjectBudgetRequestWithdrawn];
    let entry = request.holder.entry(actions).set("category", request.category.key());
    change.record(entry.set("hard_limit", request.hard_limit.typed())).await?;
    change.commit().await?;
    Ok(request.category)
}
