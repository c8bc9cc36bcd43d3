//! Projects: where people work. A project is known by its name in addresses and by its id everywhere else.

mod change;
mod delete;
mod eligibility;
mod facts;
mod find;
mod project_limit;
mod restore;
mod transfer;

pub use change::{create, create_empty, edit};
pub use delete::delete;
pub use find::{FoundProject, find, id_of};
pub use restore::{may_restore, purge, restore, undo_deletion};
pub use transfer::transfer;

pub(crate) use eligibility::{check_may_be_admins, check_may_be_members};
pub(crate) use facts::{FACTS, FactsRow, push_projects};
pub(crate) use find::check_visible;
pub(crate) use project_limit::{allowance, enforce_limit, enforce_limits};
pub(crate) use restore::kept_since;

use crate::error::Error;
use crate::guard::{Caller, Can};
use domain::actor::Target;
use domain::error::Refusal;
use domain::id::ProjectId;
use domain::permission::Asks;
use domain::project::{ProjectKind, ProjectName};

/// Reading projects takes no proof, so it asks for itself what every proof asks first.
pub(crate) fn check_password_changed(caller: &Caller) -> Result<(), Refusal> {
    if caller.actor.password_change_due { Err(Refusal::PasswordChangeDue) } else { Ok(()) }
}

/// The project a proof was made for.
pub(crate) fn of_proof<P: Asks>(can: &Can<P>) -> Result<ProjectId, Error> {
    match can.target() {
        Target::Project(project) => Ok(project),
        Target::Platform | Target::Own => Err(Error::Broken("the proof names no project".to_owned())),
    }
}

pub(crate) fn stored_name(raw: &str) -> Result<ProjectName, Error> {
    ProjectName::parse_existing(raw).map_err(|_| Error::Broken(format!("unreadable project name {raw:?}")))
}

pub(crate) fn stored_kind(raw: &str) -> Result<ProjectKind, Error> {
    [ProjectKind::Personal, ProjectKind::Shared]
        .into_iter()
        .find(|kind| kind.key() == raw)
        .ok_or_else(|| Error::Broken(format!("unknown project_type {raw}")))
}
