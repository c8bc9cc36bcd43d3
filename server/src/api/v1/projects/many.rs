//! Many members at once, all or none.

use super::gate::writable;
use super::members::{NewMember, PERSONAL, parse_id, role};
use crate::api::auth::Asking;
use crate::api::body::{Body, check_size};
use crate::api::error::{ApiError, Part};
use crate::api::query::{Query, list};
use crate::api::schema::{ProjectNameText, UserIdText, each_once, in_query};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::permission::ManageMembers;
use serde::{Deserialize, Serialize};
use services::members;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{Array, Ref, Required};
use utoipa::{IntoParams, PartialSchema as _, ToSchema};

/// Who is to be in it, and as what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"users": [{"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "is_project_admin": false}]}))]
pub struct NewMembers {
    /// Each user once.
    #[schema(schema_with = new_members)]
    users: Vec<NewMember>,
}

fn new_members() -> Array {
    each_once(Ref::from_schema_name(NewMember::name()), MOST_ADDED)
}

/// Who is to leave.
#[derive(Clone, Debug, Deserialize)]
pub struct RemoveMany {
    #[serde(default, deserialize_with = "list")]
    user_id: Vec<String>,
}

impl IntoParams for RemoveMany {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let users = in_query("user_id", "The ids of the users to remove, each once.").required(Required::True);
        vec![users.schema(Some(each_once(UserIdText::schema(), MOST_REMOVED))).build()]
    }
}

/// How many users are added at once.
const MOST_ADDED: usize = 1000;
/// How many users are removed at once: their ids stand in an address.
const MOST_REMOVED: usize = 100;

/// The result for each user.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "1 assigned", "project_name": "notebooks", "total": 1, "results": [{"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "action": "assigned", "is_project_admin": false}]}))]
pub struct MemberOutcomes {
    message: String,
    project_name: String,
    total: usize,
    results: Vec<MemberOutcome>,
}

/// The result for one user.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberOutcome {
    user_id: String,
    action: MemberAction,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_project_admin: Option<bool>,
}

/// In one word.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberAction {
    /// In it since now.
    Assigned,
    /// In it before, with the role asked for now.
    Updated,
    /// Not in it any more.
    Removed,
}

/// Adds users, and gives the requested role to those who are members.
#[utoipa::path(
    post,
    path = "/projects/{name}/assignments",
    operation_id = "add_members",
    tag = "members",
    params(("name" = inline(ProjectNameText), Path, description = "The technical name of the project")),
    request_body = NewMembers,
    responses(
        (status = OK, description = "What became of each user.", body = MemberOutcomes),
        (status = BAD_REQUEST, description = "A user is named twice."),
        (status = NOT_FOUND, description = "There is no such project, or no such user."),
    ),
)]
pub async fn assign(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    body: Result<Body<NewMembers>, ApiError>,
) -> Result<Json<MemberOutcomes>, ApiError> {
    let (entry, can) = writable::<ManageMembers>(&state, &caller, &name, PERSONAL).await?;
    let Body(NewMembers { users }) = body?;
    check_size("users", users.len(), MOST_ADDED)?;
    let people = users.iter().map(|user| Ok((parse_id(&user.user_id)?, role(user.is_project_admin))));
    let people = people.collect::<Result<Vec<_>, ApiError>>()?;
    let outcomes = members::assign_many(&state.services, &can, &people).await?;
    let results = outcomes.iter().map(|outcome| MemberOutcome {
        user_id: outcome.user_id.to_string(),
        action: if outcome.is_new { MemberAction::Assigned } else { MemberAction::Updated },
        is_project_admin: Some(outcome.role.is_admin()),
    });
    Ok(answer("assigned", entry.name.to_string(), results.collect()))
}

/// Removes users.
#[utoipa::path(
    delete,
    path = "/projects/{name}/assignments",
    operation_id = "remove_members",
    tag = "members",
    params(("name" = inline(ProjectNameText), Path, description = "The technical name of the project"), RemoveMany),
    responses(
        (status = OK, description = "What became of each user.", body = MemberOutcomes),
        (status = BAD_REQUEST, description = "A user is named twice, or owns the project."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    asked: Result<Query<RemoveMany>, ApiError>,
) -> Result<Json<MemberOutcomes>, ApiError> {
    let (entry, can) = writable::<ManageMembers>(&state, &caller, &name, PERSONAL).await?;
    let Query(RemoveMany { user_id }) = asked?;
    check_size("user_id", user_id.len(), MOST_REMOVED).map_err(|refused| refused.found_in(Part::Query))?;
    let people = user_id.iter().map(|id| parse_id(id)).collect::<Result<Vec<_>, ApiError>>()?;
    let removed = members::remove_many(&state.services, &can, &people).await;
    removed.map_err(|fault| ApiError::at("user_id", fault).found_in(Part::Query))?;
    let results = people.iter().map(|id| MemberOutcome {
        user_id: id.to_string(),
        action: MemberAction::Removed,
        is_project_admin: None,
    });
    Ok(answer("removed", entry.name.to_string(), results.collect()))
}

fn answer(what: &str, project_name: String, results: Vec<MemberOutcome>) -> Json<MemberOutcomes> {
    let total = results.len();
    Json(MemberOutcomes { message: format!("{total} {what}"), project_name, total, results })
}
