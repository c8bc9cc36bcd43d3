//! How a person looks on the wire.

use crate::api::wire::{Amount, Stamp};
use domain::budget::AssignedBudget;
use domain::user::UserStatus;
use serde::Serialize;
use services::views::users::User;
use utoipa::ToSchema;

/// A project of a user.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "notebooks", "display_name": "Notebooks", "is_project_admin": false, "is_default": true}))]
pub struct UserProject {
    /// Technical name.
    pub name: String,
    /// Display name, if one was given.
    pub display_name: Option<String>,
    /// Whether they manage it.
    pub is_project_admin: bool,
    /// Whether the user starts in it. Of all projects of a user exactly one is the default: the one that was chosen, else
    /// the personal project, else the first by name.
    pub is_default: bool,
}

/// The projects of a user, by name.
pub fn projects_of(user: &User) -> Vec<UserProject> {
    let projects = user.projects.iter().map(|project| UserProject {
        name: project.name.clone(),
        display_name: project.display_name.clone(),
        is_project_admin: project.is_project_admin,
        is_default: project.is_default,
    });
    projects.collect()
}

/// A user in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserItem {
    id: String,
    username: String,
    email: String,
    /// Whether the address is known to be the user's: the identity provider says so, or an administrator made the local
    /// account with it.
    email_verified: bool,
    name: String,
    user_type: &'static str,
    is_active: bool,
    /// Also true for maintainers.
    is_admin: bool,
    is_maintainer: bool,
    is_auditor: bool,
    auth_source: String,
    last_login_at: Option<Stamp>,
    /// When the account was made.
    date: Stamp,
    projects: Vec<UserProject>,
    budget_assignments: Vec<UserBudget>,
}

/// A user.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserDetail {
    #[serde(flatten)]
    item: UserItem,
    /// Always null: pictures are not kept.
    picture: Option<String>,
    /// How many shared projects; null for admins, who have no limit, and where the configured one holds.
    project_limit: Option<i32>,
    /// Always empty: knowledge bases are not kept.
    knowledge_bases: Vec<String>,
    update_date: Stamp,
    /// The last change of an account that is closed.
    deleted_at: Option<Stamp>,
    /// For `If-Match` and `version`.
    version: i64,
}

/// A budget that is assigned to a user.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"category": "cli", "budget_id": "leads", "budget_name": "Leads", "max_budget": 250, "budget_duration": "30d", "budget_reset_at": null, "current_spending": null}))]
pub struct UserBudget {
    category: String,
    budget_id: String,
    budget_name: String,
    /// The hard limit.
    max_budget: Option<Amount>,
    budget_duration: Option<String>,
    /// When the current window ends.
    budget_reset_at: Option<Stamp>,
    /// What is spent in the current window.
    current_spending: Option<Amount>,
}

impl From<&AssignedBudget> for UserBudget {
    fn from(held: &AssignedBudget) -> Self {
        Self {
            category: held.category.key().to_owned(),
            budget_id: held.slug.clone(),
            budget_name: held.name.clone(),
            max_budget: Some(Amount(held.limits.hard())),
            budget_duration: Some(held.period.to_string()),
            budget_reset_at: held.usage.as_ref().map(|usage| Stamp(usage.resets_at)),
            current_spending: held.usage.as_ref().map(|usage| Amount(usage.spent)),
        }
    }
}

impl From<User> for UserItem {
    fn from(user: User) -> Self {
        Self {
            projects: projects_of(&user),
            budget_assignments: user.budgets.iter().map(UserBudget::from).collect(),
            id: user.id.to_string(),
            user_type: user.kind.key(),
            is_active: user.status != UserStatus::Deactivated,
            is_admin: user.role.is_admin(),
            is_maintainer: user.role.is_maintainer(),
            is_auditor: user.role.is_auditor(),
            auth_source: user.auth_source,
            last_login_at: user.last_sign_in_at.map(Stamp),
            date: Stamp(user.created_at),
            username: user.username,
            email: user.email,
            email_verified: user.email_verified,
            name: user.name,
        }
    }
}

impl From<User> for UserDetail {
    fn from(user: User) -> Self {
        Self {
            picture: None,
            project_limit: user.project_limit.filter(|_| !user.role.is_admin()),
            knowledge_bases: Vec::new(),
            update_date: Stamp(user.updated_at),
            deleted_at: (user.status == UserStatus::Deactivated).then_some(Stamp(user.updated_at)),
            version: user.version,
            item: user.into(),
        }
    }
}
