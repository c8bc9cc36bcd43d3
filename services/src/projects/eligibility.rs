//! Who may be a member of a shared project, for every path that makes members.

use crate::Services;
use crate::locks::LockedUser;
use domain::error::Refusal;
use domain::project::ProjectName;
use domain::user::UserKind;

/// Checks that users may be members of a shared project: their accounts are active, and external users are only in
/// projects of `EXTERNAL_USER_ALLOWED_PROJECTS`. The refusal names all who may not.
pub(crate) fn check_may_be_members<'a>(
    services: &Services,
    project: &str,
    candidates: impl Iterator<Item = &'a LockedUser> + Clone,
) -> Result<(), Refusal> {
    refuse(candidates.clone().filter(|user| !user.is_active), |names| {
        format!("Deactivated users cannot be added: {names}. Reactivate the accounts first.")
    })?;
    refuse(candidates.filter(|user| !services.settings.is_open_to(user.kind, project)), |names| {
        let open: Vec<&str> = services.settings.external_projects.iter().map(ProjectName::as_str).collect();
        let open = if open.is_empty() { "none".to_owned() } else { open.join(", ") };
        format!(
            "External users cannot be members of {project}: {names}. Projects open to external users: {open}. \
             The operator can open more with EXTERNAL_USER_ALLOWED_PROJECTS."
        )
    })
}

/// Checks that users may be project admins, which external users may not. The refusal names all who may not.
pub(crate) fn check_may_be_admins<'a>(candidates: impl Iterator<Item = &'a LockedUser>) -> Result<(), Refusal> {
    refuse(candidates.filter(|user| user.kind == UserKind::External), |names| {
        format!("External users cannot be project admins: {names}. Ask an admin to make the accounts regular first.")
    })
}

fn refuse<'a>(
    refused: impl Iterator<Item = &'a LockedUser>,
    text: impl FnOnce(String) -> String,
) -> Result<(), Refusal> {
    let names: Vec<&str> = refused.map(|user| user.name.as_str()).collect();
    if names.is_empty() { Ok(()) } else { Err(Refusal::Rule(text(names.join(", ")))) }
}
