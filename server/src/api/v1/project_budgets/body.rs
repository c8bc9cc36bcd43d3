//! How a project's budget looks on the wire.

use crate::api::wire::{Amount, Stamp, Total};
use domain::budget::{Allocation, OwnBudget};
use serde::Serialize;
use utoipa::ToSchema;

/// A budget that belongs to one project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"budget_id": "atlas-cli-1f0e2d3c", "project_name": "atlas", "budget_category": "cli", "budget_type": "project", "name": "atlas/cli", "description": null, "soft_budget": 80, "max_budget": 100, "budget_duration": "30d", "allocation_mode": "equal", "budget_reset_at": null, "member_count": 1, "allocated_member_budget_total": 100, "provider": null, "provider_sync_status": "noop", "provider_last_synced_at": null, "created_by": null, "created_at": "2026-03-02T09:00:00.000000+00:00", "updated_at": "2026-03-02T09:00:00.000000+00:00", "member_allocations": [{"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "allocation_mode": "equal", "allocated_soft_budget": 80, "allocated_max_budget": 100, "sync_status": "noop", "budget_id": "atlas-cli-1f0e2d3c"}], "version": 1}))]
pub struct OwnProjectBudget {
    budget_id: String,
    project_name: String,
    /// `platform`, `cli` or `premium_models`.
    budget_category: &'static str,
    /// Always `project`.
    budget_type: &'static str,
    name: String,
    description: Option<String>,
    /// The soft limit in US dollars.
    soft_budget: Amount,
    /// The hard limit in US dollars.
    max_budget: Amount,
    /// A number of days, hours or minutes: `30d`, `24h`, `60m`.
    budget_duration: String,
    /// Always `equal`: members without a fixed share have equal ones.
    allocation_mode: &'static str,
    /// When the current window ends; null before anything was spent in it.
    budget_reset_at: Option<Stamp>,
    member_count: usize,
    /// The sum of the members' hard limits.
    allocated_member_budget_total: Total,
    /// Always null: Bursar enforces the limits itself.
    provider: Option<String>,
    /// Always `noop`.
    provider_sync_status: &'static str,
    /// Always null.
    provider_last_synced_at: Option<Stamp>,
    /// A user's id.
    created_by: Option<String>,
    created_at: Stamp,
    updated_at: Stamp,
    /// In the order of the user ids.
    member_allocations: Vec<MemberAllocation>,
    /// For `If-Match` and `version`.
    version: i64,
}

/// A member's share of a project's budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "allocation_mode": "equal", "allocated_soft_budget": 80, "allocated_max_budget": 100, "sync_status": "noop", "budget_id": "atlas-cli-1f0e2d3c"}))]
pub struct MemberAllocation {
    user_id: String,
    /// `equal`, or `fixed` where it was set for this member.
    allocation_mode: &'static str,
    /// The whole budget where the project does not enforce the limits of members.
    allocated_soft_budget: Amount,
    /// As `allocated_soft_budget`.
    allocated_max_budget: Amount,
    /// Always `noop`.
    sync_status: &'static str,
    budget_id: String,
}

impl MemberAllocation {
    fn new(allocation: &Allocation, slug: &str) -> Self {
        Self {
            user_id: allocation.user.to_string(),
            allocation_mode: allocation.mode.key(),
            allocated_soft_budget: Amount(allocation.share.soft()),
            allocated_max_budget: Amount(allocation.share.hard()),
            sync_status: "noop",
            budget_id: slug.to_owned(),
        }
    }

    /// The shares of all members.
    pub fn of(budget: &OwnBudget) -> Vec<Self> {
        budget.allocations.iter().map(|allocation| Self::new(allocation, &budget.slug)).collect()
    }
}

impl From<OwnBudget> for OwnProjectBudget {
    fn from(budget: OwnBudget) -> Self {
        Self {
            member_count: budget.allocations.len(),
            allocated_member_budget_total: Total(budget.allocated()),
            member_allocations: MemberAllocation::of(&budget),
            budget_id: budget.slug,
            project_name: budget.project.to_string(),
            budget_category: budget.category.key(),
            budget_type: "project",
            name: budget.name,
            description: budget.description,
            soft_budget: Amount(budget.limits.soft()),
            max_budget: Amount(budget.limits.hard()),
            budget_duration: budget.period.to_string(),
            allocation_mode: "equal",
            budget_reset_at: budget.resets_at.map(Stamp),
            provider: None,
            provider_sync_status: "noop",
            provider_last_synced_at: None,
            created_by: budget.created_by.map(|id| id.to_string()),
            created_at: Stamp(budget.created_at),
            updated_at: Stamp(budget.updated_at),
            version: budget.version,
        }
    }
}
