//! What can be done to requests for budgets.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Choice, Done, Form},
    crate::paths,
    crate::request::{parse_id, permitted, permitted_in, signed_in},
    crate::suggestions,
    domain::actor::Target,
    domain::budget::{BudgetRequestDraft, Category},
    domain::form::FieldErrors,
    domain::id::BudgetId,
    domain::permission::{ManageBudgets, RequestBudgets, RequestProjectBudgets},
    domain::shortened::shortened,
    domain::suggestion::{SuggestionKind, TYPED},
    domain::text::RequestReason,
    domain::violation::Violation,
    services::budget_requests,
};

/// Name of the form that requests a budget.
pub(super) const REQUEST_FORM: &str = "request-budget";
/// Name of the form that approves a request.
pub(super) const APPROVE_FORM: &str = "approve-request";
/// Name of the form that declines a request.
pub(super) const DECLINE_FORM: &str = "decline-request";

/// Requests a budget for the project that is named, or for oneself.
#[server(prefix = "/act", endpoint = "budget-requests/create")]
pub async fn request_budget(
    category: String,
    #[server(default)] project: String,
    hard_limit: String,
    reason: String,
) -> Result<FormOutcome, PageError> {
    let form = Form::new(REQUEST_FORM, [("hard_limit", hard_limit.as_str()), ("reason", &reason)]);
    form.submit(async move {
        let to = if project.is_empty() {
            let (services, caller) = signed_in()?;
            let can = caller.can::<RequestBudgets>(Target::Own)?;
            let draft = BudgetRequestDraft::parse(&category, &hard_limit, &reason)?;
            budget_requests::request_for_self(&services, &can, &draft).await?;
            paths::MY_ACCESS.to_owned()
        } else {
            let (services, can) = permitted_in::<RequestProjectBudgets>(&project).await?;
            let draft = BudgetRequestDraft::parse(&category, &hard_limit, &reason)?;
            budget_requests::request_for_project(&services, &can, &draft).await?;
            paths::project(&project)
        };
        Ok(Done::at(to).with_notice("Budget requested. A maintainer decides."))
    })
    .await
}

/// Withdraws a request for the project that is named, or for oneself.
#[server(prefix = "/act", endpoint = "budget-requests/withdraw")]
pub async fn withdraw_budget_request(
    request: String,
    #[server(default)] project: String,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("withdraw-request", []);
    form.submit(async move {
        let request = parse_id(&request)?;
        let category = if project.is_empty() {
            let (services, caller) = signed_in()?;
            let can = caller.can::<RequestBudgets>(Target::Own)?;
            budget_requests::withdraw_own(&services, &can, request).await?
        } else {
            let (services, can) = permitted_in::<RequestProjectBudgets>(&project).await?;
            budget_requests::withdraw_of_project(&services, &can, request).await?
        };
        Ok(Done::here().with_notice(format!("Request for a {} budget withdrawn.", category.title())))
    })
    .await
}

/// Approves a request by assigning a budget: the one chosen, or the one that is typed.
#[server(prefix = "/act", endpoint = "budget-requests/approve")]
pub async fn approve_budget_request(
    request: String,
    #[server(default)] budget: String,
    #[server(default)] category: String,
    #[server(default)] typed: String,
) -> Result<FormOutcome, PageError> {
    let category = Category::parse(&category).ok();
    let form = Form::new(APPROVE_FORM, [("budget", budget.as_str()), (TYPED, &typed)]);
    let choice = Choice { field: "budget", kind: SuggestionKind::Budget, value: budget, typed: &typed };
    let approve = |budget: String| async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let chosen = budget.parse::<BudgetId>();
        let chosen = chosen.map_err(|_| FieldErrors::one("budget", Violation::unknown_choice("a budget")))?;
        let name = budget_requests::approve(&services, &can, parse_id(&request)?, chosen).await?;
        Ok(Done::at(paths::REQUESTS).with_notice(format!("Request approved, budget {} assigned.", shortened(&name))))
    };
    form.submit_choice(choice, suggestions::budgets(&typed, category), approve).await
}

/// Declines a request with a reason.
#[server(prefix = "/act", endpoint = "budget-requests/decline")]
pub async fn decline_budget_request(request: String, reason: String) -> Result<FormOutcome, PageError> {
    let form = Form::new(DECLINE_FORM, [("reason", reason.as_str())]);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let reason = RequestReason::parse(&reason).map_err(|problem| FieldErrors::one("reason", problem))?;
        budget_requests::decline(&services, &can, parse_id(&request)?, &reason).await?;
        Ok(Done::at(paths::REQUESTS).with_notice("Request declined."))
    })
    .await
}
