//! Budget groups.

use super::gate::{self, group_missing};
use super::group_body::{BudgetGroup, BudgetGroupChanges, BudgetGroups, NewBudgetGroup, parts};
use crate::api::auth::Asking;
use crate::api::body::{Body, Changes};
use crate::api::error::{ApiError, Part};
use crate::api::etag::{IfMatch, Versioned};
use crate::api::permit::on_platform;
use crate::api::query::{Query, word};
use crate::api::schema::{GroupIdText, ProjectNameText, SentText as _};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::actor::Target;
use domain::budget::Limits;
use domain::budget::group::{GroupDraft, Split};
use domain::draft::{Edit, Precondition};
use domain::form::FieldErrors;
use domain::permission::{ManageBudgets, Permission, ViewMemberShares};
use domain::reset_period::ResetPeriod;
use domain::text::{Description, GroupName};
use http::StatusCode;
use serde::Deserialize;
use services::allocations;
use services::guard::Caller;
use services::views::project_budgets;
use utoipa::IntoParams;

/// Whose groups.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupParams {
    /// The project.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, required = true, value_type = ProjectNameText)]
    project_name: Option<String>,
}

/// The budget groups of a project, the newest first, with those that were deleted.
#[utoipa::path(
    get,
    path = "/admin/project-budget-groups",
    operation_id = "list_budget_groups",
    tag = "project-budgets",
    params(GroupParams),
    responses(
        (status = OK, description = "The groups; none for a project without one.", body = BudgetGroups),
        (status = NOT_FOUND, description = "Budgets are switched off."),
    ),
)]
pub async fn list(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<GroupParams>, ApiError>,
) -> Result<Json<BudgetGroups>, ApiError> {
    let named = params.as_ref().ok().and_then(|Query(params)| params.project_name.as_deref());
    let (scope, project) = gate::scope(&state, &caller, named).await?;
    params?;
    let project = project.ok_or_else(|| ApiError::field("project_name", "Field required").found_in(Part::Query))?;
    let groups = project_budgets::groups(&state.services, &scope, &project).await?;
    let items: Vec<BudgetGroup> = groups.into_iter().map(BudgetGroup::from).collect();
    Ok(Json(BudgetGroups { total: items.len(), items }))
}

/// A budget group that was not deleted.
#[utoipa::path(
    get,
    path = "/admin/project-budget-groups/{id}",
    operation_id = "get_budget_group",
    tag = "project-budgets",
    params(("id" = inline(GroupIdText), Path, description = "The id of the group")),
    responses(
        (
            status = OK,
            description = "The group.",
            body = BudgetGroup,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
    ),
)]
pub async fn group(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<BudgetGroup>, ApiError> {
    shown(&state, &caller, &id).await
}

/// A group as it is now.
pub async fn shown(state: &AppState, caller: &Caller, id: &str) -> Result<Versioned<BudgetGroup>, ApiError> {
    let (group, _, can) = gate::group::<ViewMemberShares>(state, caller, id).await?;
    let group = project_budgets::group(&state.services, &can.into(), group).await.map_err(group_missing)?;
    Ok(Versioned(group.version, group.into()))
}

/// Creates a budget group, with a budget for each category that has a part of the total.
#[utoipa::path(
    post,
    path = "/admin/project-budget-groups",
    operation_id = "create_budget_group",
    tag = "project-budgets",
    request_body = NewBudgetGroup,
    responses(
        (
            status = CREATED,
            description = "The new group.",
            body = BudgetGroup,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = BAD_REQUEST, description = "The total cannot be spread as requested."),
        (status = FORBIDDEN, description = "The project is personal."),
        (status = NOT_FOUND, description = "There is no such project."),
        (status = CONFLICT, description = "The project has a group, or a budget of one of the categories."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewBudgetGroup>, ApiError>,
) -> Result<(StatusCode, Versioned<BudgetGroup>), ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let Body(body) = body?;
    let draft = parse(&body)?;
    let can = gate::project(&state, &caller, &body.project_name).await?;
    let group = allocations::create_group(&state.services, &can, &draft).await?;
    Ok((StatusCode::CREATED, shown(&state, &caller, &group.to_string()).await?))
}

fn parse(body: &NewBudgetGroup) -> Result<GroupDraft, ApiError> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", GroupName::parse_sent(&body.name));
    let period = errors.take("budget_duration", ResetPeriod::parse_with_seconds(&body.budget_duration));
    let description = errors.take("description", Description::parse_optional(body.description.as_deref()));
    let total = errors.take("total_amount", Limits::hard_limit(body.total_amount.0));
    let (Some(name), Some(period), Some(description), Some(total)) = (name, period, description, total) else {
        return Err(ApiError::wrong_shape(errors));
    };
    let split = Split::of(total, &parts(&body.categories)?)?;
    Ok(GroupDraft { name, split, period, description: description.map(String::from) })
}

