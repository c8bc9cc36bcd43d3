//! Who may be a member of a shared project, for every path that makes members.

use crate::Services;
use crate::locks::LockedUser;
use domain::error::Refusal;
use domain::project::ProjectName;
use domain::user::UserKind;
use domain::violation::Violation;

/// Checks that users may be members of a shared project: their accounts are active, and external users are only in
/// projects of `EXTERNAL_USER_ALLOWED_PROJECTS`. The refusal names all who may not.
pub(crate) fn check_may_be_members<'a>(
    services: &Services,
    project: &str,
    candidates: impl Iterator<Item = &'a LockedUser> + Clone,
) -> Result<(), Refusal> {
    refuse(candidates.clone().filter(|user| !user.is_active), |names| Violation::UsersDeactivated { names })?;
    refuse(candidates.filter(|user| !services.settings.is_open_to(user.kind, project)), |names| {
        let open: Vec<&str> = services.settings.external_projects.iter().map(ProjectName::as_str).collect();
        let open = if open.is_empty() { "none".to_owned() } else { open.join(", ") };
        Violation::ProjectClosedToExternal { project: project.to_owned(), names, open }
    })
}

/// Checks that users may be project admins, which external users may not. The refusal names all who may not.
pub(crate) fn check_may_be_admins<'a>(candidates: impl Iterator<Item = &'a LockedUser>) -> Result<(), Refusal> {
    let external = candidates.filter(|user| user.kind == UserKind::External);
    refuse(external, |names| Violation::ExternalProjectAdmins { names })
}

fn refuse<'a>(
    refused: impl Iterator<Item = &'a LockedUser>,
    violation: impl FnOnce(String) -> Violation,
) -> Result<(), Refusal> {
    let names: Vec<&str> = refused.map(|user| user.name.as_str()).collect();
    if names.is_empty() { Ok(()) } else { Err(violation(names.join(", ")).into()) }
}
