//! The only table of who may do what.
//!
//! Services, navigation, the README's roles table and the generated access tests all ask [`scope`].
//! Why rights are one table: docs/adr/0005-permissions-as-values.md.

use crate::role::Role;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Only what belongs to the person.
    Own,
    /// Only the project in which the role is held.
    Project,
    /// Everything.
    Platform,
}

/// A permission at the type level, so that a proof can name it: `Can<ManageBudgets>`.
pub trait Asks: Send + Sync + 'static {
    /// The row of the table.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident: $title:literal, [$($scope:tt)*];)*) => {
        /// Something a person may or may not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Permission {
            $($(#[$meta])* $name,)*
        }

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What it lets a person do, as people read it.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            const fn row(self) -> [Option<Scope>; Role::ALL.len()] {
                match self { $(Self::$name => [$(cell!($scope)),*],)* }
            }
        }

        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Asks for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )*
    };
}

macro_rules! cell {
    (-) => {
        None
    };
    (own) => {
        Some(Scope::Own)
    };
    (project) => {
        Some(Scope::Project)
    };
    (platform) => {
        Some(Scope::Platform)
    };
}

// Columns: Maintainer, Admin, Auditor, Project admin, Member, User, External user.
permissions! {
    /// The list of users and their pages.
    ViewUsers: "See users", [platform platform platform - - - -];
    /// Create, deactivate, reactivate and unlock users; issue one-time passwords; end their sessions.
    ManageUsers: "Create and deactivate users", [platform platform - - - - -];
    /// Give and take the roles admin and maintainer.
    GrantRoles: "Grant admin and maintainer", [platform - - - - - -];
    /// Give and take the role auditor.
    GrantAuditor: "Grant auditor", [platform platform - - - - -];
    /// See the users of Keycloak's realm, create users there, and change their role and projects. Where Keycloak keeps the
    /// rights there are no maintainers, and admins do it.
    ManageKeycloakUsers: "Create users in Keycloak and change their rights there", [platform - - - - - -];
    /// Find users by name or e-mail to add them to a project.
    FindUsers: "Find users to add", [platform platform - project - - -];
    /// A project's page and its place in the list.
    ViewProject: "See a project", [platform platform platform project project - -];
    /// Make a shared project; the maker becomes its project admin and it counts towards the limit.
    CreateProject: "Create shared projects", [platform platform - - - own -];
    /// Change display name and description.
    EditProject: "Edit a project", [platform platform - project - - -];
    /// Delete an empty project; restore a deleted one.
    DeleteProject: "Delete and restore a project", [platform platform - project - - -];
    /// Add people, change their role, remove them.
    ManageMembers: "Manage a project's members", [platform platform - project - - -];
    /// All budgets and who they are assigned to.
    ViewBudgets: "See all budgets", [platform platform platform - - - -];
    /// The budgets of one project.
    ViewProjectBudgets: "See a project's budgets", [platform platform platform project project - -];
    /// How the budgets of a project are shared out among its members.
    ViewMemberShares: "See the members' shares of a project's budgets", [platform platform platform project - - -];
    /// Give a member a fixed share. Project admins do it where the operator allows it.
    SetMemberShares: "Set members' shares of a project's budgets", [platform - - project - - -];
    /// Create, edit, assign and delete budgets.
    ManageBudgets: "Create and assign budgets", [platform - - - - - -];
    /// Request a budget for oneself, and withdraw the request. Maintainers decide, by [`ManageBudgets`].
    RequestBudgets: "Request budgets for themselves", [own own own - - own own];
    /// Request a budget for a project, and withdraw the request.
    RequestProjectBudgets: "Request budgets for a project", [platform platform - project - - -];
    /// What users and projects spend.
    ViewSpend: "See spend", [platform platform platform project - - -];
    /// The gateways that reserve and report spend.
    ViewGateways: "See gateways", [platform platform platform - - - -];
    /// Create gateways, show their token once, revoke them.
    ManageGateways: "Create and revoke gateways", [platform - - - - - -];
    /// Whether the identity provider answers, and what it last said.
    ViewIdentityProvider: "See how the identity provider is doing", [platform platform - - - - -];
    /// Plan, start and stop the import of the users of a Keycloak realm. It grants the roles that they have there.
    ImportUsers: "Import users from Keycloak", [platform - - - - - -];
    /// Which role reaches which resource of the platform, and what the roles of Bursar may do.
    ViewAccessMatrix: "See the access matrix", [platform platform platform - - - -];
    /// Have Bursar read who holds which roles in Keycloak.
    TakeAccessSnapshots: "Take access snapshots", [platform platform - - - - -];
    /// Accept an anomaly of the access matrix until a day.
    AcceptAnomalies: "Accept anomalies of the access matrix", [platform platform - - - - -];
    /// What the console does by itself, and how it went.
    ViewJobs: "See jobs", [platform platform - - - - -];
    /// Have a job run before its time.
    RunJobs: "Run jobs", [platform platform - - - - -];
    /// The audit log: who changed what.
    ViewAuditLog: "See the audit log", [platform - platform - - - -];
    /// The activity events of `/v1`.
    ReadActivityEvents: "Read activity events under /v1", [platform - - - - - -];
    /// Have the users of one issuer be known by another one.
    MoveIdentities: "Move identities to another issuer", [platform - - - - - -];
    /// One's own projects, roles and budgets.
    ViewOwnAccess: "See own projects and budgets", [own own own - - own own];
    /// One's own password, sessions and appearance.
    ManageOwnAccount: "Manage own password and sessions", [own own own - - own own];
}

