//! Why a user may do something, or may not: the grant paths behind a permission.
//!
//! Which role grants a permission. It calls [`Standing::granting`], as the guard does, so that both give the same answer.

mod answer;
mod query;
#[cfg(test)]
mod tests;

pub use answer::{
    AccessUser, BudgetAccess, HolderRow, NamedProject, PermissionHolders, ProjectAccess, UserAccess, UserAnswer,
};
pub use query::{AccessQuery, AccessView};

use crate::actor::{Place, Standing};
use crate::permission::{Permission, Scope};
use crate::project::ProjectKind;
use crate::role::{PlatformRole, ProjectRole, Role};
use crate::user::{Assignment, UserKind, UserStatus};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One reason why a user holds a permission. Removing another one changes nothing as long as this one stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantPath {
    /// The role that the permission table names.
    pub role: Role,
    /// How far it reaches.
    pub scope: Scope,
    /// From the user to that role.
    pub steps: Vec<Step>,
    /// Since when the role is held, where that is known.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
}

/// A step of a grant path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// Which one, as users read it.
    pub value: String,
}

/// What a step of a grant path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// The type of the user.
    Type,
    /// A project that the user is in.
    Project,
    /// A role on the platform or in that project.
    Role,
    /// The role of the permission table that takes effect instead.
    CountsAs,
    /// A budget that is assigned to the user or to the project.
    Budget,
    /// The user who granted it.
    GrantedBy,
    /// What granted it where no user did.
    Rule,
}

impl StepKind {
    /// As `/v1` and the command line call it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Project => "project",
            Self::Role => "role",
            Self::CountsAs => "counts_as",
            Self::Budget => "budget",
            Self::GrantedBy => "granted_by",
            Self::Rule => "rule",
        }
    }

    /// As users read it, before the value.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Project => "project",
            Self::Role => "role",
            Self::CountsAs => "counts as",
            Self::Budget => "budget",
            Self::GrantedBy => "granted by",
            Self::Rule => "rule",
        }
    }
}

impl Step {
    /// A step.
    pub fn new(kind: StepKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into() }
    }
}

/// Who granted a role or assigned a budget, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// A user, `Bursar` or an operator; `None` when it is recorded nowhere.
    pub by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
}

/// Why a user may not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Obstacle {
    /// The account is deactivated. Its roles stand.
    Deactivated,
    /// A one-time password was issued and not changed yet. The roles stand.
    PasswordChangeDue,
    /// The project is not one of those that external users may use. The membership stands.
    ClosedToExternalUsers,
    /// An external user is a member wherever the database says project admin.
    ExternalCountsAsMember,
    /// The user is not in the project, and has no role on the platform that would do.
    NotAMember {
        /// Who may.
        holders: String,
    },
    /// No role of the user grants it.
    RoleMissing {
        /// Who may.
        holders: String,
    },
}

impl Obstacle {
    /// What `/v1` and the command line call it.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
            Self::PasswordChangeDue => "password_change_due",
            Self::ClosedToExternalUsers => "closed_to_external_users",
            Self::ExternalCountsAsMember => "external_counts_as_member",
            Self::NotAMember { .. } => "not_a_member",
            Self::RoleMissing { .. } => "role_missing",
        }
    }
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Deactivated => {
                f.write_str("The account is deactivated and cannot sign in. What it was granted stands.")
            }
            Self::PasswordChangeDue => f.write_str("The one-time password has to be changed before anything else."),
            Self::ClosedToExternalUsers => f.write_str("The project is not open to external users."),
            Self::ExternalCountsAsMember => f.write_str("An external user counts as a member, not as a project admin."),
            Self::NotAMember { holders } => write!(f, "Not in the project. Who may: {holders}."),
            Self::RoleMissing { holders } => write!(f, "No role of the user grants it. Who may: {holders}."),
        }
    }
}

/// Whether a user holds a permission, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The permission.
    pub permission: Permission,
    /// By which paths, the farthest-reaching role first; they stand beside an obstacle of the account too.
    pub paths: Vec<GrantPath>,
    /// Why the user may not all the same, or may not at all.
    pub obstacle: Option<Obstacle>,
}

impl Explanation {
    /// Whether the user may.
    pub const fn is_allowed(&self) -> bool {
        self.obstacle.is_none()
    }
}

