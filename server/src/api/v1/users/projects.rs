//! Somebody's projects, as administrators manage them; the same membership service as everywhere.

use super::list::missing;
use super::parse_id;
use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use crate::api::schema::{ProjectNameText, UserIdText};
use crate::api::v1::local_auth::Message;
use crate::api::v1::projects::{MemberRole, PERSONAL, find, role, writable};
use crate::api::wire::Stamp;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::id::UserId;
use domain::permission::{ManageMembers, ManageUsers, ViewUsers};
use serde::{Deserialize, Serialize};
use services::guard::{Caller, Can};
use services::members::{self, WithoutAdmin};
use services::users;
use services::views;
use utoipa::ToSchema;

/// The projects of a user.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"projects": [{"project_name": "notebooks", "is_project_admin": false, "is_default": true, "date": "2026-03-02T09:00:00.000000+00:00"}]}))]
pub struct UserProjects {
    /// By name.
    projects: Vec<UserMembership>,
}

/// The user's membership in a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserMembership {
    project_name: String,
    is_project_admin: bool,
    /// Whether the user starts in it: exactly one is, where there is any.
    is_default: bool,
    /// Since when.
    date: Stamp,
}

/// The projects of a user.
#[utoipa::path(
    get,
    path = "/admin/users/{id}/projects",
    operation_id = "list_user_projects",
    tag = "users",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    responses((status = OK, description = "The projects of the user.", body = UserProjects)),
)]
pub async fn list(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Json<UserProjects>, ApiError> {
    let can = on_platform::<ViewUsers>(&caller)?;
    let user = views::users::find(&state.services, &can.into(), parse_id(&id)?).await.map_err(missing)?;
    let projects = user.projects.iter().map(|project| UserMembership {
        project_name: project.name.clone(),
        is_project_admin: project.is_project_admin,
        is_default: project.is_default,
        date: Stamp(project.since),
    });
    Ok(Json(UserProjects { projects: projects.collect() }))
}

/// A project to be in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"project_name": "notebooks", "is_project_admin": false}))]
pub struct ProjectGrant {
    #[schema(value_type = ProjectNameText)]
    project_name: String,
    #[serde(default)]
    is_project_admin: bool,
}

/// Adds the user to a project.
#[utoipa::path(
    post,
    path = "/admin/users/{id}/projects",
    operation_id = "add_user_to_project",
    tag = "users",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    request_body = ProjectGrant,
    responses(
        (status = OK, description = "The user is a member of the project.", body = Message),
        (status = CONFLICT, description = "The user is a member already."),
    ),
)]
pub async fn grant(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    body: Result<Body<ProjectGrant>, ApiError>,
) -> Result<Json<Message>, ApiError> {
    on_platform::<ManageUsers>(&caller)?;
    let id = parse_id(&id)?;
    let Body(body) = body?;
    let can = of(&state, &caller, &body.project_name).await?;
    let added = members::add(&state.services, &can, id, role(body.is_project_admin)).await;
    added.map_err(|fault| ApiError::at("project_name", fault))?;
    Ok(Message::json(format!("Added to '{}'", body.project_name)))
}

/// Changes the role of the user in a project.
#[utoipa::path(
    put,
    path = "/admin/users/{id}/projects/{name}",
    operation_id = "change_user_project_role",
    tag = "users",
    params(
        ("id" = inline(UserIdText), Path, description = "The id of the user"),
        ("name" = inline(ProjectNameText), Path, description = "The technical name of the project"),
    ),
    request_body = MemberRole,
    responses((status = OK, description = "The role is changed.", body = Message)),
)]
pub async fn update(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((id, name)): Path<(String, String)>,
    body: Result<Body<MemberRole>, ApiError>,
) -> Result<Json<Message>, ApiError> {
    let (id, can) = place(&state, &caller, &id, &name).await?;
    let Body(body) = body?;
    let changed =
        members::change_role(&state.services, &can, id, role(body.is_project_admin), WithoutAdmin::Allow).await;
    changed.map_err(|fault| ApiError::refused(fault, no_access))?;
    Ok(Message::json(format!("Role in '{name}' changed")))
}