impl Permission {
    /// As it stands in addresses, at the command line and in `/v1`: `manage_members`.
    pub fn key(self) -> String {
        let mut key = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !key.is_empty() {
                key.push('_');
            }
            key.push(letter.to_ascii_lowercase());
        }
        key
    }

    /// Reads [`Permission::key`].
    ///
    /// # Errors
    /// There is no such permission.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let found = Self::ALL.iter().copied().find(|permission| permission.key() == raw);
        found.ok_or_else(|| Violation::unknown_choice("a permission from the list"))
    }

    /// Whether a change needs an identity that was confirmed lately: a session that was left open or stolen must not be
    /// enough to grant rights, change budgets or delete.
    pub const fn needs_confirmed_identity(self) -> bool {
        match self {
            Self::ManageUsers
            | Self::GrantRoles
            | Self::GrantAuditor
            | Self::ManageKeycloakUsers
            | Self::ManageMembers
            | Self::ManageBudgets
            | Self::SetMemberShares
            | Self::ManageGateways
            | Self::ImportUsers
            | Self::DeleteProject
            | Self::MoveIdentities => true,
            Self::ViewUsers
            | Self::ViewIdentityProvider
            | Self::ViewAccessMatrix
            | Self::TakeAccessSnapshots
            | Self::AcceptAnomalies
            | Self::ViewJobs
            | Self::RunJobs
            | Self::ViewAuditLog
            | Self::ReadActivityEvents
            | Self::FindUsers
            | Self::ViewProject
            | Self::CreateProject
            | Self::EditProject
            | Self::ViewBudgets
            | Self::ViewProjectBudgets
            | Self::ViewMemberShares
            | Self::RequestBudgets
            | Self::RequestProjectBudgets
            | Self::ViewSpend
            | Self::ViewGateways
            | Self::ViewOwnAccess
            | Self::ManageOwnAccount => false,
        }
    }

    /// Whether it is about the account of the user who asks: a break-glass session belongs to no user and is refused.
    pub const fn needs_account(self) -> bool {
        match self {
            // The creator of a project becomes its project admin, and a request has a requester who reads the decision.
            Self::CreateProject
            | Self::RequestBudgets
            | Self::RequestProjectBudgets
            | Self::ViewOwnAccess
            | Self::ManageOwnAccount => true,
            Self::ViewUsers
            | Self::ManageUsers
            | Self::ManageKeycloakUsers
            | Self::GrantRoles
            | Self::GrantAuditor
            | Self::FindUsers
            | Self::ViewProject
            | Self::EditProject
            | Self::DeleteProject
            | Self::ManageMembers
            | Self::ViewBudgets
            | Self::ViewProjectBudgets
            | Self::ViewMemberShares
            | Self::SetMemberShares
            | Self::ManageBudgets
            | Self::ViewSpend
            | Self::ViewGateways
            | Self::ManageGateways
            | Self::ViewIdentityProvider
            | Self::ImportUsers
            | Self::ViewAccessMatrix
            | Self::TakeAccessSnapshots
            | Self::AcceptAnomalies
            | Self::ViewJobs
            | Self::RunJobs
            | Self::ViewAuditLog
            | Self::ReadActivityEvents
            | Self::MoveIdentities => false,
        }
    }
}

/// How far `role` reaches with `permission`; `None` means not at all.
pub const fn scope(permission: Permission, role: Role) -> Option<Scope> {
    permission.row()[role as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maintainer_may_all_that_an_admin_may() {
        for permission in Permission::ALL {
            assert!(scope(*permission, Role::Maintainer) >= scope(*permission, Role::Admin), "{permission:?}");
        }
    }

    #[test]
    fn key_reads_back_and_nothing_else_does() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(&permission.key()), Ok(*permission));
        }
        assert_eq!(Permission::ManageKeycloakUsers.key(), "manage_keycloak_users");
        assert!(Permission::parse("ManageUsers").is_err() && Permission::parse("").is_err());
    }

    #[test]
    fn an_auditor_changes_nothing() {
        use Permission::{
            ManageOwnAccount, RequestBudgets, ViewAccessMatrix, ViewAuditLog, ViewBudgets, ViewGateways,
            ViewMemberShares, ViewOwnAccess, ViewProject, ViewProjectBudgets, ViewSpend, ViewUsers,
        };
        let views = [
            ViewUsers,
            ViewProject,
            ViewBudgets,
            ViewProjectBudgets,
            ViewMemberShares,
            ViewSpend,
            ViewGateways,
            ViewAuditLog,
            ViewAccessMatrix,
        ];
        let reads = [views.as_slice(), &[ViewOwnAccess, ManageOwnAccount, RequestBudgets]].concat();
        for permission in Permission::ALL {
            assert_eq!(scope(*permission, Role::Auditor).is_some(), reads.contains(permission), "{permission:?}");
        }
    }

    #[test]
    fn budgets_belong_to_maintainers_alone() {
        for role in Role::ALL {
            assert_eq!(scope(Permission::ManageBudgets, role).is_some(), role == Role::Maintainer);
            assert_eq!(scope(Permission::GrantRoles, role).is_some(), role == Role::Maintainer);
        }
    }

    #[test]
    fn a_project_role_never_reaches_beyond_its_project() {
        for permission in Permission::ALL {
            for role in [Role::ProjectAdmin, Role::Member] {
                assert!(scope(*permission, role) <= Some(Scope::Project), "{permission:?} {role:?}");
            }
        }
    }
}
