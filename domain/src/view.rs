//! What pages show of several capabilities at once.

use crate::budget::{AssignedBudget, RequestFacts};
use crate::drift::LastToken;
use crate::id::UserId;
use crate::page::Page;
use crate::project::ProjectFacts;
use crate::role::{PlatformRole, ProjectRole};
use crate::user::{Assignment, IdentityConflict, ProjectAllowance, UserKind, UserStatus};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What My access shows a user about the user's own rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAccess {
    /// By project name, the personal one last.
    pub projects: Vec<Assignment>,
    /// Shared projects used of allowed.
    pub allowance: ProjectAllowance,
    /// At most one a category.
    pub budgets: Vec<AssignedBudget>,
    /// The latest budget request in each category, while it waits and for a while after its decision.
    pub requests: Vec<RequestFacts>,
    /// Names of a few admins to ask, maintainers first.
    pub admins: Vec<String>,
}

/// A member of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The user.
    pub user_id: UserId,
    /// Name as shown.
    pub name: String,
    /// Address as shown.
    pub email: String,
    /// Whether the address is known to be the user's.
    pub email_verified: bool,
    /// Regular or external.
    pub kind: UserKind,
    /// The gravest state that holds.
    pub status: UserStatus,
    /// The role in the project.
    pub role: ProjectRole,
    /// No other active user is project admin.
    pub is_only_admin: bool,
    /// Created the project: cannot be removed.
    pub is_creator: bool,
    /// Who granted it; `None` when it came with the first sign-in.
    pub granted_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// What the page of a project shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectDetail {
    /// Its facts.
    pub facts: ProjectFacts,
    /// One page of its members.
    pub members: Page<Member>,
    /// At most one a category.
    pub budgets: Vec<AssignedBudget>,
    /// The latest budget request in each category, while it waits and for a while after its decision; for those who may
    /// request budgets for the project.
    pub requests: Vec<RequestFacts>,
}

/// What the page of a user shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDetail {
    /// The user.
    pub id: UserId,
    /// Name as shown.
    pub name: String,
    /// Address as shown.
    pub email: String,
    /// Whether the address is known to be the user's.
    pub email_verified: bool,
    /// Regular or external.
    pub kind: UserKind,
    /// The gravest state that holds.
    pub status: UserStatus,
    /// Platform role.
    pub role: PlatformRole,
    /// The auditor column is set beside a role that includes it, by an operator's statement.
    pub keeps_auditor: bool,
    /// `local`, or the identity provider as the configuration calls it.
    pub signs_in_by: String,
    /// Sign-ins that were refused because they came with this user's address.
    pub conflicts: Vec<IdentityConflict>,
    /// Shared projects used of allowed.
    pub allowance: ProjectAllowance,
    /// By project name, the personal one last.
    pub projects: Vec<Assignment>,
    /// At most one a category.
    pub budgets: Vec<AssignedBudget>,
    /// What the last token said; `None` for users who are linked to no account at an identity provider. Stays on the
    /// server.
    #[serde(skip)]
    pub last_token: Option<LastToken>,
    /// When the one-time password that was not changed yet expires, or when it did.
    #[serde(with = "time::serde::rfc3339::option")]
    pub one_time_password_until: Option<OffsetDateTime>,
    /// Valid sessions, as far as [`crate::count::MAX_EXACT_COUNT`].
    pub session_count: i64,
    /// Last sign-in.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// When the account was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// For forms: raised by each change.
    pub version: i64,
}

impl UserDetail {
    /// The titles of the shared projects that have no other active project admin.
    pub fn only_admin_of(&self) -> Vec<&str> {
        let projects = self.projects.iter().filter(|project| project.is_only_admin);
        projects.map(|project| project.title.as_str()).collect()
    }
}
