//! Answers about effective access on the wire; the command line prints the same.

use crate::api::wire::{Amount, Stamp};
use domain::budget::Limits;
use domain::explain::{
    AccessUser, BudgetAccess, Explanation, GrantPath, HolderRow, Obstacle, PermissionHolders, ProjectAccess, Step,
    UserAccess,
};
use domain::permission::Scope;
use serde::Serialize;
use utoipa::ToSchema;

/// What a user can do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserAccessDetail {
    user: AccessUserItem,
    /// What keeps the user from everything, although the grants stand.
    obstacle: Option<ObstacleItem>,
    /// The technical name of the project in question; null for the platform.
    project: Option<String>,
    /// Permission by permission: of the project in question, else of the platform and the own account.
    permissions: Vec<PermissionItem>,
    /// The projects that the user is in; empty with a project in question.
    projects: Vec<ProjectAccessItem>,
    /// Which budget pays, by category.
    budgets: Vec<BudgetAccessItem>,
}

/// A user.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccessUserItem {
    id: String,
    name: String,
    email: String,
    /// `regular` or `external`.
    user_type: &'static str,
    is_active: bool,
    /// `user`, `auditor`, `admin` or `maintainer`.
    role: &'static str,
}

/// Why a user may not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObstacleItem {
    /// `deactivated`, `password_change_due`, `closed_to_external_users`, `external_counts_as_member`, `not_a_member` or
    /// `role_missing`.
    code: &'static str,
    message: String,
}

/// Whether a user holds a permission, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PermissionItem {
    /// The key of the permission.
    permission: String,
    is_allowed: bool,
    /// Every path that grants it: removing one changes nothing while another one stands.
    paths: Vec<PathItem>,
    /// Why it is not allowed.
    obstacle: Option<ObstacleItem>,
}

/// One reason why a user holds a permission.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PathItem {
    /// How far it reaches: `platform`, `project` or `own`.
    scope: &'static str,
    /// Since when, where that is recorded.
    since: Option<Stamp>,
    steps: Vec<StepItem>,
}

/// A step from the user to what is granted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepItem {
    /// `type`, `project`, `role`, `counts_as`, `budget`, `granted_by` or `rule`.
    kind: &'static str,
    /// As users read it.
    value: String,
}

/// What a user can do in a project by membership.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectAccessItem {
    /// The technical name.
    project: String,
    /// What the membership grants.
    permissions: Vec<String>,
    since: Option<Stamp>,
    steps: Vec<StepItem>,
    obstacle: Option<ObstacleItem>,
}

/// Which budget pays in a category.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BudgetAccessItem {
    /// `platform`, `cli` or `premium_models`.
    budget_category: &'static str,
    /// The name of the budget; null when none pays.
    budget: Option<String>,
    /// What may be spent, of a member's share where there is one; null without a limit.
    soft_limit: Option<Amount>,
    hard_limit: Option<Amount>,
    /// Whether the limits are a share of the project's budget.
    is_share: bool,
    since: Option<Stamp>,
    steps: Vec<StepItem>,
    /// Why a call would be denied whatever is left.
    denial: Option<String>,
}

/// A page of the users who hold a permission.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HoldersBody {
    /// The key of the permission.
    permission: String,
    /// The technical name of the project in question; null for the platform.
    project: Option<String>,
    data: Vec<HolderItem>,
}

/// A user with a path to the permission.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HolderItem {
    user: AccessUserItem,
    is_allowed: bool,
    paths: Vec<PathItem>,
    obstacle: Option<ObstacleItem>,
}

impl From<UserAccess> for UserAccessDetail {
    fn from(access: UserAccess) -> Self {
        Self {
            user: access.user.into(),
            obstacle: access.obstacle.map(Into::into),
            project: access.project.map(|project| project.name),
            permissions: access.explanations.into_iter().map(Into::into).collect(),
            projects: access.projects.into_iter().map(Into::into).collect(),
            budgets: access.budgets.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<AccessUser> for AccessUserItem {
    fn from(user: AccessUser) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name,
            email: user.email,
            user_type: user.kind.key(),
            is_active: user.status != domain::user::UserStatus::Deactivated,
            role: user.role.key(),
        }
    }
}

impl From<Obstacle> for ObstacleItem {
    fn from(obstacle: Obstacle) -> Self {
        Self { code: obstacle.key(), message: obstacle.to_string() }
    }
}

impl From<Explanation> for PermissionItem {
    fn from(explained: Explanation) -> Self {
        Self {
            permission: explained.permission.key(),
            is_allowed: explained.is_allowed(),
            paths: explained.paths.into_iter().map(Into::into).collect(),
            obstacle: explained.obstacle.map(Into::into),
        }
    }
}

impl From<GrantPath> for PathItem {
    fn from(path: GrantPath) -> Self {
        let scope = match path.scope {
            Scope::Platform => "platform",
            Scope::Project => "project",
            Scope::Own => "own",
        };
        Self { scope, since: path.since.map(Stamp), steps: steps(path.steps) }
    }
}

fn steps(steps: Vec<Step>) -> Vec<StepItem> {
    steps.into_iter().map(|step| StepItem { kind: step.kind.key(), value: step.value }).collect()
}

impl From<ProjectAccess> for ProjectAccessItem {
    fn from(access: ProjectAccess) -> Self {
        Self {
            project: access.assignment.name.to_string(),
            permissions: access.permissions.into_iter().map(|permission| permission.key()).collect(),
            since: access.assignment.since.map(Stamp),
            steps: steps(access.steps),
            obstacle: access.obstacle.map(Into::into),
        }
    }
}

impl From<BudgetAccess> for BudgetAccessItem {
    fn from(access: BudgetAccess) -> Self {
        let limits: Option<Limits> = access.share.or(access.budget.as_ref().map(|(.., limits)| *limits));
        Self {
            budget_category: access.category.key(),
            budget: access.budget.map(|(_, name, _)| name),
            soft_limit: limits.map(|limits| Amount(limits.soft())),
            hard_limit: limits.map(|limits| Amount(limits.hard())),
            is_share: access.share.is_some(),
            since: access.since.map(Stamp),
            steps: steps(access.steps),
            denial: access.denial,
        }
    }
}

impl From<PermissionHolders> for HoldersBody {
    fn from(holders: PermissionHolders) -> Self {
        Self {
            permission: holders.permission.key(),
            project: holders.project.map(|project| project.name),
            data: holders.page.rows.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<HolderRow> for HolderItem {
    fn from(row: HolderRow) -> Self {
        let PermissionItem { is_allowed, paths, obstacle, .. } = row.explanation.into();
        Self { user: row.user.into(), is_allowed, paths, obstacle }
    }
}