/// What decides about the permissions of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Role and type.
    pub standing: Standing,
    /// Who granted the role on the platform.
    pub role_granted: Granted,
    /// The state of the account.
    pub status: UserStatus,
    /// Whether a one-time password was issued and not changed yet.
    pub password_change_due: bool,
}

impl Subject {
    /// Explains a permission on the platform, on one's own account and, with `project`, in a project: the user's place in
    /// it, `Some(None)` for none.
    pub fn explain(&self, permission: Permission, project: Option<Option<&Assignment>>) -> Explanation {
        let assignment = project.flatten().filter(|assignment| assignment.is_open);
        let place = match project {
            None => Place::Own,
            Some(_) => Place::Project(assignment.map(|held| held.role.effective_for(self.standing.kind))),
        };
        let granting = self.standing.granting(permission, place);
        let paths: Vec<_> = granting.map(|(role, scope)| self.path(role, scope, assignment)).collect();
        let obstacle =
            if paths.is_empty() { Some(self.reason_against(permission, project)) } else { self.obstacle_of_account() };
        Explanation { permission, paths, obstacle }
    }

    /// What keeps the user from everything.
    pub const fn obstacle_of_account(&self) -> Option<Obstacle> {
        match (self.status, self.password_change_due) {
            (UserStatus::Deactivated, _) => Some(Obstacle::Deactivated),
            (_, true) => Some(Obstacle::PasswordChangeDue),
            (_, false) => None,
        }
    }

    /// The path by which the user holds a role of the table.
    fn path(&self, role: Role, scope: Scope, assignment: Option<&Assignment>) -> GrantPath {
        let kind = self.standing.kind;
        match (role, assignment) {
            (Role::Member | Role::ProjectAdmin, Some(assignment)) => {
                GrantPath { role, scope, steps: steps_of_member(assignment, kind), since: assignment.since }
            }
            (Role::User | Role::External, _) => {
                GrantPath { role, scope, steps: vec![Step::new(StepKind::Type, kind.title())], since: None }
            }
            _ => {
                let held = Step::new(StepKind::Role, self.standing.role.title());
                let Granted { by, since } = self.role_granted.clone();
                GrantPath { role, scope, steps: vec![held, grantor(by)], since }
            }
        }
    }

    fn reason_against(&self, permission: Permission, project: Option<Option<&Assignment>>) -> Obstacle {
        let Standing { mode, role, kind } = self.standing;
        let holders = mode.holders(permission);
        let as_admin = Standing { kind: UserKind::Regular, role: PlatformRole::User, mode };
        let grants = |role| as_admin.granting(permission, Place::Project(Some(role))).next().is_some();
        match project {
            Some(Some(held)) if !held.is_open && grants(held.role.effective_for(kind)) => {
                Obstacle::ClosedToExternalUsers
            }
            Some(Some(held)) if held.role.effective_for(kind) != held.role && grants(held.role) => {
                Obstacle::ExternalCountsAsMember
            }
            Some(None) if !role.is_admin() && grants(ProjectRole::Admin) => Obstacle::NotAMember { holders },
            _ => Obstacle::RoleMissing { holders },
        }
    }
}

/// From the user to the role in a project.
pub fn steps_of_member(assignment: &Assignment, kind: UserKind) -> Vec<Step> {
    let held = Step::new(StepKind::Role, assignment.role.title());
    let effective = assignment.role.effective_for(kind);
    let counts_as = (effective != assignment.role).then(|| Step::new(StepKind::CountsAs, effective.title()));
    let by = match (&assignment.granted_by, assignment.kind) {
        (Some(name), ProjectKind::Shared) => Step::new(StepKind::GrantedBy, name),
        (_, kind) => Step::new(StepKind::Rule, kind.automatic_grantor()),
    };
    let project = Step::new(StepKind::Project, &assignment.title);
    [project, held].into_iter().chain(counts_as).chain([by]).collect()
}

/// Who granted something, or that it is recorded nowhere.
pub fn grantor(by: Option<String>) -> Step {
    match by {
        Some(by) => Step::new(StepKind::GrantedBy, by),
        None => Step::new(StepKind::Rule, "Not recorded in the audit log"),
    }
}
