//! Making, changing and deleting projects.

use super::body::Project;
use super::gate;
use super::gate::{editable, visible, writable};
use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::error::ApiError;
use crate::api::etag::{IfMatch, Versioned};
use crate::api::wire::given;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::actor::Target;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::permission::{CreateProject, DeleteProject, ManageMembers};
use domain::project::ProjectName;
use domain::text::{Description, DisplayName};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use services::guard::Caller;
use services::projects::{self, NewProject, ProjectPatch, directory};
use utoipa::ToSchema;

/// A new shared project.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "notebooks", "display_name": "Notebooks", "description": "Where analysts try things"}))]
pub struct NewSharedProject {
    /// 3 to 100 characters of `a-z`, `0-9`, `-` and `_`; never changes.
    name: String,
    display_name: Option<String>,
    description: Option<String>,
    /// There are no cost centers yet: any is unknown.
    cost_center_id: Option<Value>,
    /// Not available; only administrators may name it at all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    cli_analytics_enabled: Option<Option<bool>>,
}

/// Makes a shared project; whoever makes it becomes its project administrator.
#[utoipa::path(post, path = "/projects", tag = "projects", request_body = NewSharedProject, responses((status = CREATED, body = Project)))]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewSharedProject>, ApiError>,
) -> Result<(StatusCode, Versioned<Project>), ApiError> {
    let can = caller.can::<CreateProject>(Target::Own)?;
    let Body(body) = body?;
    check_analytics(&caller, body.cli_analytics_enabled)?;
    if body.cost_center_id.is_some() {
        return Err(ApiError::not_found("Selected cost center not found"));
    }
    let name = projects::create(&state.services, &can, parse(&body)?)
        .await
        .map_err(|fault| ApiError::from(fault).rule_as(StatusCode::FORBIDDEN).invalid_as(StatusCode::CONFLICT))?;
    let entry = directory::made(&state.services, &can, &name).await?;
    Ok((StatusCode::CREATED, Versioned(entry.version, Project::new(&entry, &caller))))
}

fn parse(body: &NewSharedProject) -> Result<NewProject, FieldErrors> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", ProjectName::parse(&body.name));
    let display_name = parse_display_name(&mut errors, body.display_name.as_deref());
    let description = parse_description(&mut errors, body.description.as_deref());
    match (name, display_name, description) {
        (Some(name), Some(display_name), Some(description)) => Ok(NewProject { name, display_name, description }),
        _ => Err(errors),
    }
}

/// Blank means none.
fn parse_display_name(errors: &mut FieldErrors, raw: Option<&str>) -> Option<Option<DisplayName>> {
    match raw.filter(|text| !text.trim().is_empty()) {
        None => Some(None),
        Some(text) => errors.take("display_name", DisplayName::parse(text)).map(Some),
    }
}

/// Blank means none.
fn parse_description(errors: &mut FieldErrors, raw: Option<&str>) -> Option<Description> {
    match raw.filter(|text| !text.trim().is_empty()) {
        None => Some(Description::none()),
        Some(text) => errors.take("description", Description::parse(text)),
    }
}

/// What is to change; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(example = json!({"display_name": "Notebooks", "clear_description": true}))]
pub struct ProjectChanges {
    /// A name cannot change.
    name: Option<String>,
    /// Blank clears it.
    display_name: Option<String>,
    clear_display_name: bool,
    /// Blank clears it.
    description: Option<String>,
    clear_description: bool,
    /// There are no cost centers yet: any is unknown.
    cost_center_id: Option<Value>,
    clear_cost_center: bool,
    /// Not available: false alone.
    enforce_member_spend_limits: Option<bool>,
    /// `project` alone: there are no cost centers yet.
    chargeback_attribution: Option<String>,
    /// Not available: false alone.
    chargeback_enabled: Option<bool>,
    /// Not available; only administrators may name it at all.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    cli_analytics_enabled: Option<Option<bool>>,
    /// The version the change was made for, in place of `If-Match`.
    version: Option<i64>,
}

/// Changes what a project is called and what it is for.
#[utoipa::path(patch, path = "/projects/{name}", tag = "projects", params(("name" = String, Path, description = "The project's name")), request_body = ProjectChanges, responses((status = OK, body = Project)))]
pub async fn patch(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    if_match: IfMatch,
    body: Result<Body<ProjectChanges>, ApiError>,
) -> Result<Versioned<Project>, ApiError> {
    let (entry, can) = editable(&state, &caller, &name).await?;
    let Body(body) = body?;
    check_analytics(&caller, body.cli_analytics_enabled)?;
    let edit = edit_of(&body, entry.name.as_str())?;
    let saved = projects::patch(&state.services, &can, if_match.or(body.version), edit).await;
    saved.map_err(|fault| if_match.refusal(fault))?;
    let entry = visible(&state, &caller, &name).await?;
    Ok(Versioned(entry.version, Project::new(&entry, &caller)))
}

