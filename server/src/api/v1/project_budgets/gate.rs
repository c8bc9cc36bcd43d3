//! Finding a project's budget or group by the id in an address, with the permission in its project.

use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::permit::shares_in_scope;
use crate::api::query::optional;
use crate::api::schema::SentText as _;
pub use crate::api::v1::budgets::{missing, slug_of};
use crate::api::v1::projects;
use crate::state::AppState;
use domain::actor::Target;
use domain::error::Refusal;
use domain::id::{GroupId, ProjectId};
use domain::permission::{Asks, ManageBudgets, Permission, ViewMemberShares};
use domain::project::ProjectName;
use services::allocations::{self, Located};
use services::guard::{Caller, Can};
use services::views::ReadScope;

/// What was not found is a group.
pub fn group_missing(fault: services::Error) -> ApiError {
    ApiError::refused(fault, || ApiError::new(Code::BudgetGroupNotFound, "Budget group not found"))
}

/// A budget with a permission in its project.
///
/// # Errors
/// 404 where there is none or its project is hidden, 403 without the permission.
pub async fn budget<P: Asks>(state: &AppState, caller: &Caller, id: &str) -> Result<(Located, Can<P>), ApiError> {
    let located = allocations::locate(&state.services, &slug_of(id)?).await.map_err(missing)?;
    let can = caller.can::<P>(Target::Project(located.project)).map_err(|refusal| missing(refusal.into()))?;
    Ok((located, can))
}

/// A group with a permission in its project.
///
/// # Errors
/// 404 where there is none, it was deleted, or the caller may not see it.
pub async fn group<P: Asks>(
    state: &AppState,
    caller: &Caller,
    id: &str,
) -> Result<(GroupId, ProjectId, Can<P>), ApiError> {
    let absent = || group_missing(Refusal::NotFound.into());
    let group = id.parse().map_err(|_| absent())?;
    let project = allocations::locate_group(&state.services, group).await.map_err(group_missing)?;
    let can = caller.can::<P>(Target::Project(project)).map_err(|refusal| match refusal {
        Refusal::Forbidden(_) => absent(),
        refusal => group_missing(refusal.into()),
    })?;
    Ok((group, project, can))
}

/// The project that a request names, with the permission to give it budgets.
///
/// # Errors
/// 404 where there is no such project.
pub async fn project(state: &AppState, caller: &Caller, name: &str) -> Result<Can<ManageBudgets>, ApiError> {
    let project = projects::find(state, caller, name).await?;
    Ok(caller.can(Target::Project(project.id))?)
}

/// What a list may show: all, or the one project that the request names.
///
/// # Errors
/// 403 for a project in which the caller may not see the shares, whether there is one or not.
pub async fn scope(
    state: &AppState,
    caller: &Caller,
    named: Option<&str>,
) -> Result<(ReadScope<ViewMemberShares>, Option<ProjectName>), ApiError> {
    let scope = shares_in_scope(caller)?;
    let project = optional("project_name", named, ProjectName::parse_sent)?;
    let sees = |target| caller.actor.may(Permission::ViewMemberShares, target);
    let Some(to_check) = project.as_ref().filter(|_| !sees(Target::Platform)) else { return Ok((scope, project)) };
    match services::projects::find(&state.services, caller, to_check).await {
        Ok(found) if sees(Target::Project(found.id)) => Ok((scope, project)),
        Ok(_) | Err(services::Error::Refused(Refusal::NotFound)) => {
            Err(ApiError::forbidden("You do not have permission to access the budgets of this project."))
        }
        Err(fault) => Err(fault.into()),
    }
}
