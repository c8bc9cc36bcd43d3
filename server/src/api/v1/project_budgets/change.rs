//! Creating and changing projects' budgets.

use super::body::OwnProjectBudget;
use super::gate::{self, missing};
use super::list::shown;
use crate::api::auth::Asking;
use crate::api::body::{Body, Changes};
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::etag::{IfMatch, Versioned};
use crate::api::permit::on_platform;
use crate::api::schema::{
    AllocationModeText, AvailableFlag, BudgetIdText, BudgetNameText, BudgetPrefixText, CategoryText, DescriptionText,
    NoModels, PositiveAmount, ProjectNameText, ProjectResetPeriodText, SentText as _, VersionNumber, version,
};
use crate::api::wire::{Amount, given};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::{BudgetSlug, Category, Limits, OwnBudgetDraft};
use domain::draft::{Draft as _, Edit, Precondition};
use domain::form::FieldErrors;
use domain::permission::ManageBudgets;
use domain::reset_period::ResetPeriod;
use domain::text::{BudgetName, Description};
use domain::violation::Violation;
use http::StatusCode;
use serde::Deserialize;
use services::allocations;
use utoipa::ToSchema;

/// A new budget of a project.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"budget_id": "atlas", "project_name": "atlas", "budget_category": "cli", "name": "Atlas CLI", "soft_budget": 80, "max_budget": 100, "budget_duration": "30d"}))]
pub struct NewProjectBudget {
    #[schema(value_type = BudgetPrefixText)]
    budget_id: String,
    #[schema(value_type = ProjectNameText)]
    project_name: String,
    #[schema(value_type = CategoryText)]
    budget_category: String,
    #[schema(value_type = BudgetNameText)]
    name: String,
    #[schema(value_type = Option<DescriptionText>)]
    description: Option<String>,
    /// The soft limit in US dollars, at most the hard one: 400 above it.
    soft_budget: Amount,
    /// The hard limit in US dollars.
    #[schema(value_type = PositiveAmount)]
    max_budget: Amount,
    #[schema(value_type = ProjectResetPeriodText)]
    budget_duration: String,
    #[schema(value_type = Option<AllocationModeText>)]
    allocation_mode: Option<String>,
    #[schema(value_type = Option<NoModels>)]
    models: Option<Vec<String>>,
}

/// Creates a budget of a project, which pays for the project from now on.
#[utoipa::path(
    post,
    path = "/admin/project-budgets",
    operation_id = "create_project_budget",
    tag = "project-budgets",
    request_body = NewProjectBudget,
    responses(
        (
            status = CREATED,
            description = "The new budget. Its id is the one sent, a hyphen, and 32 hexadecimal digits.",
            body = OwnProjectBudget,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = BAD_REQUEST, description = "`soft_budget` is above `max_budget`."),
        (status = FORBIDDEN, description = "The project is personal."),
        (status = NOT_FOUND, description = "There is no such project."),
        (status = CONFLICT, description = "The project has a budget of the category, or the name is taken."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewProjectBudget>, ApiError>,
) -> Result<(StatusCode, Versioned<OwnProjectBudget>), ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let Body(body) = body?;
    let (prefix, category, draft) = parse(&body)?;
    let can = gate::project(&state, &caller, &body.project_name).await?;
    let slug = allocations::create(&state.services, &can, &prefix, category, &draft).await?;
    Ok((StatusCode::CREATED, shown(&state, &caller, slug.as_str()).await?))
}

fn parse(body: &NewProjectBudget) -> Result<(BudgetSlug, Category, OwnBudgetDraft), ApiError> {
    check_models(body.models.as_deref())?;
    if body.allocation_mode.as_deref().is_some_and(|mode| mode != "equal") {
        return Err(ApiError::value("allocation_mode", &Violation::unknown_choice("equal")));
    }
    let mut errors = FieldErrors::default();
    let prefix = errors.take("budget_id", BudgetSlug::parse_prefix(&body.budget_id));
    let name = errors.take("name", BudgetName::parse_sent(&body.name));
    let category = errors.take("budget_category", Category::parse(&body.budget_category));
    let period = errors.take("budget_duration", ResetPeriod::parse_with_seconds(&body.budget_duration));
    let description = errors.take("description", Description::parse_optional(body.description.as_deref()));
    let hard_limit = errors.take("max_budget", Limits::hard_limit(body.max_budget.0));
    let (Some(prefix), Some(name), Some(category), Some(period), Some(description), Some(hard_limit)) =
        (prefix, name, category, period, description, hard_limit)
    else {
        return Err(ApiError::wrong_shape(errors));
    };
    let (soft_limit, description) = (body.soft_budget.0, description.map(String::from));
    let draft = OwnBudgetDraft { name, soft_limit, hard_limit, period, description };
    draft.check()?;
    Ok((prefix, category, draft))
}

/// Bursar does not know which models a call is for before it is made, so that it cannot keep a list of them.
fn check_models(models: Option<&[String]>) -> Result<(), ApiError> {
    match models {
        None | Some([]) => Ok(()),
        Some(_) => Err(ApiError::new(Code::NotAvailable, "models is not available.")),
    }
}

