//! Effective access: what a user can do, and who holds a permission.

mod body;

pub use body::{HolderItem, UserAccessDetail};

use crate::api::auth::Asking;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::paging::{Address, Linked};
use crate::api::permit::on_platform;
use crate::api::query::{Query, number, optional, refused, text};
use crate::api::schema::{CursorText, PermissionText, ProjectFilterText, SentText as _, UserIdText, in_query, integer};
use crate::api::v1::users::{parse_id, user_not_found};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use body::HoldersBody;
use domain::explain::UserAnswer;
use domain::page::{Cursor, PageSize};
use domain::permission::{Permission, ViewAccessMatrix};
use domain::project::ProjectName;
use domain::spend::UserRef;
use serde::Deserialize;
use services::views::explain;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, PartialSchema as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this folder.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(user)).routes(routes!(holders))
}

/// What narrows the answer about a user.
#[derive(Clone, Debug, Deserialize)]
pub struct UserAccessParams {
    #[serde(default, deserialize_with = "text")]
    project: Option<String>,
    #[serde(default, deserialize_with = "text")]
    permission: Option<String>,
}

impl IntoParams for UserAccessParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let permission = "Only this permission, whether the user holds it or not. Blank counts as left out.";
        vec![project(), in_query("permission", permission).schema(Some(PermissionText::schema())).build()]
    }
}

/// Which page of the holders of a permission.
#[derive(Clone, Debug, Deserialize)]
pub struct HolderParams {
    #[serde(default, deserialize_with = "text")]
    project: Option<String>,
    #[serde(default = "default_rows", deserialize_with = "number::<_, 1, 1000>")]
    per_page: u32,
    #[serde(default, deserialize_with = "text")]
    cursor: Option<String>,
}

const fn default_rows() -> u32 {
    20
}

impl IntoParams for HolderParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let rows = integer(1, PageSize::MOST_FOR_PROGRAMS.into()).default(Some(default_rows().into()));
        let cursor = "Where the page begins: from the `Link` of the page before.";
        vec![
            project(),
            in_query("per_page", "Rows on a page.").schema(Some(rows)).build(),
            in_query("cursor", cursor).schema(Some(CursorText::schema())).build(),
        ]
    }
}

fn project() -> Parameter {
    let project = "The technical name of a project in use. Without one the answer is about the platform.";
    in_query("project", project).schema(Some(ProjectFilterText::schema())).build()
}

/// What a user can do, with every path that grants it: on the platform and in each project; with `project` in that one,
/// and which budget pays there.
#[utoipa::path(
    get,
    path = "/access/users/{id}",
    operation_id = "explain_user_access",
    tag = "access",
    params(("id" = inline(UserIdText), Path, description = "The id of the user"), UserAccessParams),
    responses(
        (status = OK, description = "What the user can do.", body = UserAccessDetail),
        (status = CONFLICT, description = "The identity provider keeps the rights (Keycloak-managed mode)."),
    ),
)]
pub async fn user(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    params: Result<Query<UserAccessParams>, ApiError>,
) -> Result<Json<UserAccessDetail>, ApiError> {
    let can = on_platform::<ViewAccessMatrix>(&caller)?;
    let (id, Query(params)) = (parse_id(&id)?, params?);
    let user = UserRef::parse(&id.to_string()).map_err(|_| user_not_found())?;
    let project = optional("project", params.project.as_deref(), ProjectName::parse_sent)?;
    let permission = optional("permission", params.permission.as_deref(), Permission::parse)?;
    match explain::user(&state.services, &can, &user, project.as_ref(), permission).await? {
        UserAnswer::Access(access) => Ok(Json((*access).into())),
        UserAnswer::UnknownUser => Err(user_not_found()),
        UserAnswer::UnknownProject => Err(no_project()),
    }
}

/// The users whose roles grant a permission on the platform or, with `project`, in that project, each with every path:
/// users with a role on the platform first, then the members. A user whose grant has no effect is among them with
/// `is_allowed` false and the obstacle.
#[utoipa::path(
    get,
    path = "/access/permissions/{permission}",
    operation_id = "list_permission_holders",
    tag = "access",
    params(("permission" = inline(PermissionText), Path, description = "The permission"), HolderParams),
    responses(
        (
            status = OK,
            description = "A page of users.",
            body = HoldersBody,
            headers(("Link" = Option<String>, description = "The next page; missing on the last one.")),
        ),
        (status = CONFLICT, description = "The identity provider keeps the rights (Keycloak-managed mode)."),
    ),
)]
pub async fn holders(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(permission): Path<String>,
    Address(address): Address,
    params: Result<Query<HolderParams>, ApiError>,
) -> Result<Linked<HoldersBody>, ApiError> {
    let can = on_platform::<ViewAccessMatrix>(&caller)?;
    let permission = Permission::parse(&permission).map_err(|_| no_permission())?;
    let Query(params) = params?;
    let project = optional("project", params.project.as_deref(), ProjectName::parse_sent)?;
    let rows = u16::try_from(params.per_page).unwrap_or(u16::MAX);
    let size = PageSize::for_programs(rows).map_err(|problem| refused("per_page", &problem))?;
    let cursor = optional("cursor", params.cursor.as_deref(), Cursor::parse)?;
    let found = explain::holders(&state.services, &can, permission, project.as_ref(), cursor.as_ref(), size).await;
    let found = found.map_err(|fault| ApiError::refused(fault, no_project))?;
    let next = found.page.next.clone();
    Ok(Linked::to(&address, next.as_ref(), found.into()))
}

fn no_project() -> ApiError {
    ApiError::new(Code::ProjectNotFound, "Project not found")
}

fn no_permission() -> ApiError {
    ApiError::new(Code::PermissionNotFound, "Permission not found")
}
