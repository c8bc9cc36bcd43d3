//! Oneself.

use super::users::{UserProject, projects_of};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use services::views::users::{self as view, User};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(user)).routes(routes!(profile))
}

/// Oneself, with everything one may use.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Profile {
    user_id: String,
    name: String,
    username: String,
    email: String,
    /// Whether the address is known to be the user's.
    email_verified: bool,
    /// Also true for maintainers.
    is_admin: bool,
    is_maintainer: bool,
    is_auditor: bool,
    projects: Vec<UserProject>,
    /// How many shared projects one may be in; null is no limit.
    project_limit: Option<i64>,
    /// Always empty: pictures are not kept.
    picture: &'static str,
    /// Always empty: knowledge bases are not kept.
    knowledge_bases: Vec<String>,
    user_type: &'static str,
    /// The names of all projects one is in.
    applications: Vec<String>,
    /// Those one manages.
    applications_admin: Vec<String>,
}

/// Who asks.
#[utoipa::path(
    get,
    path = "/user",
    operation_id = "get_current_user",
    tag = "profile",
    responses((status = OK, description = "The user of the token.", body = Profile)),
)]
async fn user(State(state): State<AppState>, Asking(caller): Asking) -> Result<Json<Profile>, ApiError> {
    let user = view::oneself(&state.services, &caller.actor).await?;
    let limit = user.project_limit.map_or_else(|| i64::from(state.services.settings().project_limit), i64::from);
    Ok(Json(Profile::new(user, limit)))
}

/// Who asks; another name of `/v1/user`.
#[utoipa::path(
    get,
    path = "/profile",
    operation_id = "get_profile",
    tag = "profile",
    responses((status = OK, description = "The user of the token.", body = Profile)),
)]
async fn profile(state: State<AppState>, asking: Asking) -> Result<Json<Profile>, ApiError> {
    user(state, asking).await
}

impl Profile {
    fn new(user: User, limit: i64) -> Self {
        let names = |all: bool| {
            let projects = user.projects.iter().filter(|project| all || project.is_project_admin);
            projects.map(|project| project.name.clone()).collect()
        };
        Self {
            applications: names(true),
            applications_admin: names(false),
            projects: projects_of(&user),
            user_id: user.id.to_string(),
            is_admin: user.role.is_admin(),
            is_maintainer: user.role.is_maintainer(),
            is_auditor: user.role.is_auditor(),
            project_limit: (!user.role.is_admin()).then_some(limit),
            picture: "",
            knowledge_bases: Vec::new(),
            user_type: user.kind.key(),
            name: user.name,
            username: user.username,
            email: user.email,
            email_verified: user.email_verified,
        }
    }
}
