//! Making and changing budgets.

use super::body::Budget;
use super::list::{missing, slug_of};
use crate::api::auth::Asking;
use crate::api::body::{Body, Changes};
use crate::api::error::ApiError;
use crate::api::etag::{IfMatch, Versioned};
use crate::api::permit::on_platform;
use crate::api::schema::{
    BudgetIdText, BudgetNameText, CategoryText, DescriptionText, NewBudgetIdText, PositiveAmount, ResetPeriodText,
    SentText as _, TimeZoneText, VersionNumber, version,
};
use crate::api::wire::{Amount, given};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::{AlertThresholds, BudgetDraft, BudgetSlug, Category, Limits};
use domain::draft::{Draft as _, Edit, Precondition};
use domain::form::FieldErrors;
use domain::permission::{ManageBudgets, ViewBudgets};
use domain::reset_period::ResetPeriod;
use domain::text::{BudgetName, Description};
use domain::time_zone::TimeZoneName;
use http::StatusCode;
use serde::Deserialize;
use services::budgets;
use services::guard::Caller;
use services::views;
use utoipa::ToSchema;

/// A new budget.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"budget_id": "leads", "name": "Leads", "soft_budget": 200, "max_budget": 250, "budget_duration": "30d", "budget_category": "platform"}))]
pub struct NewBudget {
    #[schema(value_type = NewBudgetIdText)]
    budget_id: String,
    #[schema(value_type = BudgetNameText)]
    name: String,
    #[schema(value_type = Option<DescriptionText>)]
    description: Option<String>,
    /// The soft limit in US dollars, at most the hard one: 400 above it.
    soft_budget: Amount,
    /// The hard limit in US dollars.
    #[schema(value_type = PositiveAmount)]
    max_budget: Amount,
    #[schema(value_type = ResetPeriodText)]
    budget_duration: String,
    #[schema(value_type = CategoryText)]
    budget_category: String,
    /// Windows begin with the day, the week (Monday) or the month instead of the assignment; only with a duration of 1, 7
    /// or 30 days.
    #[serde(default)]
    calendar: bool,
    /// The time zone of that; `UTC` when it is left out.
    #[schema(value_type = Option<TimeZoneText>)]
    time_zone: Option<String>,
}

/// Creates a budget that is not assigned yet.
#[utoipa::path(
    post,
    path = "/admin/budgets",
    operation_id = "create_budget",
    tag = "budgets",
    request_body = NewBudget,
    responses(
        (
            status = CREATED,
            description = "The new budget.",
            body = Budget,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = BAD_REQUEST, description = "`soft_budget` is above `max_budget`."),
        (status = CONFLICT, description = "The id or the name is taken."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewBudget>, ApiError>,
) -> Result<(StatusCode, Versioned<Budget>), ApiError> {
    let can = on_platform::<ManageBudgets>(&caller)?;
    let Body(body) = body?;
    let slug = BudgetSlug::parse_new(&body.budget_id).map_err(|problem| ApiError::value("budget_id", &problem))?;
    budgets::create(&state.services, &can, Some(&slug), &parse(&body)?).await?;
    Ok((StatusCode::CREATED, shown(&state, &caller, &slug).await?))
}

fn parse(body: &NewBudget) -> Result<BudgetDraft, ApiError> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", BudgetName::parse_sent(&body.name));
    let category = errors.take("budget_category", Category::parse(&body.budget_category));
    let period = errors.take("budget_duration", ResetPeriod::parse(&body.budget_duration));
    let description = errors.take("description", Description::parse_optional(body.description.as_deref()));
    let hard_limit = errors.take("max_budget", Limits::hard_limit(body.max_budget.0));
    let time_zone = body.time_zone.as_deref().map_or(Ok(TimeZoneName::default()), TimeZoneName::parse);
    let time_zone = errors.take("time_zone", time_zone);
    let (Some(name), Some(category), Some(period), Some(description), Some(hard_limit), Some(time_zone)) =
        (name, category, period, description, hard_limit, time_zone)
    else {
        return Err(ApiError::wrong_shape(errors));
    };
    let (soft_limit, calendar, description) = (body.soft_budget.0, body.calendar, description.map(String::from));
    let alert_at = AlertThresholds::default();
    let draft =
        BudgetDraft { name, category, soft_limit, hard_limit, period, calendar, time_zone, alert_at, description };
    draft.check()?;
    Ok(draft)
}

