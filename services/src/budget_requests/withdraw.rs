//! Withdrawing a request that waits. Who requested it is told when another project admin does.

use super::message;
use super::request::{Decision, Request, load_waiting, settle};
use crate::Services;
use crate::audit::Action;
use crate::budgets::switched_on;
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::outbox;
use crate::projects::of_proof;
use domain::budget::{Category, RequestState};
use domain::id::BudgetRequestId;
use domain::permission::{RequestBudgets, RequestProjectBudgets};
use uuid::Uuid;

/// Withdraws the caller's request for themselves. Returns its category.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when there is no such request for the caller, a rule that says who settled it meanwhile.
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
/// [`domain::error::Refusal::NotFound`] when there is no such request for the project, a rule that says who settled it meanwhile.
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
    let request: Request = load_waiting(&mut change, request, Some(holder)).await?;
    let decision = Decision { state: RequestState::Withdrawn, reason: None, budget: None };
    settle(services, &mut change, request.id, &decision).await?;
    if change.account() != Some(request.requester.id.0) {
        let (channels, now) = (&services.channels, services.clock.now());
        let messages = message::of_decision(channels, &request, &decision, change.caller(), now);
        outbox::enqueue(services, change.connection(), &messages).await?;
    }
    let actions = [Action::UserBudgetRequestWithdrawn, Action::ProjectBudgetRequestWithdrawn];
    let entry = request.holder.entry(actions).set("category", request.category.key());
    change.record(entry.set("hard_limit", request.hard_limit.typed())).await?;
    change.commit().await?;
    Ok(request.category)
}
