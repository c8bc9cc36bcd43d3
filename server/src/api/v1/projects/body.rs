//! How a project looks on the wire.

use crate::api::wire::{Amount, Stamp, Total};
use domain::budget::AssignedBudget;
use rust_decimal::Decimal;
use serde::Serialize;
use services::guard::Caller;
use services::views::projects::{self, ProjectMember as Member};
use utoipa::ToSchema;

/// What every answer about a project holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Facts {
    /// Technical name; the project's id on the wire.
    name: String,
    display_name: Option<String>,
    description: Option<String>,
    /// `personal` or `shared`.
    project_type: &'static str,
    created_at: Stamp,
    /// Always null: there are no cost centers yet.
    cost_center_id: Option<String>,
    /// Always null: there are no cost centers yet.
    cost_center_name: Option<String>,
    /// Always `project`: there are no cost centers yet.
    chargeback_attribution: &'static str,
    /// Whether analytics of command-line clients are collected. Missing for members who do not manage the project and for
    /// auditors.
    #[serde(skip_serializing_if = "Option::is_none")]
    cli_analytics_enabled: Option<bool>,
    /// For `If-Match` and `version`.
    version: i64,
}

/// A project that was made or changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Project {
    #[serde(flatten)]
    facts: Facts,
    /// A user's id: the owner's, or the caller's where it has no owner.
    created_by: String,
    /// Whether each member may spend a share of the project's budgets only.
    enforce_member_spend_limits: bool,
}

/// A project in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectItem {
    #[serde(flatten)]
    facts: Facts,
    created_by: Option<String>,
    /// Exact up to 10,000; 10,001 stands for more.
    user_count: i64,
    /// Among the members counted.
    admin_count: i64,
    /// Always false.
    chargeback_enabled: bool,
    /// Null unless requested; always zero: Bursar does not keep what is created in projects.
    counters: Option<Counters>,
    /// Always null: spend is not known yet.
    spending: Option<f64>,
    /// Null unless requested.
    budgets: Option<Vec<ProjectBudget>>,
}

/// A project by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectDetail {
    #[serde(flatten)]
    facts: Facts,
    created_by: Option<String>,
    /// Exact up to 10,000; 10,001 stands for more.
    user_count: i64,
    /// Among the members counted.
    admin_count: i64,
    /// Whether each member may spend a share of the project's budgets only.
    enforce_member_spend_limits: bool,
    /// Always null: spend is not known yet.
    spending: Option<f64>,
    /// The owner first, then the earliest; at most 10,000.
    members: Vec<ProjectMember>,
}

/// A member of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "is_project_admin": true, "date": "2026-03-02T09:00:00.000000+00:00"}))]
pub struct ProjectMember {
    user_id: String,
    is_project_admin: bool,
    /// Since when.
    date: Stamp,
}

/// How many things of each kind are in a project.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Counters {
    assistants_count: u32,
    workflows_count: u32,
    integrations_count: u32,
    datasources_count: u32,
    skills_count: u32,
}

/// A budget of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectBudget {
    budget_id: String,
    name: String,
    budget_category: String,
    soft_budget: Option<Amount>,
    max_budget: Option<Amount>,
    budget_duration: Option<String>,
    /// As `user_count`.
    member_count: i64,
    /// What the hard limits of the members sum to: `max_budget` where the project enforces member limits, otherwise
    /// `max_budget` for each member.
    allocated_member_budget_total: Total,
    /// When the current window ends; null for callers who may not see the spend.
    budget_reset_at: Option<Stamp>,
    /// What is spent in the current window; null for callers who may not see it.
    current_spending: Option<Amount>,
}

/// What a list is asked to tell besides.
#[derive(Clone, Copy, Debug)]
pub struct Included {
    pub counters: bool,
    pub budgets: bool,
}

impl Facts {
    fn new(project: &projects::Project, caller: &Caller) -> Self {
        let manages = caller.actor.role.is_admin() || project.own_role.is_some_and(|role| role.is_admin());
        Self {
            name: project.name.to_string(),
            display_name: project.draft.display_name.clone(),
            description: Some(project.draft.description.clone()).filter(|text| !text.is_empty()),
            project_type: project.kind.key(),
            created_at: Stamp(project.created_at),
            cost_center_id: None,
            cost_center_name: None,
            chargeback_attribution: "project",
            cli_analytics_enabled: manages.then_some(project.draft.cli_analytics_enabled),
            version: project.version,
        }
    }
}

impl Project {
    /// As the caller sees it.
    pub fn new(project: &projects::Project, caller: &Caller) -> Self {
        let owner = project.created_by.unwrap_or(caller.actor.user_id);
        Self {
            facts: Facts::new(project, caller),
            created_by: owner.to_string(),
            enforce_member_spend_limits: project.draft.member_limits_enforced,
        }
    }
}

impl ProjectItem {
    /// As the caller sees it.
    pub fn new(project: &projects::Project, caller: &Caller, included: Included) -> Self {
        let budgets = || project.budgets.iter().map(|budget| ProjectBudget::new(budget, project)).collect();
        Self {
            facts: Facts::new(project, caller),
            created_by: project.created_by.map(|id| id.to_string()),
            user_count: project.member_count,
            admin_count: project.admin_count,
            chargeback_enabled: false,
            counters: included.counters.then(Counters::default),
            spending: None,
            budgets: included.budgets.then(budgets),
        }
    }
}

impl ProjectDetail {
    /// As the caller sees it.
    pub fn new(project: &projects::Project, members: &[Member], caller: &Caller) -> Self {
        let member = |member: &Member| ProjectMember {
            user_id: member.user_id.to_string(),
            is_project_admin: member.is_project_admin,
            date: Stamp(member.since),
        };
        Self {
            facts: Facts::new(project, caller),
            created_by: project.created_by.map(|id| id.to_string()),
            user_count: project.member_count,
            admin_count: project.admin_count,
            enforce_member_spend_limits: project.draft.member_limits_enforced,
            spending: None,
            members: members.iter().map(member).collect(),
        }
    }
}

impl ProjectBudget {
    fn new(held: &AssignedBudget, project: &projects::Project) -> Self {
        let member_count = project.member_count;
        let shares = if project.draft.member_limits_enforced { member_count.min(1) } else { member_count };
        Self {
            budget_id: held.slug.clone(),
            name: held.name.clone(),
            budget_category: held.category.key().to_owned(),
            soft_budget: Some(Amount(held.limits.soft())),
            max_budget: Some(Amount(held.limits.hard())),
            budget_duration: Some(held.period.to_string()),
            member_count,
            allocated_member_budget_total: Total(held.limits.hard().as_decimal() * Decimal::from(shares)),
            budget_reset_at: held.usage.as_ref().map(|usage| Stamp(usage.resets_at)),
            current_spending: held.usage.as_ref().map(|usage| Amount(usage.spent)),
        }
    }
}
