//! How a budget looks on the wire.

use crate::api::wire::{Amount, Stamp};
use domain::budget::BudgetRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"budget_id": "leads", "name": "Leads", "description": null, "soft_budget": 200, "max_budget": 250, "budget_duration": "30d", "calendar": false, "time_zone": "UTC", "budget_category": "platform", "budget_reset_at": null, "created_by": null, "created_at": "2026-03-02T09:00:00.000000+00:00", "updated_at": "2026-03-02T09:00:00.000000+00:00", "is_preconfigured": false, "version": 1}))]
pub struct Budget {
    budget_id: String,
    name: String,
    description: Option<String>,
    /// The soft limit in US dollars.
    soft_budget: Amount,
    /// The hard limit in US dollars.
    max_budget: Amount,
    /// A number of days, hours or minutes: `30d`, `24h`, `60m`.
    budget_duration: String,
    /// Whether windows begin with the day, the week (Monday) or the month instead of the assignment.
    calendar: bool,
    /// The time zone of that, by its name in the tz database.
    time_zone: String,
    /// `platform`, `cli` or `premium_models`.
    budget_category: &'static str,
    /// Always null: each holder has windows of its own.
    budget_reset_at: Option<Stamp>,
    /// A user's id.
    created_by: Option<String>,
    created_at: Stamp,
    updated_at: Stamp,
    /// Whether operators declare it in a file: it is changed there alone.
    is_preconfigured: bool,
    /// For `If-Match` and `version`.
    version: i64,
}

impl From<BudgetRow> for Budget {
    fn from(budget: BudgetRow) -> Self {
        Self {
            budget_id: budget.slug,
            name: budget.name,
            description: budget.description,
            soft_budget: Amount(budget.limits.soft()),
            max_budget: Amount(budget.limits.hard()),
            budget_duration: budget.period.to_string(),
            calendar: budget.calendar,
            time_zone: budget.time_zone,
            budget_category: budget.category.key(),
            budget_reset_at: None,
            created_by: budget.created_by.map(|id| id.to_string()),
            created_at: Stamp(budget.created_at),
            updated_at: Stamp(budget.updated_at),
            is_preconfigured: budget.is_predefined,
            version: budget.version,
        }
    }
}
