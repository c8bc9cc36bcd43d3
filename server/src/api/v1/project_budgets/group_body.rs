//! How a budget group looks on the wire, and what is sent to create and change one.

use crate::api::error::ApiError;
use crate::api::schema::{
    CategoryParts, DescriptionText, GroupNameText, PositiveAmount, ProjectNameText, ProjectResetPeriodText,
    VersionNumber, version,
};
use crate::api::wire::{Amount, Number, Stamp, Total, given, names_once};
use domain::budget::group::{CategoryPart, Percentage};
use domain::budget::{self, Category, OwnBudget};
use domain::form::FieldErrors;
use domain::violation::Violation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A budget group: one total for a project, spread over categories.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"group_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "project_name": "atlas", "name": "Atlas 2026", "budget_duration": "30d", "total_amount": 100, "description": null, "created_by": null, "created_at": "2026-03-02T09:00:00.000000+00:00", "updated_at": "2026-03-02T09:00:00.000000+00:00", "deleted_at": null, "categories": [{"budget_id": "atlas-platform-1f0e2d3c", "category": "platform", "max_budget": 100, "soft_budget": 80, "budget_duration": "30d", "member_count": 1, "allocated_member_budget_total": 100, "provider_sync_status": "noop", "budget_reset_at": null, "created_at": "2026-03-02T09:00:00.000000+00:00"}], "version": 1}))]
pub struct BudgetGroup {
    group_id: String,
    project_name: String,
    name: String,
    budget_duration: String,
    /// The sum of the categories' hard limits; of a deleted group the last one.
    total_amount: Amount,
    description: Option<String>,
    /// A user's id.
    created_by: Option<String>,
    created_at: Stamp,
    updated_at: Stamp,
    deleted_at: Option<Stamp>,
    /// Those with a part of the total; empty in a deleted group.
    categories: Vec<GroupCategory>,
    /// For `If-Match` and `version`.
    version: i64,
}

/// A category of a budget group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupCategory {
    budget_id: String,
    /// `platform`, `cli` or `premium_models`.
    category: &'static str,
    max_budget: Amount,
    soft_budget: Amount,
    budget_duration: String,
    member_count: usize,
    /// The sum of the members' hard limits.
    allocated_member_budget_total: Total,
    /// Always `noop`.
    provider_sync_status: &'static str,
    /// When the current window ends; null before anything was spent in it.
    budget_reset_at: Option<Stamp>,
    created_at: Stamp,
}

impl From<OwnBudget> for GroupCategory {
    fn from(budget: OwnBudget) -> Self {
        Self {
            category: budget.category.key(),
            max_budget: Amount(budget.limits.hard()),
            soft_budget: Amount(budget.limits.soft()),
            budget_duration: budget.period.to_string(),
            member_count: budget.allocations.len(),
            allocated_member_budget_total: Total(budget.allocated()),
            provider_sync_status: "noop",
            budget_reset_at: budget.resets_at.map(Stamp),
            created_at: Stamp(budget.created_at),
            budget_id: budget.slug,
        }
    }
}

impl From<budget::BudgetGroup> for BudgetGroup {
    fn from(group: budget::BudgetGroup) -> Self {
        Self {
            group_id: group.id.to_string(),
            project_name: group.project.to_string(),
            name: group.name,
            budget_duration: group.period.to_string(),
            total_amount: Amount(group.total),
            description: group.description,
            created_by: group.created_by.map(|id| id.to_string()),
            created_at: Stamp(group.created_at),
            updated_at: Stamp(group.updated_at),
            deleted_at: group.deleted_at.map(Stamp),
            categories: group.budgets.into_iter().map(GroupCategory::from).collect(),
            version: group.version,
        }
    }
}

/// The groups of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BudgetGroups {
    /// The newest first.
    pub items: Vec<BudgetGroup>,
    #[schema(minimum = 0)]
    pub total: usize,
}

/// A new budget group.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"project_name": "atlas", "name": "Atlas 2026", "total_amount": 7500, "budget_duration": "30d", "categories": {"platform": {"pct": 60}, "cli": {"pct": 34}, "premium_models": {"pct": 6, "soft_budget": 300}}}))]
pub struct NewBudgetGroup {
    #[schema(value_type = ProjectNameText)]
    pub project_name: String,
    #[schema(value_type = GroupNameText)]
    pub name: String,
    /// In US dollars.
    #[schema(value_type = PositiveAmount)]
    pub total_amount: Amount,
    #[schema(value_type = ProjectResetPeriodText)]
    pub budget_duration: String,
    #[schema(value_type = Option<DescriptionText>)]
    pub description: Option<String>,
    #[serde(deserialize_with = "names_once")]
    #[schema(value_type = CategoryParts)]
    pub categories: BTreeMap<String, Part>,
}

/// The fields to change, at least one. What is left out or null stays as it is, but for `description`. A new total without
/// categories keeps their proportions.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"total_amount": 8000}))]
pub struct BudgetGroupChanges {
    #[schema(value_type = Option<GroupNameText>)]
    pub name: Option<String>,
    /// In US dollars.
    #[schema(value_type = Option<PositiveAmount>)]
    pub total_amount: Option<Amount>,
    #[schema(value_type = Option<ProjectResetPeriodText>)]
    pub budget_duration: Option<String>,
    /// Null clears it too.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DescriptionText>)]
    pub description: Option<Option<String>>,
    /// Categories that are left out keep their percentage.
    #[serde(default)]
    #[schema(value_type = Option<CategoryParts>)]
    pub categories: Option<Parts>,
    /// Accepted and ignored: Bursar sends no notifications about soft limits.
    #[serde(rename = "soft_limit_notification_enabled")]
    _soft_limit_notification_enabled: Option<bool>,
    #[serde(default, deserialize_with = "version")]
    #[schema(value_type = Option<VersionNumber>)]
    pub version: Option<i64>,
}

impl BudgetGroupChanges {
    /// Whether it names a field that is closed to project admins.
    pub const fn names_restricted_fields(&self) -> bool {
        self.name.is_some()
            || self.total_amount.is_some()
            || self.budget_duration.is_some()
            || self.description.is_some()
    }
}

/// Parts by category, each named once.
#[derive(Clone, Debug, Deserialize)]
pub struct Parts(#[serde(deserialize_with = "names_once")] pub BTreeMap<String, Part>);

/// What a category has of the total.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pct: Number,
    soft_budget: Option<Amount>,
}

/// Reads the parts of the categories.
///
/// # Errors
/// 400 at the category that is not known, and at a percentage below 0 or above 100.
pub fn parts(sent: &BTreeMap<String, Part>) -> Result<BTreeMap<Category, CategoryPart>, ApiError> {
    let mut errors = FieldErrors::default();
    let mut parts = BTreeMap::new();
    for (name, part) in sent {
        let category = errors.take(&format!("categories.{name}"), Category::parse(name));
        let percentage = Percentage::from_decimal(part.pct.0).ok_or(Violation::InvalidPercentage);
        let percentage = errors.take(&format!("categories.{name}.pct"), percentage);
        if let Some((category, percentage)) = category.zip(percentage) {
            parts.insert(category, CategoryPart { percentage, soft: part.soft_budget.map(|amount| amount.0) });
        }
    }
    if errors.is_empty() { Ok(parts) } else { Err(errors.into()) }
}
