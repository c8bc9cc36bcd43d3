//! The signed-in person on whose behalf a request runs.

mod standing;

pub use standing::{Place, Standing};

use crate::break_glass::BreakGlassSession;
use crate::id::{ProjectId, SessionId, UserId};
use crate::mode::Mode;
use crate::permission::Permission;
use crate::role::{PlatformRole, ProjectRole};
use crate::user::UserKind;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// The user who sends a request, with the rights read for this very request: nothing about rights is cached, so that
/// what is revoked has no effect from the next request on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person.
    pub user_id: UserId,
    /// The session the request came with.
    pub session_id: SessionId,
    /// For the shell.
    pub name: String,
    /// For the shell.
    pub email: String,
    /// Whether the address is known to be the user's.
    pub email_verified: bool,
    /// Where the rights below were read.
    pub mode: Mode,
    /// From `users`, or from the token.
    pub role: PlatformRole,
    /// From `users`, or from the token.
    pub kind: UserKind,
    /// From `user_projects`, or from the token: every active project and the role in it. People from outside are in
    /// those alone that are open to them.
    pub projects: Vec<(ProjectId, ProjectRole)>,
    /// A one-time password was used; nothing but changing it and signing out is open.
    pub password_change_due: bool,
    /// Set in a break-glass session: it belongs to no user, and `user_id` is that of the code.
    pub break_glass: Option<BreakGlassSession>,
}

/// What an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The platform as a whole, or anything not in a project.
    Platform,
    /// One project.
    Project(ProjectId),
    /// The actor's own account.
    Own,
}

impl Actor {
    /// Whether the table lets this person do it to that.
    pub fn may(&self, permission: Permission, target: Target) -> bool {
        !self.password_change_due
            && !self.lacks_account_for(permission)
            && self.standing().granting(permission, self.place(target)).next().is_some()
    }

    /// Whether the person may do it anywhere at all; for navigation.
    pub fn may_anywhere(&self, permission: Permission) -> bool {
        self.may(permission, Target::Platform)
            || self.may(permission, Target::Own)
            || self.projects_to(permission).next().is_some()
    }

    /// The own projects in which the table lets this person do it.
    pub fn projects_to(&self, permission: Permission) -> impl Iterator<Item = ProjectId> {
        let own = self.projects.iter().map(|(project, _)| *project);
        own.filter(move |project| self.may(permission, Target::Project(*project)))
    }

    /// The role in a project, if any, as it takes effect for this kind of user.
    pub fn role_in(&self, project: ProjectId) -> Option<ProjectRole> {
        let held = self.projects.iter().find(|(id, _)| *id == project);
        held.map(|(_, role)| role.effective_for(self.kind))
    }

    /// The account behind the session; `None` in a break-glass session.
    pub fn account(&self) -> Option<UserId> {
        self.break_glass.is_none().then_some(self.user_id)
    }

    /// Whether the session belongs to no user and the permission needs one.
    pub const fn lacks_account_for(&self, permission: Permission) -> bool {
        self.break_glass.is_some() && permission.needs_account()
    }

    /// Why the table refuses it, and what to do next. Names no role that the user holds.
    pub fn refusal(&self, permission: Permission, target: Target) -> Violation {
        if self.lacks_account_for(permission) {
            return Violation::AccountRequired;
        }
        let if_managed_here = Self { mode: Mode::Platform, ..self.clone() };
        if if_managed_here.may(permission, target) {
            return Violation::ProjectsFromProvider;
        }
        if self.role.is_auditor() {
            return Violation::AuditorsOnlyRead;
        }
        Violation::RoleRequired { roles: self.mode.holders(permission) }
    }

    /// What decides about the permissions of the user, beside the project in question.
    pub const fn standing(&self) -> Standing {
        Standing { mode: self.mode, role: self.role, kind: self.kind }
    }