fn edit_of(body: &ProjectChanges, name: &str) -> Result<ProjectPatch, ApiError> {
    for (both, what) in [
        (body.display_name.is_some() && body.clear_display_name, "display_name"),
        (body.description.is_some() && body.clear_description, "description"),
        (body.cost_center_id.is_some() && body.clear_cost_center, "cost_center"),
    ] {
        if both {
            let field = if what == "cost_center" { "cost_center_id" } else { what };
            return Err(ApiError::field("request", format!("Value error, Provide either {field} or clear_{what}")));
        }
    }
    if !body.says_something() {
        return Err(ApiError::field("request", "Value error, Provide at least one field to change"));
    }
    body.refuse_what_is_not_there(name)?;
    let mut errors = FieldErrors::default();
    let edit = ProjectPatch {
        display_name: match &body.display_name {
            None => body.clear_display_name.then_some(None),
            Some(text) => parse_display_name(&mut errors, Some(text)),
        },
        description: match &body.description {
            None => body.clear_description.then(Description::none),
            Some(text) => parse_description(&mut errors, Some(text)),
        },
    };
    if errors.is_empty() { Ok(edit) } else { Err(errors.into()) }
}

impl ProjectChanges {
    fn says_something(&self) -> bool {
        self.name.is_some()
            || self.display_name.is_some()
            || self.clear_display_name
            || self.description.is_some()
            || self.clear_description
            || self.cost_center_id.is_some()
            || self.clear_cost_center
            || self.enforce_member_spend_limits.is_some()
            || self.chargeback_attribution.is_some()
            || self.chargeback_enabled.is_some()
            || self.cli_analytics_enabled.is_some()
    }

    fn refuse_what_is_not_there(&self, name: &str) -> Result<(), ApiError> {
        if let Some(new) = self.name.as_deref().filter(|new| *new != name) {
            ProjectName::parse(new).map_err(|problem| FieldErrors::one("name", problem.as_str()))?;
            return Err(ApiError::conflict("The name of a project cannot change. Change its display name."));
        }
        if self.cost_center_id.is_some() {
            return Err(ApiError::not_found("Selected cost center not found"));
        }
        match self.chargeback_attribution.as_deref() {
            None | Some("project") => {}
            Some("cost_center") => return Err(ApiError::bad_request("The project has no cost center.")),
            Some(_) => return Err(ApiError::bad_request("chargeback_attribution is project or cost_center.")),
        }
        for (wanted, what) in [
            (self.enforce_member_spend_limits, "enforce_member_spend_limits"),
            (self.chargeback_enabled, "chargeback_enabled"),
        ] {
            if wanted == Some(true) {
                return Err(ApiError::bad_request(format!("{what} is not available.")));
            }
        }
        Ok(())
    }
}

/// Only administrators may name the flag, whatever its value; it cannot be switched on.
fn check_analytics(caller: &Caller, wanted: Option<Option<bool>>) -> Result<(), ApiError> {
    match wanted {
        None => Ok(()),
        Some(_) if !caller.actor.role.is_admin() => {
            Err(ApiError::forbidden("This action requires administrator or maintainer privileges."))
        }
        Some(Some(true)) => Err(ApiError::bad_request("cli_analytics_enabled is not available.")),
        Some(_) => Ok(()),
    }
}

/// A project that is gone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "Project 'notebooks' deleted", "name": "notebooks"}))]
pub struct DeletedProject {
    message: String,
    name: String,
}

/// Deletes a project that nobody else is in.
#[utoipa::path(delete, path = "/projects/{name}", tag = "projects", params(("name" = String, Path, description = "The project's name")), responses((status = OK, body = DeletedProject)))]
pub async fn delete(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    if_match: IfMatch,
) -> Result<Json<DeletedProject>, ApiError> {
    let personal = "Cannot delete a personal project";
    let (entry, can) = writable::<DeleteProject>(&state, &caller, &name, personal).await?;
    let deleted = projects::delete(&state.services, &can, if_match.0).await;
    deleted.map_err(|fault| if_match.refusal(fault))?;
    let name = entry.name.to_string();
    Ok(Json(DeletedProject { message: format!("Project '{name}' deleted"), name }))
}

/// Who is to own it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(example = json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"}))]
pub struct NewOwner {
    user_id: String,
}

/// Whose a project is now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "notebooks", "created_by": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "message": "Ownership of 'notebooks' transferred to '0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d'"}))]
pub struct ProjectOwner {
    name: String,
    created_by: String,
    message: String,
}

/// Hands a project on; the new owner becomes its project administrator unless they are in it.
#[utoipa::path(put, path = "/projects/{name}/ownership", tag = "projects", params(("name" = String, Path, description = "The project's name")), request_body = NewOwner, responses((status = OK, body = ProjectOwner)))]
pub async fn transfer(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    body: Result<Body<NewOwner>, ApiError>,
) -> Result<Json<ProjectOwner>, ApiError> {
    let personal = "Cannot update a personal project";
    let (entry, can) = writable::<ManageMembers>(&state, &caller, &name, personal).await?;
    let Body(body) = body?;
    let unknown = || ApiError::not_found("Project not found");
    let to = body.user_id.parse().map_err(|_| unknown())?;
    projects::transfer(&state.services, &can, to).await.map_err(|fault| match fault {
        services::Error::Refused(Refusal::Invalid(_)) => unknown(),
        fault => gate::named(fault),
    })?;
    let name = entry.name.to_string();
    let message = format!("Ownership of '{name}' transferred to '{to}'");
    Ok(Json(ProjectOwner { name, created_by: to.to_string(), message }))
}
