//! The budgets of people.

use crate::api::auth::Asking;
use crate::api::body::{Body, check_size};
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use crate::api::schema::{Assignments, CategoryText, UserIdText};
use crate::api::v1::users::{missing, parse_id};
use crate::api::wire::{Stamp, names_once};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::budget::{BudgetSlug, Category};
use domain::id::UserId;
use domain::permission::{ManageBudgets, ViewBudgets};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use services::budgets::assign_many::{self, Assignment, Wanted};
use services::guard::Can;
use services::spend::{self, WindowSubject};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A budget of a user.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"category": "platform", "budget_id": "leads", "budget_name": "Leads", "assigned_at": "2026-03-02T09:00:00.000000+00:00", "assigned_by": null}))]
pub struct AssignedBudget {
    category: &'static str,
    budget_id: String,
    budget_name: String,
    assigned_at: Stamp,
    /// A user's id.
    assigned_by: Option<String>,
}

impl From<Assignment> for AssignedBudget {
    fn from(assignment: Assignment) -> Self {
        Self {
            category: assignment.category.key(),
            budget_id: assignment.slug,
            budget_name: assignment.name,
            assigned_at: Stamp(assignment.since),
            assigned_by: assignment.assigned_by.map(|id| id.to_string()),
        }
    }
}

/// The budgets of a user.
#[utoipa::path(
    get,
    path = "/admin/users/{id}/budgets",
    operation_id = "list_user_budgets",
    tag = "budgets",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    responses((status = OK, description = "The budgets of the user.", body = [AssignedBudget])),
)]
pub async fn list(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Json<Vec<AssignedBudget>>, ApiError> {
    // On the wire only maintainers read them here; the console's pages show them to more.
    on_platform::<ManageBudgets>(&caller)?;
    let can = on_platform::<ViewBudgets>(&caller)?;
    let assignments = assign_many::of_person(&state.services, &can, parse_id(&id)?).await.map_err(missing)?;
    Ok(Json(assignments.into_iter().map(AssignedBudget::from).collect()))
}

/// A budget or null for each category to change.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"assignments": {"platform": "leads", "cli": null}}))]
pub struct BudgetAssignments {
    #[serde(deserialize_with = "names_once")]
    #[schema(value_type = Assignments)]
    assignments: BTreeMap<String, Option<String>>,
}

/// Replaces the budgets of a user; categories that are not named stay.
#[utoipa::path(
    put,
    path = "/admin/users/{id}/budgets",
    operation_id = "assign_budgets",
    tag = "budgets",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    request_body = BudgetAssignments,
    responses(
        (status = NO_CONTENT, description = "The budgets are assigned."),
        (status = BAD_REQUEST, description = "A budget is of another category, or the user is deactivated."),
    ),
)]
pub async fn assign(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    body: Result<Body<BudgetAssignments>, ApiError>,
) -> Result<StatusCode, ApiError> {
    let can = on_platform::<ManageBudgets>(&caller)?;
    let id = parse_id(&id)?;
    let Body(body) = body?;
    save(&state, &can, &[id], body.assignments).await
}

/// The same for many users.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_ids": ["0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"], "assignments": {"platform": "leads"}}))]
pub struct ManyBudgetAssignments {
    #[schema(value_type = Vec<UserIdText>, min_items = 1, max_items = 1000)]
    user_ids: Vec<String>,
    #[serde(deserialize_with = "names_once")]
    #[schema(value_type = Assignments)]
    assignments: BTreeMap<String, Option<String>>,
}

/// Replaces the budgets of many users: all or none.
#[utoipa::path(
    put,
    path = "/admin/users/budgets/bulk",
    operation_id = "assign_budgets_to_many",
    tag = "budgets",
    request_body = ManyBudgetAssignments,
    responses(
        (status = NO_CONTENT, description = "The budgets are assigned."),
        (status = BAD_REQUEST, description = "A budget is of another category, or a user is deactivated."),
        (status = NOT_FOUND, description = "There is no such user, or no such budget."),
    ),
)]
pub async fn assign_many(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<ManyBudgetAssignments>, ApiError>,
) -> Result<StatusCode, ApiError> {
    let can = on_platform::<ManageBudgets>(&caller)?;
    let Body(body) = body?;
    check_size("user_ids", body.user_ids.len(), 1000)?;
    let people = body.user_ids.iter().map(|id| parse_id(id)).collect::<Result<Vec<_>, _>>()?;
    save(&state, &can, &people, body.assignments).await
}

async fn save(
    state: &AppState,
    can: &Can<ManageBudgets>,
    people: &[UserId],
    assignments: BTreeMap<String, Option<String>>,
) -> Result<StatusCode, ApiError> {
    let mut wanted = Wanted::new();
    for (category, budget) in assignments {
        let problem =
            |problem: domain::violation::Violation| ApiError::value(&format!("assignments.{category}"), &problem);
        let slug = budget.as_deref().map(BudgetSlug::parse).transpose().map_err(problem)?;
        wanted.insert(Category::parse(&category).map_err(problem)?, slug);
    }
    assign_many::assign_many(&state.services, can, people, &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The categories to reset.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"categories": ["cli"]}))]
pub struct BudgetReset {
    /// Every category in which the user has a budget when it is empty.
    #[serde(default)]
    #[schema(value_type = Vec<CategoryText>)]
    categories: Vec<String>,
}

/// Resets budgets of a user: the current windows end and keep what is spent, and the next ones begin. Each category is
/// reset by itself; a request that is repeated resets again.
#[utoipa::path(
    post,
    path = "/admin/users/{id}/budgets/reset",
    operation_id = "reset_user_budgets",
    tag = "budgets",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    request_body = BudgetReset,
    responses(
        (status = NO_CONTENT, description = "The budgets are reset."),
        (status = NOT_FOUND, description = "There is no such user, or no budget of the category limits the user."),
    ),
)]
pub async fn reset(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    body: Result<Body<BudgetReset>, ApiError>,
) -> Result<StatusCode, ApiError> {
    let can = on_platform::<ManageBudgets>(&caller)?;
    let id = parse_id(&id)?;
    let Body(body) = body?;
    let named = body.categories.iter().map(|text| Category::parse(text));
    let named = named.collect::<Result<BTreeSet<_>, _>>().map_err(|problem| ApiError::value("categories", &problem))?;
    let view = on_platform::<ViewBudgets>(&caller)?;
    let held = assign_many::of_person(&state.services, &view, id).await.map_err(missing)?;
    let all = || held.iter().map(|assignment| assignment.category).collect();
    for category in if named.is_empty() { all() } else { named } {
        spend::reset(&state.services, &can, WindowSubject::User(id), category).await.map_err(missing)?;
    }
    Ok(StatusCode::NO_CONTENT)
}
