//! Reading projects.

use super::body::{Included, ProjectDetail, ProjectItem};
use super::gate::visible;
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::etag::Versioned;
use crate::api::paging::{Address, PageBody, PageParams, Paged};
use crate::api::query::{Direction, Query, flag, optional, text, word};
use crate::api::schema::{CategoryText, Flag, FlagUnlessOff, ProjectNameText, SearchText, SentText as _};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::Category;
use domain::project::ProjectSort;
use domain::text::SearchTerm;
use serde::Deserialize;
use services::listing::{ListQuery, Slice};
use services::views::projects::{self, ProjectFilter};
use utoipa::{IntoParams, ToSchema};

/// What is looked for, in which order, and what is told besides.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProjectListParams {
    /// Part of the name, the display name or the description, without regard to case and accents. Blank is no search.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<SearchText>)]
    search: Option<String>,
    /// With `counters`.
    #[serde(default = "yes", deserialize_with = "flag")]
    #[param(inline, value_type = FlagUnlessOff, required = false)]
    include_counters: bool,
    /// With `budgets`.
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Flag, required = false)]
    include_budgets: bool,
    /// Only projects with a budget.
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Flag, required = false)]
    has_assigned_budgets: bool,
    /// Only projects with a budget of this category.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, value_type = Option<CategoryText>)]
    budget_category: Option<String>,
    /// Without it the newest first.
    #[serde(default)]
    #[param(inline)]
    sort_by: Option<SortBy>,
    /// Without meaning without `sort_by`.
    #[param(inline)]
    sort_order: Option<Direction>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SortBy {
    Name,
    CreatedAt,
}

const fn yes() -> bool {
    true
}

/// The projects one may see.
#[utoipa::path(
    get,
    path = "/projects",
    operation_id = "list_projects",
    tag = "projects",
    params(PageParams<10, 100>, ProjectListParams),
    responses(
        (
            status = OK,
            description = "A page of projects.",
            body = PageBody<ProjectItem>,
            headers(("Link" = Option<String>, description = "The next page; missing on the last one.")),
        ),
        (status = BAD_REQUEST, description = "`page` times `per_page` is beyond the depth that page numbers reach."),
    ),
)]
pub async fn projects(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Address(address): Address,
    Query(at): Query<PageParams<10, 100>>,
    Query(params): Query<ProjectListParams>,
) -> Result<Paged<ProjectItem>, ApiError> {
    let included = Included { counters: params.include_counters, budgets: params.include_budgets };
    let listing = projects::list_for_api(&state.services, &caller, &query(&params, at.slice()?)?).await?;
    Ok(at.answer(&address, listing, |project| ProjectItem::new(&project, &caller, included)))
}

fn query(params: &ProjectListParams, slice: Slice) -> Result<ListQuery<ProjectFilter, ProjectSort>, ApiError> {
    let category = optional("budget_category", params.budget_category.as_deref(), Category::parse)?;
    let is_descending = params.sort_order == Some(Direction::Desc);
    let (order, descending) = match params.sort_by {
        None => (ProjectSort::Created, true),
        Some(SortBy::Name) => (ProjectSort::TechnicalName, is_descending),
        Some(SortBy::CreatedAt) => (ProjectSort::Created, is_descending),
    };
    let filter = ProjectFilter {
        search: optional("search", params.search.as_deref(), SearchTerm::parse_sent)?,
        budget: (params.has_assigned_budgets || category.is_some()).then_some(category),
        ..ProjectFilter::default()
    };
    Ok(ListQuery { filter, order, descending, slice })
}

/// A project and who is in it.
#[utoipa::path(
    get,
    path = "/projects/{name}",
    operation_id = "get_project",
    tag = "projects",
    params(("name" = inline(ProjectNameText), Path, description = "The technical name of the project")),
    responses(
        (
            status = OK,
            description = "The project and its members.",
            body = ProjectDetail,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
    ),
)]
pub async fn project(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
) -> Result<Versioned<ProjectDetail>, ApiError> {
    let project = visible(&state, &caller, &name).await?;
    let members = projects::members(&state.services, &caller, project.id).await?;
    Ok(Versioned(project.version, ProjectDetail::new(&project, &members, &caller)))
}