/// Removes the user from a project.
#[utoipa::path(
    delete,
    path = "/admin/users/{id}/projects/{name}",
    operation_id = "remove_user_from_project",
    tag = "users",
    params(
        ("id" = inline(UserIdText), Path, description = "The id of the user"),
        ("name" = inline(ProjectNameText), Path, description = "The technical name of the project"),
    ),
    responses(
        (status = OK, description = "The user is not a member of the project any longer.", body = Message),
        (status = BAD_REQUEST, description = "The user owns the project."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((id, name)): Path<(String, String)>,
) -> Result<Json<Message>, ApiError> {
    let (id, can) = place(&state, &caller, &id, &name).await?;
    let removed = members::remove(&state.services, &can, id, WithoutAdmin::Allow).await;
    removed.map_err(|fault| ApiError::refused(fault, no_access))?;
    Ok(Message::json(format!("Removed from '{name}'")))
}

fn no_access() -> ApiError {
    ApiError::new(Code::NotAMember, "User has no access to the project")
}

/// An object without fields.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct NoFields {}

/// Stores a project of a user as the default in place of another one. Again changes nothing.
#[utoipa::path(
    put,
    path = "/admin/users/{id}/projects/{name}/default",
    operation_id = "set_default_project",
    tag = "users",
    params(
        ("id" = inline(UserIdText), Path, description = "The id of the user"),
        ("name" = inline(ProjectNameText), Path, description = "The technical name of the project"),
    ),
    request_body = NoFields,
    responses((status = OK, description = "The project is the default of the user.", body = Message)),
)]
pub async fn set_default(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((id, name)): Path<(String, String)>,
    body: Result<Body<NoFields>, ApiError>,
) -> Result<Json<Message>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    body?;
    store_default(&state, &can, &id, &name, true).await?;
    Ok(Message::json(format!("'{name}' is the default project")))
}

/// Stores no default in place of a project of a user. Changes nothing when the project is not the stored default.
#[utoipa::path(
    delete,
    path = "/admin/users/{id}/projects/{name}/default",
    operation_id = "clear_default_project",
    tag = "users",
    params(
        ("id" = inline(UserIdText), Path, description = "The id of the user"),
        ("name" = inline(ProjectNameText), Path, description = "The technical name of the project"),
    ),
    responses((status = OK, description = "The project is not the stored default of the user.", body = Message)),
)]
pub async fn clear_default(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((id, name)): Path<(String, String)>,
) -> Result<Json<Message>, ApiError> {
    let can = on_platform::<ManageUsers>(&caller)?;
    store_default(&state, &can, &id, &name, false).await?;
    Ok(Message::json(format!("'{name}' is not the stored default project")))
}

async fn store_default(
    state: &AppState,
    can: &Can<ManageUsers>,
    id: &str,
    name: &str,
    is_default: bool,
) -> Result<(), ApiError> {
    let user = parse_id(id)?;
    let project = find(state, can.caller(), name).await?.id;
    let stored = users::set_default_project(&state.services, can, user, project, is_default).await;
    stored.map_err(|fault| ApiError::refused(fault, no_access))
}

async fn place(
    state: &AppState,
    caller: &Caller,
    id: &str,
    name: &str,
) -> Result<(UserId, Can<ManageMembers>), ApiError> {
    on_platform::<ManageUsers>(caller)?;
    Ok((parse_id(id)?, of(state, caller, name).await?))
}

async fn of(state: &AppState, caller: &Caller, name: &str) -> Result<Can<ManageMembers>, ApiError> {
    writable::<ManageMembers>(state, caller, name, PERSONAL).await.map(|(_, can)| can)
}
