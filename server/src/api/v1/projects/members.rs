//! One member.

use super::gate::writable;
use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::schema::{ProjectNameText, UserIdText, user_id};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::id::UserId;
use domain::permission::ManageMembers;
use domain::role::ProjectRole;
use serde::{Deserialize, Serialize};
use services::members::{self, WithoutAdmin};
use utoipa::ToSchema;

/// Why a personal project's members stay as they are.
pub const PERSONAL: &str = "A personal project has one member, its owner";

/// Who is to be in it, and as what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "is_project_admin": false}))]
pub struct NewMember {
    #[schema(value_type = UserIdText)]
    pub user_id: String,
    pub is_project_admin: bool,
}

/// The role that the user gets in it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"is_project_admin": true}))]
pub struct MemberRole {
    pub is_project_admin: bool,
}

/// What became of a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "Added to 'notebooks'", "user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "project_name": "notebooks", "is_project_admin": false}))]
pub struct MemberAnswer {
    message: String,
    user_id: String,
    project_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_project_admin: Option<bool>,
}

/// Adds a user.
#[utoipa::path(
    post,
    path = "/projects/{name}/assignment",
    operation_id = "add_member",
    tag = "members",
    params(("name" = inline(ProjectNameText), Path, description = "The technical name of the project")),
    request_body = NewMember,
    responses(
        (status = OK, description = "The new member.", body = MemberAnswer),
        (status = CONFLICT, description = "The user is a member already."),
    ),
)]
pub async fn assign(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    body: Result<Body<NewMember>, ApiError>,
) -> Result<Json<MemberAnswer>, ApiError> {
    let (entry, can) = writable::<ManageMembers>(&state, &caller, &name, PERSONAL).await?;
    let Body(body) = body?;
    let person = parse_id(&body.user_id)?;
    members::add(&state.services, &can, person, role(body.is_project_admin)).await?;
    let message = format!("Added to '{}'", entry.name);
    Ok(answer(message, person, entry.name.to_string(), Some(body.is_project_admin)))
}

/// Gives a member the other role.
#[utoipa::path(
    put,
    path = "/projects/{name}/assignment/{user_id}",
    operation_id = "change_member_role",
    tag = "members",
    params(
        ("name" = inline(ProjectNameText), Path, description = "The technical name of the project"),
        ("user_id" = inline(UserIdText), Path, description = "The id of the user"),
    ),
    request_body = MemberRole,
    responses((status = OK, description = "The member with the role they have now.", body = MemberAnswer)),
)]
pub async fn update(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((name, person)): Path<(String, String)>,
    body: Result<Body<MemberRole>, ApiError>,
) -> Result<Json<MemberAnswer>, ApiError> {
    let (entry, can) = writable::<ManageMembers>(&state, &caller, &name, PERSONAL).await?;
    let Body(body) = body?;
    let person = user_id(&person).ok_or_else(no_member)?;
    let changed =
        members::change_role(&state.services, &can, person, role(body.is_project_admin), WithoutAdmin::Allow).await;
    changed.map_err(|fault| ApiError::refused(fault, no_member))?;
    let message = format!("Role in '{}' changed", entry.name);
    Ok(answer(message, person, entry.name.to_string(), Some(body.is_project_admin)))
}

/// Removes a member.
#[utoipa::path(
    delete,
    path = "/projects/{name}/assignment/{user_id}",
    operation_id = "remove_member",
    tag = "members",
    params(
        ("name" = inline(ProjectNameText), Path, description = "The technical name of the project"),
        ("user_id" = inline(UserIdText), Path, description = "The id of the user"),
    ),
    responses(
        (status = OK, description = "The user is not a member any longer.", body = MemberAnswer),
        (status = BAD_REQUEST, description = "The user owns the project."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path((name, person)): Path<(String, String)>,
) -> Result<Json<MemberAnswer>, ApiError> {
    let (entry, can) = writable::<ManageMembers>(&state, &caller, &name, PERSONAL).await?;
    let person = user_id(&person).ok_or_else(no_member)?;
    let removed = members::remove(&state.services, &can, person, WithoutAdmin::Allow).await;
    removed.map_err(|fault| ApiError::refused(fault, no_member))?;
    Ok(answer(format!("Removed from '{}'", entry.name), person, entry.name.to_string(), None))
}

/// The user is not a member of the project.
pub fn no_member() -> ApiError {
    ApiError::new(Code::NotAMember, "User is not a member of the project")
}

/// The user of an id in a body; what is not an id is a mistake.
pub fn parse_id(raw: &str) -> Result<UserId, ApiError> {
    user_id(raw).ok_or_else(|| ApiError::new(Code::InvalidUserId, format!("{raw:?} is not the id of a user.")))
}

/// As the wire has it.
pub const fn role(is_project_admin: bool) -> ProjectRole {
    if is_project_admin { ProjectRole::Admin } else { ProjectRole::Member }
}

fn answer(message: String, person: UserId, project_name: String, is_project_admin: Option<bool>) -> Json<MemberAnswer> {
    Json(MemberAnswer { message, user_id: person.to_string(), project_name, is_project_admin })
}
