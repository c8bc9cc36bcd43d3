//! Deleting projects and handing them on.

use super::gate;
use super::gate::writable;
use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::etag::IfMatch;
use crate::api::schema::{ProjectNameText, UserIdText, user_id};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::permission::{DeleteProject, ManageMembers};
use domain::violation::Violation;
use serde::{Deserialize, Serialize};
use services::projects;
use utoipa::ToSchema;

/// A project that is gone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "Project 'notebooks' deleted", "name": "notebooks"}))]
pub struct DeletedProject {
    message: String,
    name: String,
}

/// Deletes a project that has no other members.
#[utoipa::path(
    delete,
    path = "/projects/{name}",
    operation_id = "delete_project",
    tag = "projects",
    params(("name" = inline(ProjectNameText), Path, description = "The technical name of the project"), IfMatch),
    responses(
        (status = OK, description = "The project is deleted.", body = DeletedProject),
        (status = CONFLICT, description = "Other users are members, or budgets are assigned."),
    ),
)]
pub async fn delete(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    if_match: IfMatch,
) -> Result<Json<DeletedProject>, ApiError> {
    let personal = "Cannot delete a personal project";
    let (entry, can) = writable::<DeleteProject>(&state, &caller, &name, personal).await?;
    let deleted = projects::delete(&state.services, &can, if_match.or(None)).await;
    deleted.map_err(|fault| if_match.refusal(fault, ApiError::from))?;
    let name = entry.name.to_string();
    Ok(Json(DeletedProject { message: format!("Project '{name}' deleted"), name }))
}

/// Who is to own it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"}))]
pub struct NewOwner {
    #[schema(value_type = UserIdText)]
    user_id: String,
}

/// The owner of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "notebooks", "created_by": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "message": "Ownership of 'notebooks' transferred to '0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d'"}))]
pub struct ProjectOwner {
    name: String,
    created_by: String,
    message: String,
}

/// Hands a project on; the new owner becomes its project administrator unless they are in it.
#[utoipa::path(
    put,
    path = "/projects/{name}/ownership",
    operation_id = "transfer_project",
    tag = "projects",
    params(("name" = inline(ProjectNameText), Path, description = "The technical name of the project")),
    request_body = NewOwner,
    responses((status = OK, description = "The new owner.", body = ProjectOwner)),
)]
pub async fn transfer(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    body: Result<Body<NewOwner>, ApiError>,
) -> Result<Json<ProjectOwner>, ApiError> {
    let personal = "Cannot update a personal project";
    let (entry, can) = writable::<ManageMembers>(&state, &caller, &name, personal).await?;
    let Body(body) = body?;
    let unknown = || ApiError::new(Code::UserNotFound, "Project not found");
    let to = user_id(&body.user_id).ok_or_else(unknown)?;
    projects::transfer(&state.services, &can, to).await.map_err(|fault| match fault {
        services::Error::Refused(refusal) if refusal.violation() == Some(&Violation::UnknownUser) => unknown(),
        fault => gate::named(fault),
    })?;
    let name = entry.name.to_string();
    let message = format!("Ownership of '{name}' transferred to '{to}'");
    Ok(Json(ProjectOwner { name, created_by: to.to_string(), message }))
}
