//! Reading projects' budgets.

use super::body::OwnProjectBudget;
use super::gate::{self, missing, slug_of};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::etag::Versioned;
use crate::api::paging::{Address, Items, ItemsBody, PageParams};
use crate::api::query::{Query, optional, text, word};
use crate::api::schema::{BudgetIdText, CategoryText, ProjectFilterText};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::Category;
use domain::permission::ViewMemberShares;
use serde::Deserialize;
use services::guard::Caller;
use services::listing::ListQuery;
use services::views::project_budgets::{self, OwnBudgetFilter};
use utoipa::IntoParams;

/// What narrows the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OwnBudgetParams {
    /// Only the budgets of this project.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<ProjectFilterText>)]
    project_name: Option<String>,
    /// Only budgets of this category.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, value_type = Option<CategoryText>)]
    category: Option<String>,
}

/// The budgets of projects, the newest first: of all projects, or of those that the caller manages.
#[utoipa::path(
    get,
    path = "/admin/project-budgets",
    operation_id = "list_project_budgets",
    tag = "project-budgets",
    params(PageParams<1, 100>, OwnBudgetParams),
    responses(
        (
            status = OK,
            description = "A page of budgets.",
            body = ItemsBody<OwnProjectBudget>,
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
    params: Result<Query<OwnBudgetParams>, ApiError>,
) -> Result<Items<OwnProjectBudget>, ApiError> {
    let named = params.as_ref().ok().and_then(|Query(params)| params.project_name.as_deref());
    let (scope, project) = gate::scope(&state, &caller, named).await?;
    let (Query(at), Query(params)) = (at?, params?);
    let category = optional("category", params.category.as_deref(), Category::parse)?;
    let filter = OwnBudgetFilter { project, category };
    let query = ListQuery { filter, descending: true, slice: at.slice()?, ..ListQuery::default() };
    let listing = project_budgets::list(&state.services, &scope, &query).await?;
    Ok(at.items(&address, listing, OwnProjectBudget::from))
}

/// A budget of a project.
#[utoipa::path(
    get,
    path = "/admin/project-budgets/{id}",
    operation_id = "get_project_budget",
    tag = "project-budgets",
    params(("id" = inline(BudgetIdText), Path, description = "The id of the budget")),
    responses(
        (
            status = OK,
            description = "The budget.",
            body = OwnProjectBudget,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
    ),
)]
pub async fn budget(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<OwnProjectBudget>, ApiError> {
    shown(&state, &caller, &id).await
}

/// A budget as it is now.
pub async fn shown(state: &AppState, caller: &Caller, id: &str) -> Result<Versioned<OwnProjectBudget>, ApiError> {
    let (_, can) = gate::budget::<ViewMemberShares>(state, caller, id).await?;
    let budget = project_budgets::find(&state.services, &can.into(), &slug_of(id)?).await.map_err(missing)?;
    Ok(Versioned(budget.version, budget.into()))
}
