//! What pages, `/v1` and the command line are answered.

use super::{Explanation, Obstacle, Step};
use crate::budget::{Category, Limits};
use crate::id::{BudgetId, UserId};
use crate::page::Page;
use crate::permission::Permission;
use crate::role::PlatformRole;
use crate::user::{Assignment, UserKind, UserStatus};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The user of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessUser {
    /// The user.
    pub id: UserId,
    /// Name as shown.
    pub name: String,
    /// Address as shown.
    pub email: String,
    /// Regular or external.
    pub kind: UserKind,
    /// The state of the account.
    pub status: UserStatus,
    /// The role on the platform.
    pub role: PlatformRole,
}

/// A project in a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedProject {
    /// Technical name, as it is stored.
    pub name: String,
    /// Display name, or the technical one.
    pub title: String,
}

/// What a user can do in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectAccess {
    /// The place in it.
    pub assignment: Assignment,
    /// From the user to the role in it.
    pub steps: Vec<Step>,
    /// What the membership grants, whatever the role on the platform grants too.
    pub permissions: Vec<Permission>,
    /// Why it has no effect.
    pub obstacle: Option<Obstacle>,
}

/// Which budget pays for a user in a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetAccess {
    /// What is paid for.
    pub category: Category,
    /// The budget: id, name and limits; `None` when none pays, so that spend is recorded and not limited.
    pub budget: Option<(BudgetId, String, Limits)>,
    /// The member's share of it, where the project enforces member limits.
    pub share: Option<Limits>,
    /// Why it is this one.
    pub steps: Vec<Step>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
    /// Why a call would be denied whatever is left.
    pub denial: Option<String>,
}

/// What a user can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAccess {
    /// The user.
    pub user: AccessUser,
    /// What keeps the user from everything.
    pub obstacle: Option<Obstacle>,
    /// The project in question.
    pub project: Option<NamedProject>,
    /// With a project what the user can do in it, permission by permission; without one what the user can do on the
    /// platform and for the own account. With a permission that one alone, whether the user may or not.
    pub explanations: Vec<Explanation>,
    /// The projects that the user is in, without a project in question.
    pub projects: Vec<ProjectAccess>,
    /// Which budget pays: in the project in question, else where no budget of a project does.
    pub budgets: Vec<BudgetAccess>,
}

/// The answer to what a user can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserAnswer {
    /// This.
    Access(Box<UserAccess>),
    /// No user has this id, e-mail address or username.
    UnknownUser,
    /// No project in use has this name.
    UnknownProject,
}

/// A user with a path to a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderRow {
    /// The user.
    pub user: AccessUser,
    /// By which paths, and what stands against it.
    pub explanation: Explanation,
}

/// Who holds a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionHolders {
    /// The permission.
    pub permission: Permission,
    /// The project in question; `None` for the platform.
    pub project: Option<NamedProject>,
    /// Users with a role that grants it: those with a role on the platform first, then the members of the project.
    pub page: Page<HolderRow>,
}