    fn place(&self, target: Target) -> Place {
        match target {
            Target::Platform => Place::Platform,
            Target::Own => Place::Own,
            Target::Project(project) => Place::Project(self.role_in(project)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::Scope;
    use crate::role::Role;
    use uuid::Uuid;

    fn actor(role: PlatformRole, projects: Vec<(ProjectId, ProjectRole)>) -> Actor {
        Actor {
            user_id: UserId(Uuid::from_u128(1)),
            session_id: SessionId(Uuid::from_u128(2)),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            email_verified: true,
            mode: Mode::Platform,
            role,
            kind: UserKind::Regular,
            projects,
            password_change_due: false,
            break_glass: None,
        }
    }

    fn break_glass(mode: Mode) -> Actor {
        let session = BreakGlassSession {
            issued_by: "root@bursar-0".into(),
            expires_at: time::macros::datetime!(2026-03-02 09:30 UTC),
        };
        Actor { mode, break_glass: Some(session), ..actor(PlatformRole::Maintainer, vec![]) }
    }

    #[test]
    fn break_glass_session_may_what_maintainers_may_without_an_account() {
        for mode in [Mode::Platform, Mode::Keycloak] {
            let (session, maintainer) = (break_glass(mode), Actor { break_glass: None, ..break_glass(mode) });
            for permission in Permission::ALL.iter().copied() {
                for target in [Target::Platform, Target::Own, Target::Project(ProjectId(Uuid::from_u128(10)))] {
                    let expected = maintainer.may(permission, target) && !permission.needs_account();
                    assert_eq!(session.may(permission, target), expected, "{mode:?} {permission:?} {target:?}");
                }
            }
            assert!(session.may(Permission::MoveIdentities, Target::Platform), "{mode:?}");
            assert_eq!(session.refusal(Permission::ManageOwnAccount, Target::Own), Violation::AccountRequired);
            assert_eq!(session.account(), None);
        }
    }

    #[test]
    fn a_project_admin_manages_the_own_project_and_no_other() {
        let (own, other) = (ProjectId(Uuid::from_u128(10)), ProjectId(Uuid::from_u128(11)));
        let person = actor(PlatformRole::User, vec![(own, ProjectRole::Admin)]);
        assert!(person.may(Permission::ManageMembers, Target::Project(own)));
        assert!(!person.may(Permission::ManageMembers, Target::Project(other)));
        assert!(!person.may(Permission::ManageMembers, Target::Platform));
        assert!(person.may_anywhere(Permission::ManageMembers));
    }

    /// "Only maintainers and regular users can do this" tells a regular user nothing.
    #[test]
    fn refusal_never_names_a_role_that_the_user_holds() {
        let (own, other) = (ProjectId(Uuid::from_u128(10)), ProjectId(Uuid::from_u128(11)));
        let mut refused = 0;
        for user in everybody(own) {
            for permission in Permission::ALL.iter().copied().filter(|permission| user.mode.has(*permission)) {
                let is_own = Role::ALL.into_iter().any(|role| user.mode.scope(permission, role) == Some(Scope::Own));
                let elsewhere = [Target::Platform, Target::Project(own), Target::Project(other)];
                let targets = if is_own { &[Target::Own][..] } else { &elsewhere };
                for target in targets.iter().copied().filter(|target| !user.may(permission, *target)) {
                    let refusal = user.refusal(permission, target);
                    let named = match &refusal {
                        Violation::RoleRequired { roles } => roles.replace(" and ", ", "),
                        _ => String::new(),
                    };
                    let holds =
                        |name: &str| user.standing().roles(user.place(target)).any(|role| role.plural() == name);
                    assert!(!named.split(", ").any(holds), "{user:?} {permission:?} {target:?}: {refusal}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 100, "{refused}");
    }

    /// Every kind of user, as member and as project admin of a project.
    fn everybody(project: ProjectId) -> Vec<Actor> {
        let mut all = Vec::new();
        for mode in [Mode::Platform, Mode::Keycloak] {
            for kind in [UserKind::Regular, UserKind::External] {
                for role in [PlatformRole::User, PlatformRole::Auditor, PlatformRole::Admin, PlatformRole::Maintainer] {
                    for held in [ProjectRole::Member, ProjectRole::Admin] {
                        all.push(Actor { mode, kind, ..actor(role, vec![(project, held)]) });
                    }
                }
            }
        }
        all
    }

    #[test]
    fn refusal_of_a_project_in_keycloak_mode_says_where_projects_come_from() {
        let user = Actor { mode: Mode::Keycloak, ..actor(PlatformRole::User, vec![]) };
        assert_eq!(user.refusal(Permission::CreateProject, Target::Own), Violation::ProjectsFromProvider);
        let external = Actor { kind: UserKind::External, ..user };
        assert_eq!(
            external.refusal(Permission::CreateProject, Target::Own),
            Violation::RoleRequired { roles: "admins".to_owned() }
        );
        let auditor = actor(PlatformRole::Auditor, vec![]);
        assert_eq!(auditor.refusal(Permission::CreateProject, Target::Own), Violation::AuditorsOnlyRead);
    }

    #[test]
    fn external_project_admin_may_no_more_than_external_member() {
        let project = ProjectId(Uuid::from_u128(10));
        let external = |role| Actor { kind: UserKind::External, ..actor(PlatformRole::User, vec![(project, role)]) };
        let (admin, member) = (external(ProjectRole::Admin), external(ProjectRole::Member));
        assert_eq!(admin.role_in(project), Some(ProjectRole::Member));
        assert!(admin.may(Permission::ViewProject, Target::Project(project)));
        for permission in Permission::ALL.iter().copied() {
            for target in [Target::Project(project), Target::Platform, Target::Own] {
                assert_eq!(admin.may(permission, target), member.may(permission, target), "{permission:?} {target:?}");
            }
        }
        for permission in [Permission::FindUsers, Permission::ManageMembers, Permission::DeleteProject] {
            assert!(!admin.may_anywhere(permission), "{permission:?}");
        }
    }

    #[test]
    fn the_owner_of_a_personal_project_cannot_add_people_to_it() {
        let own = ProjectId(Uuid::from_u128(10));
        let person = actor(PlatformRole::User, vec![(own, ProjectRole::Owner)]);
        assert!(person.may(Permission::ViewProject, Target::Project(own)));
        assert!(!person.may(Permission::ManageMembers, Target::Project(own)));
    }

    #[test]
    fn an_auditor_cannot_create_projects() {
        assert!(!actor(PlatformRole::Auditor, vec![]).may_anywhere(Permission::CreateProject));
        assert!(actor(PlatformRole::User, vec![]).may(Permission::CreateProject, Target::Own));
    }

    #[test]
    fn where_keycloak_keeps_the_rights_an_admin_creates_projects_and_manages_nobody() {
        let project = ProjectId(Uuid::from_u128(10));
        let keycloak = |role| Actor { mode: Mode::Keycloak, ..actor(role, vec![(project, ProjectRole::Admin)]) };
        let (admin, developer) = (keycloak(PlatformRole::Admin), keycloak(PlatformRole::User));
        assert!(admin.may(Permission::CreateProject, Target::Platform));
        assert!(!developer.may_anywhere(Permission::CreateProject));
        for person in [admin, developer] {
            assert!(person.may(Permission::ViewProject, Target::Project(project)));
            assert!(!person.may_anywhere(Permission::ViewUsers) && !person.may_anywhere(Permission::ManageMembers));
        }
    }

    #[test]
    fn nothing_is_open_while_a_password_change_is_due() {
        let mut person = actor(PlatformRole::Maintainer, vec![]);
        person.password_change_due = true;
        assert!(Permission::ALL.iter().all(|permission| !person.may_anywhere(*permission)));
    }
}
