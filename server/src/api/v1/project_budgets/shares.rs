//! The members' shares of a project's budget.

use super::body::{MemberAllocation, OwnProjectBudget};
use super::gate::{self, missing, slug_of};
use super::list::shown;
use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::error::ApiError;
use crate::api::etag::Versioned;
use crate::api::schema::{BudgetIdText, ReasonText, SentText as _, UserIdText, user_id};
use crate::api::v1::projects::no_member;
use crate::api::wire::Amount;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::actor::Target;
use domain::budget::{Share, SharePrecondition};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::permission::{Permission, SetMemberShares, ViewMemberShares};
use domain::text::ShareReason;
use serde::{Deserialize, Serialize};
use services::allocations::{self, Located};
use services::guard::{Caller, Can};
use services::views::project_budgets;
use utoipa::ToSchema;

/// The shares of all members.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberAllocations {
    /// In the order of the user ids.
    data: Vec<MemberAllocation>,
}

/// The members' shares of a budget.
#[utoipa::path(
    get,
    path = "/admin/project-budgets/{id}/members",
    operation_id = "list_member_allocations",
    tag = "project-budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget")),
    responses((status = OK, description = "The share of each member.", body = MemberAllocations)),
)]
pub async fn list(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Json<MemberAllocations>, ApiError> {
    let (_, can) = gate::budget::<ViewMemberShares>(&state, &caller, &id).await?;
    let budget = project_budgets::find(&state.services, &can.into(), &slug_of(&id)?).await.map_err(missing)?;
    Ok(Json(MemberAllocations { data: MemberAllocation::of(&budget) }))
}

/// A fixed share of a member.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"allocated_max_budget": 40, "allocated_soft_budget": 32, "override_reason": "Trains the models"}))]
pub struct FixedShare {
    /// The hard limit in US dollars. The fixed shares of all members sum to at most the budget: 400 above it.
    allocated_max_budget: Amount,
    /// The soft limit in US dollars, at most the hard one: 400 above it.
    allocated_soft_budget: Amount,
    #[schema(value_type = Option<ReasonText>)]
    override_reason: Option<String>,
}

/// Gives a member a fixed share; the members without one share the rest equally.
#[utoipa::path(
    patch,
    path = "/admin/project-budgets/{id}/members/{user_id}",
    operation_id = "set_member_allocation",
    tag = "project-budgets",
    params(
        ("id" = inline(BudgetIdText), Path, description = "The id of the budget"),
        ("user_id" = inline(UserIdText), Path, description = "The id of the member"),
    ),
    request_body = FixedShare,
    responses(
        (status = OK, description = "The budget as it is now.", body = OwnProjectBudget),
        (status = BAD_REQUEST, description = "The amounts do not fit each other or the budget."),
    ),
)]
pub async fn set(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((id, user)): Path<(String, String)>,
    body: Result<Body<FixedShare>, ApiError>,
) -> Result<Versioned<OwnProjectBudget>, ApiError> {
    let (located, can) = settable(&state, &caller, &id).await?;
    let Body(body) = body?;
    let reason = ShareReason::parse_optional(body.override_reason.as_deref());
    let reason = reason.map_err(|problem| ApiError::value("override_reason", &problem))?;
    let share = Share::new(body.allocated_soft_budget.0, body.allocated_max_budget.0).map_err(named)?;
    let of = (located.budget, member(&user)?);
    let reason = reason.as_ref();
    let saved = allocations::set_share(&state.services, &can, of, share, reason, SharePrecondition::None).await;
    saved.map_err(refused)?;
    shown(&state, &caller, &id).await
}

/// Gives a member an equal share again.
#[utoipa::path(
    delete,
    path = "/admin/project-budgets/{id}/members/{user_id}/override",
    operation_id = "clear_member_allocation",
    tag = "project-budgets",
    params(
        ("id" = inline(BudgetIdText), Path, description = "The id of the budget"),
        ("user_id" = inline(UserIdText), Path, description = "The id of the member"),
    ),
    responses((status = OK, description = "The budget as it is now.", body = OwnProjectBudget)),
)]
pub async fn clear(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((id, user)): Path<(String, String)>,
) -> Result<Versioned<OwnProjectBudget>, ApiError> {
    let (located, can) = settable(&state, &caller, &id).await?;
    let of = (located.budget, member(&user)?);
    allocations::clear_share(&state.services, &can, of, SharePrecondition::None).await.map_err(refused)?;
    shown(&state, &caller, &id).await
}

/// A budget whose shares the caller may set. Who may not is told nothing about it.
async fn settable(state: &AppState, caller: &Caller, id: &str) -> Result<(Located, Can<SetMemberShares>), ApiError> {
    let sets_all = caller.actor.may(Permission::SetMemberShares, Target::Platform);
    match gate::budget::<SetMemberShares>(state, caller, id).await {
        Err(refused) if !sets_all && [403, 404].contains(&refused.status().as_u16()) => Err(not_settable(refused)),
        found => found,
    }
}

/// Keeps the refusals that a password change or a re-authentication mends.
fn not_settable(refused: ApiError) -> ApiError {
    if refused.is_coded(Refusal::PasswordChangeDue.code()) || refused.is_coded(Refusal::ConfirmationDue.code()) {
        return refused;
    }
    ApiError::forbidden("You do not have permission to manage member budgets.")
}

fn refused(fault: services::Error) -> ApiError {
    match fault {
        services::Error::Refused(refusal @ Refusal::Forbidden(_)) => not_settable(refusal.into()),
        services::Error::Refused(Refusal::Invalid(errors)) => named(errors),
        fault => ApiError::refused(fault, no_member),
    }
}

/// Problems at the names that the request has for the limits.
fn named(errors: FieldErrors) -> ApiError {
    let mut renamed = FieldErrors::default();
    for (field, problem) in errors.iter() {
        let field = match field {
            "soft_limit" => "allocated_soft_budget",
            "hard_limit" => "allocated_max_budget",
            field => field,
        };
        renamed.add(field, problem.clone());
    }
    renamed.into()
}

fn member(id: &str) -> Result<UserId, ApiError> {
    user_id(id).ok_or_else(no_member)
}
