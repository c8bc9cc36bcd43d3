//! The project behind a name.

use super::{check_password_changed, stored_kind, stored_name};
use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use domain::actor::Target;
use domain::error::Refusal;
use domain::id::ProjectId;
use domain::permission::Permission;
use domain::project::{ProjectKind, ProjectName};

/// What a change needs to know of a project before it asks for a permission.
#[derive(Clone, Debug)]
pub struct FoundProject {
    /// The project.
    pub id: ProjectId,
    /// Technical name, as it is stored.
    pub name: ProjectName,
    /// Personal or shared.
    pub kind: ProjectKind,
}

/// Finds a project by its name, to ask for a permission to change it.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such project, it was deleted, or the caller may not see it;
/// [`Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn find(services: &Services, caller: &Caller, name: &ProjectName) -> Result<FoundProject, Error> {
    check_password_changed(caller)?;
    let row = sqlx::query!(
        "select id, name, project_type from projects where lower(name) = lower($1) and deleted_at is null",
        name.as_str()
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    let id = ProjectId(row.id);
    check_visible(caller, id)?;
    Ok(FoundProject { id, name: stored_name(&row.name)?, kind: stored_kind(&row.project_type)? })
}

/// The id of a project that [`find`] finds.
///
/// # Errors
/// As [`find`].
pub async fn id_of(services: &Services, caller: &Caller, name: &ProjectName) -> Result<ProjectId, Error> {
    Ok(find(services, caller, name).await?.id)
}

/// What a caller may not see does not exist.
pub(crate) fn check_visible(caller: &Caller, project: ProjectId) -> Result<(), Refusal> {
    if caller.actor.may(Permission::ViewProject, Target::Project(project)) { Ok(()) } else { Err(Refusal::NotFound) }
}