/// Changes a budget group. Spend and windows stay.
#[utoipa::path(
    put,
    path = "/admin/project-budget-groups/{id}",
    operation_id = "update_budget_group",
    tag = "project-budgets",
    params(("id" = inline(GroupIdText), Path, description = "The id of the group"), IfMatch),
    request_body = BudgetGroupChanges,
    responses(
        (
            status = OK,
            description = "The group as it is now.",
            body = BudgetGroup,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = BAD_REQUEST, description = "No field is given, or the total cannot be spread as requested."),
        (status = CONFLICT, description = "The project has a budget of a new category, or `version` is stale."),
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    if_match: IfMatch,
    body: Result<Changes<BudgetGroupChanges>, ApiError>,
) -> Result<Versioned<BudgetGroup>, ApiError> {
    if let Err(refused) = on_platform::<ManageBudgets>(&caller) {
        return Err(not_editable(&state, &caller, &id, body.as_ref().ok(), refused).await);
    }
    let Changes(body) = body?;
    let precondition = if_match.or(body.version);
    let edit = edit_of(body, precondition)?;
    let (group, _, can) = gate::group::<ManageBudgets>(&state, &caller, &id).await?;
    let saved = allocations::edit_group(&state.services, &can, group, edit).await;
    saved.map_err(|fault| if_match.refusal(fault, group_missing))?;
    shown(&state, &caller, &id).await
}

/// Tells project admins of the group's project which fields are closed to them, in the words that clients compare.
async fn not_editable(
    state: &AppState,
    caller: &Caller,
    id: &str,
    body: Option<&Changes<BudgetGroupChanges>>,
    refused: ApiError,
) -> ApiError {
    match gate::group::<ViewMemberShares>(state, caller, id).await {
        Ok((_, project, _))
            if caller.actor.may(Permission::SetMemberShares, Target::Project(project))
                && body.is_some_and(|Changes(body)| body.names_restricted_fields()) =>
        {
            ApiError::forbidden(
                "Project administrators may only update the categories and soft_limit_notification_enabled fields.",
            )
        }
        _ => refused,
    }
}

fn edit_of(body: BudgetGroupChanges, precondition: Precondition) -> Result<Edit<GroupDraft>, ApiError> {
    let mut errors = FieldErrors::default();
    let name = body.name.and_then(|name| errors.take("name", GroupName::parse_sent(&name)));
    let period = body.budget_duration;
    let period = period.and_then(|text| errors.take("budget_duration", ResetPeriod::parse_with_seconds(&text)));
    let description =
        body.description.and_then(|text| errors.take("description", Description::parse_optional(text.as_deref())));
    let total = body.total_amount.and_then(|amount| errors.take("total_amount", Limits::hard_limit(amount.0)));
    if !errors.is_empty() {
        return Err(ApiError::wrong_shape(errors));
    }
    let parts = body.categories.map(|sent| parts(&sent.0)).transpose()?.unwrap_or_default();
    Ok(Edit::new(precondition, move |stored: GroupDraft| {
        Ok(GroupDraft {
            name: name.unwrap_or(stored.name),
            split: stored.split.changed(total, &parts)?,
            period: period.unwrap_or(stored.period),
            description: description.map_or(stored.description, |text| text.map(String::from)),
        })
    }))
}

/// Deletes a budget group with its budgets. What was spent stays.
#[utoipa::path(
    delete,
    path = "/admin/project-budget-groups/{id}",
    operation_id = "delete_budget_group",
    tag = "project-budgets",
    params(("id" = inline(GroupIdText), Path, description = "The id of the group")),
    responses((status = NO_CONTENT, description = "The group is deleted.")),
)]
pub async fn delete(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let (group, _, can) = gate::group::<ManageBudgets>(&state, &caller, &id).await?;
    allocations::delete_group(&state.services, &can, group, Precondition::None).await.map_err(group_missing)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has the equal shares of all budgets of a group computed again. They always are as they should be, so that none changes.
#[utoipa::path(
    post,
    path = "/admin/project-budget-groups/{id}/rebalance",
    operation_id = "rebalance_budget_group",
    tag = "project-budgets",
    params(("id" = inline(GroupIdText), Path, description = "The id of the group")),
    responses((status = OK, description = "The group as it is now.", body = BudgetGroup)),
)]
pub async fn rebalance(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<BudgetGroup>, ApiError> {
    on_platform::<ManageBudgets>(&caller)?;
    let (group, _, can) = gate::group::<ManageBudgets>(&state, &caller, &id).await?;
    allocations::rebalance_group(&state.services, &can, group).await.map_err(group_missing)?;
    shown(&state, &caller, &id).await
}
