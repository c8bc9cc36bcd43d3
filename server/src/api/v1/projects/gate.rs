//! Finding a project by the name in an address, with the refusals that the wire knows.

use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::state::AppState;
use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::{Asks, EditProject};
use domain::project::{ProjectKind, ProjectName};
use services::guard::{Caller, Can};
use services::projects::{self, FoundProject};
use services::views;
use services::views::projects::Project;

fn missing() -> ApiError {
    ApiError::new(Code::ProjectNotFound, "Project not found")
}

/// A project that the person may see.
///
/// # Errors
/// 404 where it is hidden or missing.
pub async fn visible(state: &AppState, caller: &Caller, name: &str) -> Result<Project, ApiError> {
    let name = ProjectName::parse_existing(in_path(name)).map_err(|_| missing())?;
    views::projects::find(&state.services, caller, &name).await.map_err(named)
}

/// The name that a segment of a path stands for. HTTP clients resolve `.` and `..` as steps in the path, percent-encoded
/// or not, so projects of these names are addressed with a tilde in place of the percent sign.
fn in_path(segment: &str) -> &str {
    match segment {
        "~2E" => ".",
        "~2E~2E" => "..",
        name => name,
    }
}

/// What was not found is a project.
pub fn named(fault: services::Error) -> ApiError {
    ApiError::refused(fault, missing)
}

/// Finds a project to change, by its name alone.
///
/// # Errors
/// 404 where it is hidden or missing.
pub async fn find(state: &AppState, caller: &Caller, name: &str) -> Result<FoundProject, ApiError> {
    find_visible(state, caller, name).await?.ok_or_else(missing)
}

async fn find_visible(state: &AppState, caller: &Caller, name: &str) -> Result<Option<FoundProject>, ApiError> {
    let Ok(name) = ProjectName::parse_existing(in_path(name)) else { return Ok(None) };
    match projects::find(&state.services, caller, &name).await {
        Ok(project) => Ok(Some(project)),
        Err(services::Error::Refused(Refusal::NotFound)) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// A shared project, with the permission to change it. A caller without the permission learns nothing about the project.
///
/// # Errors
/// 404 without the permission, 403 for a personal project.
pub async fn writable<P: Asks>(
    state: &AppState,
    caller: &Caller,
    name: &str,
    personal: &str,
) -> Result<(FoundProject, Can<P>), ApiError> {
    let project = find(state, caller, name).await?;
    if project.kind == ProjectKind::Personal {
        return Err(ApiError::new(Code::PersonalProject, personal));
    }
    let can = caller.can::<P>(Target::Project(project.id)).map_err(|refusal| match refusal {
        Refusal::Forbidden(_) => missing(),
        refusal => refusal.into(),
    })?;
    Ok((project, can))
}

/// A project, with the permission to edit it. A caller without the permission gets the same answer for a project that
/// exists and for one that does not.
///
/// # Errors
/// 403 without the permission, 404 when the project does not exist.
pub async fn editable(
    state: &AppState,
    caller: &Caller,
    name: &str,
) -> Result<(FoundProject, Can<EditProject>), ApiError> {
    let edits_all = caller.actor.may(EditProject::PERMISSION, Target::Platform);
    let absent = if edits_all { missing } else { not_editable };
    let project = find_visible(state, caller, name).await?.ok_or_else(absent)?;
    let can = caller.can::<EditProject>(Target::Project(project.id)).map_err(|refusal| match refusal {
        Refusal::Forbidden(_) | Refusal::NotFound => not_editable(),
        refusal => refusal.into(),
    })?;
    Ok((project, can))
}

fn not_editable() -> ApiError {
    ApiError::forbidden("This action requires administrator, maintainer, or project administrator privileges.")
}
