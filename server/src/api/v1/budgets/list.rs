//! Reading budgets.

use super::body::Budget;
use crate::api::auth::Asking;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::etag::Versioned;
use crate::api::paging::{Address, PageBody, PageParams, Paged};
use crate::api::permit::on_platform;
use crate::api::query::{Query, optional, word};
use crate::api::schema::{BudgetIdText, CategoryText};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::{BudgetSlug, BudgetSort, Category};
use domain::error::Refusal;
use domain::permission::ViewBudgets;
use serde::Deserialize;
use services::listing::ListQuery;
use services::views::budgets::{self, BudgetFilter};
use utoipa::IntoParams;

/// What is looked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BudgetListParams {
    /// Only budgets of this category.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, value_type = Option<CategoryText>)]
    category: Option<String>,
}

/// Budgets, the newest first.
#[utoipa::path(
    get,
    path = "/admin/budgets",
    operation_id = "list_budgets",
    tag = "budgets",
    params(PageParams<1, 100>, BudgetListParams),
    responses(
        (
            status = OK,
            description = "A page of budgets.",
            body = PageBody<Budget>,
            headers(("Link" = Option<String>, description = "The next page; missing on the last one.")),
        ),
        (status = BAD_REQUEST, description = "`page` times `per_page` is beyond the depth that page numbers reach."),
        (status = NOT_FOUND, description = "Budgets are switched off."),
    ),
)]
pub async fn budgets(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Address(address): Address,
    at: Result<Query<PageParams<1, 100>>, ApiError>,
    params: Result<Query<BudgetListParams>, ApiError>,
) -> Result<Paged<Budget>, ApiError> {
    let can = on_platform::<ViewBudgets>(&caller)?;
    let (Query(at), Query(params)) = (at?, params?);
    let category = optional("category", params.category.as_deref(), Category::parse)?;
    let filter = BudgetFilter { category, ..BudgetFilter::default() };
    let query = ListQuery { filter, order: BudgetSort::Created, descending: true, slice: at.slice()? };
    let listing = budgets::list_for_api(&state.services, &can, &query).await?;
    Ok(at.answer(&address, listing, Budget::from))
}

/// A budget.
#[utoipa::path(
    get,
    path = "/admin/budgets/{id}",
    operation_id = "get_budget",
    tag = "budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget")),
    responses(
        (
            status = OK,
            description = "The budget.",
            body = Budget,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
    ),
)]
pub async fn budget(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<Budget>, ApiError> {
    let can = on_platform::<ViewBudgets>(&caller)?;
    let budget = budgets::find(&state.services, &can, &slug_of(&id)?).await.map_err(missing)?;
    Ok(Versioned(budget.version, budget.into()))
}

/// The budget of an address; what no budget can be called is not there.
pub fn slug_of(id: &str) -> Result<BudgetSlug, ApiError> {
    BudgetSlug::parse(id).map_err(|_| missing(Refusal::NotFound.into()))
}

/// What was not found is a budget.
pub fn missing(fault: services::Error) -> ApiError {
    ApiError::refused(fault, || ApiError::new(Code::BudgetNotFound, "Budget not found"))
}
