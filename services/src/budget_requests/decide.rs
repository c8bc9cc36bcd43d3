//! A maintainer approves or declines a request.

use super::create::present_hard_limit;
use super::message;
use super::request::{Decision, Holder, Request, load_waiting, settle, stored_amount};
use crate::Services;
use crate::audit::Action;
use crate::budgets::{self, HeldBudget, assign_to_project_in, assign_to_user_in, hold_budget, switched_on};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::{ProjectState, lock_project};
use crate::outbox;
use crate::undo::Changed;
use domain::budget::{RequestState, check_approval};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::{BudgetId, BudgetRequestId};
use domain::permission::ManageBudgets;
use domain::text::RequestReason;
use domain::violation::Violation;

/// Approves a request: assigns a budget of its category to its holder. Returns the name of the budget.
///
/// # Errors
/// A problem at `budget` when it does not exist, is of another category or is not above the present one,
/// [`Violation::OwnBudgetRequest`], a rule that says who settled the request meanwhile, and what refuses the assignment. Then
/// nothing was assigned.
pub async fn approve(
    services: &Services,
    can: &Can<ManageBudgets>,
    request: BudgetRequestId,
    budget: BudgetId,
) -> Result<String, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let request = load_to_decide(&mut change, request).await?;
    let budget = hold(&mut change, budget, &request).await?;
    lock_holder(&mut change, &request.holder).await?;
    let present = present_hard_limit(&mut change, &request.holder, request.category).await?;
    check_approval((&budget.name, stored_amount(budget.hard_limit)?), request.hard_limit, present)
        .map_err(|violation| FieldErrors::one("budget", violation))?;
    let Changed { name, .. } = match &request.holder {
        Holder::User { id, .. } => assign_to_user_in(&mut change, budget, *id).await?,
        Holder::Project { name, .. } => assign_to_project_in(&mut change, budget, name).await?,
    };
    let decision = Decision { state: RequestState::Approved, reason: None, budget: Some(&name) };
    let actions = [Action::UserBudgetRequestApproved, Action::ProjectBudgetRequestApproved];
    end(services, change, &request, &decision, actions).await?;
    Ok(name)
}

/// Declines a request, with a reason that the requester reads.
///
/// # Errors
/// [`Violation::OwnBudgetRequest`], and a rule that says who settled the request meanwhile.
pub async fn decline(
    services: &Services,
    can: &Can<ManageBudgets>,
    request: BudgetRequestId,
    reason: &RequestReason,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let request = load_to_decide(&mut change, request).await?;
    let decision = Decision { state: RequestState::Declined, reason: Some(reason.as_str()), budget: None };
    let actions = [Action::UserBudgetRequestDeclined, Action::ProjectBudgetRequestDeclined];
    end(services, change, &request, &decision, actions).await
}

/// A request that waits and is not the caller's own.
async fn load_to_decide(change: &mut Change<'_>, request: BudgetRequestId) -> Result<Request, Error> {
    let request = load_waiting(change, request, None).await?;
    if change.account() == Some(request.requester.id.0) {
        return Err(Violation::OwnBudgetRequest.into());
    }
    Ok(request)
}

async fn hold(change: &mut Change<'_>, budget: BudgetId, request: &Request) -> Result<HeldBudget, Error> {
    let at_field = |problem| Error::from(FieldErrors::one("budget", problem));
    let budget = match hold_budget(change, budget).await {
        Err(Error::Refused(Refusal::NotFound)) => return Err(at_field(Violation::unknown_choice("a budget"))),
        budget => budget?,
    };
    if budget.category != request.category {
        let (budget, category) = (budget.name, request.category.title().to_owned());
        return Err(at_field(Violation::CategoryMismatch { budget, category }));
    }
    Ok(budget)
}

/// No other budget is assigned to the holder until the commit, so that the comparison with the present one holds.
async fn lock_holder(change: &mut Change<'_>, holder: &Holder) -> Result<(), Error> {
    match holder {
        Holder::User { id, .. } => budgets::lock_holder(change, *id).await.map(drop),
        Holder::Project { id, .. } => lock_project(change.connection(), *id, ProjectState::InUse).await.map(drop),
    }
}

async fn end(
    services: &Services,
    mut change: Change<'_>,
    request: &Request,
    decision: &Decision<'_>,
    actions: [Action; 2],
) -> Result<(), Error> {
    settle(services, &mut change, request.id, decision).await?;
    let messages = message::of_decision(&services.channels, request, decision, change.caller(), services.clock.now());
    outbox::enqueue(services, change.connection(), &messages).await?;
    let entry = request.holder.entry(actions).set("category", request.category.key());
    let entry = entry.set("hard_limit", request.hard_limit.typed());
    let entry = entry.field("reason", None, decision.reason.map(str::to_owned));
    change.record(entry.field("budget", None, decision.budget.map(str::to_owned))).await?;
    change.commit().await
}