/// The fields to change, at least one. What is left out or null stays as it is, but for `description`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"max_budget": 300}))]
pub struct ProjectBudgetChanges {
    #[schema(value_type = Option<BudgetNameText>)]
    name: Option<String>,
    /// Null clears it too.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DescriptionText>)]
    description: Option<Option<String>>,
    /// At most the hard limit: 400 above it.
    soft_budget: Option<Amount>,
    /// At least the soft limit and the sum of the fixed shares: 400 below them.
    #[schema(value_type = Option<PositiveAmount>)]
    max_budget: Option<Amount>,
    /// 409 for a budget of a group: change it there.
    #[schema(value_type = Option<ProjectResetPeriodText>)]
    budget_duration: Option<String>,
    #[schema(value_type = Option<NoModels>)]
    models: Option<Vec<String>>,
    #[serde(default, deserialize_with = "version")]
    #[schema(value_type = Option<VersionNumber>)]
    version: Option<i64>,
}

/// Changes a budget of a project. The shares of its members follow.
#[utoipa::path(
    patch,
    path = "/admin/project-budgets/{id}",
    operation_id = "update_project_budget",
    tag = "project-budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget"), IfMatch),
    request_body = ProjectBudgetChanges,
    responses(
        (
            status = OK,
            description = "The budget as it is now.",
            body = OwnProjectBudget,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = BAD_REQUEST, description = "No field is given, or the limits do not fit each other or the fixed shares."),
        (status = CONFLICT, description = "The name is taken, the budget follows its group, or `version` is stale."),
    ),
)]
pub async fn patch(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    if_match: IfMatch,
    body: Result<Changes<ProjectBudgetChanges>, ApiError>,
) -> Result<Versioned<OwnProjectBudget>, ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let Changes(body) = body?;
    let precondition = if_match.or(body.version);
    let edit = edit_of(body, precondition)?;
    let (located, can) = gate::budget::<ManageBudgets>(&state, &caller, &id).await?;
    let saved = allocations::edit(&state.services, &can, located.budget, edit).await;
    saved.map_err(|fault| if_match.refusal(fault, missing))?;
    shown(&state, &caller, &id).await
}

fn edit_of(body: ProjectBudgetChanges, precondition: Precondition) -> Result<Edit<OwnBudgetDraft>, ApiError> {
    check_models(body.models.as_deref())?;
    let mut errors = FieldErrors::default();
    let name = body.name.and_then(|name| errors.take("name", BudgetName::parse_sent(&name)));
    let period = body.budget_duration;
    let period = period.and_then(|text| errors.take("budget_duration", ResetPeriod::parse_with_seconds(&text)));
    let description =
        body.description.and_then(|text| errors.take("description", Description::parse_optional(text.as_deref())));
    let hard_limit = body.max_budget.and_then(|amount| errors.take("max_budget", Limits::hard_limit(amount.0)));
    if !errors.is_empty() {
        return Err(ApiError::wrong_shape(errors));
    }
    let soft_limit = body.soft_budget.map(|amount| amount.0);
    Ok(Edit::new(precondition, move |stored: OwnBudgetDraft| {
        Ok(OwnBudgetDraft {
            name: name.unwrap_or(stored.name),
            soft_limit: soft_limit.unwrap_or(stored.soft_limit),
            hard_limit: hard_limit.unwrap_or(stored.hard_limit),
            period: period.unwrap_or(stored.period),
            description: description.map_or(stored.description, |text| text.map(String::from)),
        })
    }))
}

/// Deletes a budget of a project, with the fixed shares of its members. What was spent stays.
#[utoipa::path(
    delete,
    path = "/admin/project-budgets/{id}",
    operation_id = "delete_project_budget",
    tag = "project-budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget")),
    responses((status = NO_CONTENT, description = "The budget is deleted.")),
)]
pub async fn delete(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let (located, can) = gate::budget::<ManageBudgets>(&state, &caller, &id).await?;
    allocations::delete(&state.services, &can, located.budget).await.map_err(missing)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether to compute the equal shares again.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"apply_immediately": true}))]
pub struct Rebalance {
    /// 400 for `false`.
    #[schema(value_type = AvailableFlag)]
    apply_immediately: bool,
}

/// Has the equal shares of a budget computed again. They always are as they should be, so that none changes.
#[utoipa::path(
    post,
    path = "/admin/project-budgets/{id}/rebalance",
    operation_id = "rebalance_project_budget",
    tag = "project-budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget")),
    request_body = Rebalance,
    responses(
        (status = OK, description = "The budget as it is now.", body = OwnProjectBudget),
        (status = BAD_REQUEST, description = "`apply_immediately` is false."),
    ),
)]
pub async fn rebalance(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    body: Result<Body<Rebalance>, ApiError>,
) -> Result<Versioned<OwnProjectBudget>, ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let Body(body) = body?;
    if !body.apply_immediately {
        return Err(ApiError::new(Code::NotAvailable, "Only apply_immediately: true is available."));
    }
    let (located, can) = gate::budget::<ManageBudgets>(&state, &caller, &id).await?;
    allocations::rebalance(&state.services, &can, located.budget).await.map_err(missing)?;
    shown(&state, &caller, &id).await
}
