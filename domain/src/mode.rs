//! The two modes of the console (docs/identity.md), and which permissions each has at all.

use crate::permission::{Permission, Scope, scope};
use crate::role::Role;
use serde::{Deserialize, Serialize};

/// Where roles and project assignments are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// In the console's own database; a token's claims are copied once, at the first sign-in.
    #[default]
    Platform,
    /// At the identity provider; they are read from the verified claims on every request.
    Keycloak,
}

impl Mode {
    /// How far a role reaches here. In Keycloak-managed mode what the provider keeps cannot be seen or changed, and
    /// projects are made by admins: their maker would not become a member. Maintainers exist in the database alone, so that
    /// admins, the highest role of a token, manage the users of Keycloak and see the audit log.
    pub const fn scope(self, permission: Permission, role: Role) -> Option<Scope> {
        let scope = scope(permission, role);
        match (self, permission, scope) {
            (Self::Keycloak, Permission::ManageKeycloakUsers | Permission::ViewAuditLog, None)
                if matches!(role, Role::Admin) =>
            {
                Some(Scope::Platform)
            }
            (Self::Keycloak, Permission::ManageKeycloakUsers | Permission::ViewAuditLog, _) => scope,
            (Self::Platform, _, _)
            | (
                Self::Keycloak,
                Permission::ViewProject
                | Permission::ViewIdentityProvider
                | Permission::ViewAccessMatrix
                | Permission::ViewJobs
                | Permission::RunJobs
                | Permission::MoveIdentities
                | Permission::ViewOwnAccess
                | Permission::ManageOwnAccount,
                _,
            )
            | (Self::Keycloak, Permission::CreateProject, Some(Scope::Platform)) => scope,
            (Self::Keycloak, _, _) => None,
        }
    }

    /// Whether anybody may do it here; otherwise its pages and functions do not exist.
    pub fn has(self, permission: Permission) -> bool {
        self.roles_with(permission).next().is_some()
    }

    /// Who may do it, as the end of a sentence: "maintainers and admins".
    pub fn holders(self, permission: Permission) -> String {
        let names: Vec<&str> = self.roles_with(permission).map(Role::plural).collect();
        match names.split_last() {
            None => "nobody".to_owned(),
            Some((only, [])) => (*only).to_owned(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        }
    }

    /// The roles that may do it. Maintainers and auditors exist in the database alone.
    fn roles_with(self, permission: Permission) -> impl Iterator<Item = Role> {
        let exists = move |role: &Role| self == Self::Platform || !matches!(role, Role::Maintainer | Role::Auditor);
        Role::ALL.into_iter().filter(exists).filter(move |role| self.scope(permission, *role).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_mode_is_the_table_itself() {
        for permission in Permission::ALL {
            assert!(Mode::Platform.has(*permission));
            assert!(Role::ALL.iter().all(|role| Mode::Platform.scope(*permission, *role) == scope(*permission, *role)));
        }
    }

    #[test]
    fn holders_are_the_roles_of_the_mode() {
        assert_eq!(Mode::Platform.holders(Permission::ManageBudgets), "maintainers");
        assert_eq!(Mode::Platform.holders(Permission::CreateProject), "maintainers, admins and regular users");
        assert_eq!(Mode::Keycloak.holders(Permission::CreateProject), "admins");
        assert_eq!(Mode::Keycloak.holders(Permission::ManageBudgets), "nobody");
    }

    #[test]
    fn people_and_members_are_not_managed_where_keycloak_keeps_them() {
        let there: Vec<_> =
            Permission::ALL.iter().copied().filter(|permission| Mode::Keycloak.has(*permission)).collect();
        use Permission::{
            CreateProject, ManageKeycloakUsers, ManageOwnAccount, RunJobs, ViewAccessMatrix, ViewAuditLog,
            ViewIdentityProvider, ViewJobs, ViewOwnAccess, ViewProject,
        };
        assert_eq!(
            there,
            [
                ManageKeycloakUsers,
                ViewProject,
                CreateProject,
                ViewIdentityProvider,
                ViewAccessMatrix,
                ViewJobs,
                RunJobs,
                ViewAuditLog,
                ViewOwnAccess,
                ManageOwnAccount
            ]
        );
        for (mode, holders) in [(Mode::Platform, "maintainers"), (Mode::Keycloak, "admins")] {
            assert_eq!(mode.holders(ManageKeycloakUsers), holders);
        }
        assert_eq!(Mode::Keycloak.scope(CreateProject, Role::User), None);
        assert_eq!(Mode::Keycloak.scope(CreateProject, Role::Admin), Some(Scope::Platform));
    }
}