/// The fields to change, at least one. What is left out or null stays as it is, but for `description`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"max_budget": 300}))]
pub struct BudgetChanges {
    #[schema(value_type = Option<BudgetNameText>)]
    name: Option<String>,
    /// Null clears it too.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DescriptionText>)]
    description: Option<Option<String>>,
    /// At most the hard limit: 400 above it.
    soft_budget: Option<Amount>,
    /// At least the soft limit: 400 below it.
    #[schema(value_type = Option<PositiveAmount>)]
    max_budget: Option<Amount>,
    #[schema(value_type = Option<ResetPeriodText>)]
    budget_duration: Option<String>,
    /// Only with a duration of 1, 7 or 30 days.
    calendar: Option<bool>,
    #[schema(value_type = Option<TimeZoneText>)]
    time_zone: Option<String>,
    /// Cannot change while the budget is assigned.
    #[schema(value_type = Option<CategoryText>)]
    budget_category: Option<String>,
    #[serde(default, deserialize_with = "version")]
    #[schema(value_type = Option<VersionNumber>)]
    version: Option<i64>,
}

/// Changes a budget.
#[utoipa::path(
    patch,
    path = "/admin/budgets/{id}",
    operation_id = "update_budget",
    tag = "budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget"), IfMatch),
    request_body = BudgetChanges,
    responses(
        (
            status = OK,
            description = "The budget as it is now.",
            body = Budget,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = BAD_REQUEST, description = "No field is given, or the soft limit would be above the hard one."),
        (
            status = CONFLICT,
            description = "The name is taken, the budget is assigned and its category cannot change, or `version` is stale.",
        ),
    ),
)]
pub async fn patch(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    if_match: IfMatch,
    body: Result<Changes<BudgetChanges>, ApiError>,
) -> Result<Versioned<Budget>, ApiError> {
    let can = on_platform::<ManageBudgets>(&caller)?;
    let Changes(body) = body?;
    let precondition = if_match.or(body.version);
    let edit = edit_of(body, precondition)?;
    let slug = slug_of(&id)?;
    let budget = budgets::id_of(&state.services, &can, &slug).await.map_err(missing)?;
    let saved = budgets::edit(&state.services, &can, budget, edit).await;
    saved.map_err(|fault| if_match.refusal(fault, missing))?;
    shown(&state, &caller, &slug).await
}

fn edit_of(body: BudgetChanges, precondition: Precondition) -> Result<Edit<BudgetDraft>, ApiError> {
    let mut errors = FieldErrors::default();
    let name = body.name.and_then(|name| errors.take("name", BudgetName::parse_sent(&name)));
    let category = body.budget_category.and_then(|text| errors.take("budget_category", Category::parse(&text)));
    let period = body.budget_duration.and_then(|text| errors.take("budget_duration", ResetPeriod::parse(&text)));
    let description =
        body.description.and_then(|text| errors.take("description", Description::parse_optional(text.as_deref())));
    let hard_limit = body.max_budget.and_then(|amount| errors.take("max_budget", Limits::hard_limit(amount.0)));
    let time_zone = body.time_zone.and_then(|text| errors.take("time_zone", TimeZoneName::parse(&text)));
    if !errors.is_empty() {
        return Err(ApiError::wrong_shape(errors));
    }
    let calendar = body.calendar;
    let soft_limit = body.soft_budget.map(|amount| amount.0);
    Ok(Edit::new(precondition, move |stored: BudgetDraft| {
        Ok(BudgetDraft {
            name: name.unwrap_or(stored.name),
            category: category.unwrap_or(stored.category),
            soft_limit: soft_limit.unwrap_or(stored.soft_limit),
            hard_limit: hard_limit.unwrap_or(stored.hard_limit),
            period: period.unwrap_or(stored.period),
            calendar: calendar.unwrap_or(stored.calendar),
            time_zone: time_zone.unwrap_or(stored.time_zone),
            alert_at: stored.alert_at,
            description: description.map_or(stored.description, |text| text.map(String::from)),
        })
    }))
}

/// A budget as it is now.
async fn shown(state: &AppState, caller: &Caller, slug: &BudgetSlug) -> Result<Versioned<Budget>, ApiError> {
    let budget =
        views::budgets::find(&state.services, &on_platform::<ViewBudgets>(caller)?, slug).await.map_err(missing)?;
    Ok(Versioned(budget.version, budget.into()))
}
