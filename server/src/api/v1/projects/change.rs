//! Making and changing projects.

use super::body::Project;
use super::gate::{editable, visible};
use crate::api::auth::Asking;
use crate::api::body::Body;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::etag::{IfMatch, Versioned};
use crate::api::schema::{
    Attribution, CostCenterIdText, DescriptionText, DisplayNameText, NewProjectNameText, ProjectNameText,
    SentText as _, UnavailableFlag, VersionNumber, exact, version,
};
use crate::api::wire::given;
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::actor::Target;
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::permission::CreateProject;
use domain::project::{ProjectDraft, ProjectKind, ProjectName};
use domain::text::{Description, DisplayName};
use domain::violation::Violation;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use services::guard::Caller;
use services::{projects, views};
use utoipa::ToSchema;
use uuid::Uuid;

/// A new shared project.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "notebooks", "display_name": "Notebooks", "description": "Where analysts try things"}))]
pub struct NewSharedProject {
    #[schema(value_type = NewProjectNameText)]
    name: String,
    #[schema(value_type = Option<DisplayNameText>)]
    display_name: Option<String>,
    #[schema(value_type = Option<DescriptionText>)]
    description: Option<String>,
    /// There are no cost centers yet: 404 for any.
    #[schema(value_type = Option<CostCenterIdText>)]
    cost_center_id: Option<Uuid>,
    /// Only admins and maintainers may send it, whatever its value; off without it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    cli_analytics_enabled: Option<Option<bool>>,
}

/// Creates a shared project; the creator becomes its project admin.
#[utoipa::path(
    post,
    path = "/projects",
    operation_id = "create_project",
    tag = "projects",
    request_body = NewSharedProject,
    responses(
        (
            status = CREATED,
            description = "The new project.",
            body = Project,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = FORBIDDEN, description = "The project limit of the caller is reached."),
        (status = NOT_FOUND, description = "There is no such cost center."),
        (status = CONFLICT, description = "A project has this name."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Asking(caller): Asking,
    body: Result<Body<NewSharedProject>, ApiError>,
) -> Result<(StatusCode, Versioned<Project>), ApiError> {
    let can = caller.can::<CreateProject>(Target::Own)?;
    let Body(body) = body?;
    check_analytics(&caller, body.cli_analytics_enabled)?;
    if body.cost_center_id.is_some() {
        return Err(ApiError::new(Code::CostCenterNotFound, "Selected cost center not found"));
    }
    let (name, draft) = parse(&body)?;
    let name = projects::create(&state.services, &can, name, &draft).await.map_err(not_created)?;
    let project = views::projects::created(&state.services, &can, &name).await?;
    Ok((StatusCode::CREATED, Versioned(project.version, Project::new(&project, &caller))))
}

/// The caller's own limit is answered as a missing right, whereas members who are over theirs are a conflict.
fn not_created(fault: services::Error) -> ApiError {
    match fault.into() {
        refusal @ Refusal::Rule(Violation::ProjectLimitReached { .. }) => {
            ApiError::from(refusal).with_status(StatusCode::FORBIDDEN)
        }
        refusal => refusal.into(),
    }
}

fn parse(body: &NewSharedProject) -> Result<(ProjectName, ProjectDraft), FieldErrors> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", exact(&body.name, ProjectName::parse));
    let display_name = errors.take("display_name", DisplayName::parse_optional(body.display_name.as_deref()));
    let description = errors.take("description", Description::parse_optional(body.description.as_deref()));
    match (name, display_name, description) {
        (Some(name), Some(display_name), Some(description)) => {
            let cli_analytics_enabled = body.cli_analytics_enabled.flatten().unwrap_or_default();
            Ok((name, ProjectDraft { cli_analytics_enabled, ..ProjectDraft::new(display_name, description) }))
        }
        _ => Err(errors),
    }
}

/// The fields to change, at least one. What is left out or null stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"display_name": "Notebooks", "clear_description": true}))]
pub struct ProjectChanges {
    /// A name cannot change: 409 for any but the one that the project has.
    #[schema(value_type = Option<NewProjectNameText>)]
    name: Option<String>,
    #[schema(value_type = Option<DisplayNameText>)]
    display_name: Option<String>,
    /// Not together with `display_name`.
    #[serde(default)]
    clear_display_name: bool,
    #[schema(value_type = Option<DescriptionText>)]
    description: Option<String>,
    /// Not together with `description`.
    #[serde(default)]
    clear_description: bool,
    /// There are no cost centers yet: 404 for any.
    #[schema(value_type = Option<CostCenterIdText>)]
    cost_center_id: Option<Uuid>,
    /// Not together with `cost_center_id`.
    #[serde(default)]
    clear_cost_center: bool,
    /// Whether each member may spend a share of the project's budgets only. Only maintainers may change it.
    enforce_member_spend_limits: Option<bool>,
    #[schema(value_type = Option<Attribution>)]
    chargeback_attribution: Option<String>,
    #[schema(value_type = Option<UnavailableFlag>)]
    chargeback_enabled: Option<bool>,
    /// Only admins and maintainers may send it, whatever its value. 400 for `true` and a personal project.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    cli_analytics_enabled: Option<Option<bool>>,
    #[serde(default, deserialize_with = "version")]
    #[schema(value_type = Option<VersionNumber>)]
    version: Option<i64>,
}

