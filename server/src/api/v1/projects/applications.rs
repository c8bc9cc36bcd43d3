//! Projects by their older name.

use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use crate::api::query::{Query, number, optional, refused, text};
use crate::api::schema::{FreeProjectNameText, SearchText, SentText as _};
use crate::api::v1::local_auth::Message;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::form::FieldErrors;
use domain::page::PageSize;
use domain::permission::{CreateProject, ViewUsers};
use domain::project::{ProjectName, ProjectSort};
use domain::text::SearchTerm;
use serde::{Deserialize, Serialize};
use services::listing::{ListQuery, Slice};
use services::views::projects::ProjectFilter;
use services::{projects, views};
use utoipa::{IntoParams, ToSchema};

/// What is looked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ApplicationParams {
    /// Part of the name, the display name or the description, without regard to case and accents. Blank is no search.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<SearchText>)]
    search: Option<String>,
    /// How many at most.
    #[serde(default = "thousand", deserialize_with = "number::<_, 1, 1000>")]
    #[param(required = false, minimum = 1, maximum = 1000, default = 1000)]
    limit: u32,
}

const fn thousand() -> u32 {
    1000
}

/// Projects.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"applications": [{"name": "notebooks", "displayName": "Notebooks", "display_name": "Notebooks"}]}))]
pub struct Applications {
    applications: Vec<Application>,
}

/// A project's names, the display name in both spellings that clients read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Application {
    name: String,
    #[serde(rename = "displayName")]
    display_name: Option<String>,
    #[serde(rename = "display_name")]
    display_name_too: Option<String>,
}

/// Projects by name.
#[utoipa::path(
    get,
    path = "/admin/applications",
    operation_id = "list_applications",
    tag = "projects",
    params(ApplicationParams),
    responses((status = OK, description = "Projects by name.", body = Applications)),
)]
pub async fn list(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<ApplicationParams>, ApiError>,
) -> Result<Json<Applications>, ApiError> {
    // Whoever sees all people sees all projects.
    on_platform::<ViewUsers>(&caller)?;
    let Query(params) = params?;
    let search = optional("search", params.search.as_deref(), SearchTerm::parse_sent)?;
    let size = PageSize::for_programs(u16::try_from(params.limit).unwrap_or(u16::MAX));
    let size = size.map_err(|problem| refused("limit", &problem))?;
    let filter = ProjectFilter { search, ..ProjectFilter::default() };
    let slice = Slice::at(None, size);
    let query = ListQuery { filter, order: ProjectSort::TechnicalName, descending: false, slice };
    let listing = views::projects::list_for_api(&state.services, &caller, &query).await?;
    let applications = listing.page.rows.into_iter().map(|project| Application {
        name: project.name.to_string(),
        display_name: project.draft.display_name.clone(),
        display_name_too: project.draft.display_name,
    });
    Ok(Json(Applications { applications: applications.collect() }))
}

/// A project to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "notebooks"}))]
pub struct NewApplication {
    #[schema(value_type = FreeProjectNameText)]
    name: String,
}

/// Creates a shared project without an owner and without members.
#[utoipa::path(
    post,
    path = "/admin/application",
    operation_id = "create_application",
    tag = "projects",
    request_body = NewApplication,
    responses(
        (status = OK, description = "The project is created.", body = Message),
        (status = CONFLICT, description = "A project has this name."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewApplication>, ApiError>,
) -> Result<Json<Message>, ApiError> {
    let can = on_platform::<CreateProject>(&caller)?;
    let Body(body) = body?;
    let name = ProjectName::parse_sent(&body.name).and_then(|name| ProjectName::parse_for_client(name.as_str()));
    let name = name.map_err(|problem| FieldErrors::one("name", problem))?;
    projects::create_empty(&state.services, &can, &name).await?;
    Ok(Message::json(format!("Project '{name}' created")))
}
