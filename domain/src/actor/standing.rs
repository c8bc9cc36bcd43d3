//! Which roles count, and which of them grant a permission.

use crate::mode::Mode;
use crate::permission::{Permission, Scope};
use crate::role::{PlatformRole, ProjectRole, Role};
use crate::user::UserKind;
use serde::{Deserialize, Serialize};

/// What decides about the permissions of a user, beside the project in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Where roles are kept.
    pub mode: Mode,
    /// On the platform.
    pub role: PlatformRole,
    /// Regular or external.
    pub kind: UserKind,
}

/// What an action is about, with the role in the project if it is about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The platform as a whole, or anything not in a project.
    Platform,
    /// The user's own account.
    Own,
    /// A project, and the role that takes effect in it.
    Project(Option<ProjectRole>),
}

impl Standing {
    /// The roles by which the table grants it, and how far each reaches. The only answer to who may do what: the guard
    /// asks whether there is one, an explanation names all.
    pub fn granting(self, permission: Permission, place: Place) -> impl Iterator<Item = (Role, Scope)> {
        let reach = move |role| Some((role, self.mode.scope(permission, role)?));
        self.roles(place).filter_map(reach).filter(move |(_, scope)| covers(*scope, place))
    }

    /// The roles that count towards it.
    pub(super) fn roles(self, place: Place) -> impl Iterator<Item = Role> {
        let basic = match self.kind {
            UserKind::Regular if self.role.is_auditor() => None,
            UserKind::Regular => Some(Role::User),
            UserKind::External => Some(Role::External),
        };
        let in_project = match place {
            Place::Project(role) => role.map(ProjectRole::counts_as),
            Place::Platform | Place::Own => None,
        };
        [self.role.counts_as(), basic, in_project].into_iter().flatten()
    }
}

const fn covers(scope: Scope, place: Place) -> bool {
    match (scope, place) {
        (Scope::Platform, _) | (Scope::Project, Place::Project(_)) | (Scope::Own, Place::Own) => true,
        (Scope::Project | Scope::Own, _) => false,
    }
}