/// Changes what a project is called and what it is for.
#[utoipa::path(
    patch,
    path = "/projects/{name}",
    operation_id = "update_project",
    tag = "projects",
    params(("name" = inline(ProjectNameText), Path, description = "The technical name of the project"), IfMatch),
    request_body = ProjectChanges,
    responses(
        (
            status = OK,
            description = "The project as it is now.",
            body = Project,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
        (status = CONFLICT, description = "The name would change, or `version` is stale."),
    ),
)]
pub async fn patch(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(name): Path<String>,
    if_match: IfMatch,
    body: Result<Body<ProjectChanges>, ApiError>,
) -> Result<Versioned<Project>, ApiError> {
    let (project, can) = editable(&state, &caller, &name).await?;
    let switches_on = |body: &Body<ProjectChanges>| body.0.cli_analytics_enabled == Some(Some(true));
    // What an admin may not switch on there is a mistake in the body, not in the permission.
    if project.kind == ProjectKind::Personal && !body.as_ref().is_ok_and(switches_on) {
        return Err(ApiError::new(Code::PersonalProject, "Cannot update a personal project"));
    }
    let Body(body) = body?;
    check_analytics(&caller, body.cli_analytics_enabled)?;
    let edit = edit_of(&body, project.name.as_str(), if_match.or(body.version))?;
    let saved = projects::edit(&state.services, &can, edit).await;
    saved.map_err(|fault| if_match.refusal(fault, ApiError::from))?;
    let entry = visible(&state, &caller, &name).await?;
    Ok(Versioned(entry.version, Project::new(&entry, &caller)))
}

fn edit_of(body: &ProjectChanges, name: &str, precondition: Precondition) -> Result<Edit<ProjectDraft>, ApiError> {
    for (both, what) in [
        (body.display_name.is_some() && body.clear_display_name, "display_name"),
        (body.description.is_some() && body.clear_description, "description"),
        (body.cost_center_id.is_some() && body.clear_cost_center, "cost_center"),
    ] {
        if both {
            let field = if what == "cost_center" { "cost_center_id" } else { what };
            return Err(ApiError::field("request", &format!("Value error, Provide either {field} or clear_{what}")));
        }
    }
    if !body.says_something() {
        let reason = "Value error, Provide at least one field to change";
        return Err(ApiError::schema(Code::NothingToChange, "request", reason, &Value::Null));
    }
    body.refuse_what_is_not_there(name)?;
    let mut errors = FieldErrors::default();
    let replaces_display_name = body.display_name.is_some() || body.clear_display_name;
    let replaces_description = body.description.is_some() || body.clear_description;
    let display_name = errors.take("display_name", DisplayName::parse_optional(body.display_name.as_deref()));
    let description = errors.take("description", Description::parse_optional(body.description.as_deref()));
    let (Some(display_name), Some(description)) = (display_name, description) else { return Err(errors.into()) };
    let ProjectDraft { display_name, description, .. } = ProjectDraft::new(display_name, description);
    let enabled = body.cli_analytics_enabled.flatten();
    let enforced = body.enforce_member_spend_limits;
    Ok(Edit::new(precondition, move |stored: ProjectDraft| {
        Ok(ProjectDraft {
            display_name: if replaces_display_name { display_name } else { stored.display_name },
            description: if replaces_description { description } else { stored.description },
            cli_analytics_enabled: enabled.unwrap_or(stored.cli_analytics_enabled),
            member_limits_enforced: enforced.unwrap_or(stored.member_limits_enforced),
        })
    }))
}

/// What a change must not be, in the words of JSON Schema: one without effect, and one that sets a field and clears it.
/// It stands below `not`, which validators read and generators of clients do not mistake for more types.
pub fn excluded_changes() -> Value {
    let (unset, unchecked) = (json!({"type": "null"}), json!({"const": false}));
    let both = |field: &str, clear: &str| json!({"required": [field, clear], "properties": {field: {"type": "string"}, clear: {"const": true}}});
    json!({"anyOf": [
        {"properties": {
            "name": unset,
            "display_name": unset,
            "clear_display_name": unchecked,
            "description": unset,
            "clear_description": unchecked,
            "cost_center_id": unset,
            "clear_cost_center": unchecked,
            "enforce_member_spend_limits": unset,
            "chargeback_attribution": unset,
            "chargeback_enabled": unset,
            "cli_analytics_enabled": {"not": {}},
        }},
        both("display_name", "clear_display_name"),
        both("description", "clear_description"),
        both("cost_center_id", "clear_cost_center"),
    ]})
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
            exact(new, ProjectName::parse).map_err(|problem| FieldErrors::one("name", problem))?;
            return Err(ApiError::new(
                Code::ProjectNameFixed,
                "The name of a project cannot change. Change its display name.",
            ));
        }
        if self.cost_center_id.is_some() {
            return Err(ApiError::new(Code::CostCenterNotFound, "Selected cost center not found"));
        }
        match self.chargeback_attribution.as_deref() {
            None | Some("project") => {}
            Some("cost_center") => return Err(ApiError::new(Code::NoCostCenter, "The project has no cost center.")),
            Some(_) => return Err(Violation::unknown_choice("project or cost_center").into()),
        }
        if self.chargeback_enabled == Some(true) {
            return Err(ApiError::new(Code::NotAvailable, "chargeback_enabled is not available."));
        }
        Ok(())
    }
}

/// Only admins and maintainers may send the switch, whatever its value.
fn check_analytics(caller: &Caller, wanted: Option<Option<bool>>) -> Result<(), ApiError> {
    match wanted {
        None => Ok(()),
        Some(_) if !caller.actor.role.is_admin() => {
            Err(ApiError::forbidden("This action requires administrator or maintainer privileges."))
        }
        Some(_) => Ok(()),
    }
}
