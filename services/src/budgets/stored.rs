//! Columns of `budgets` as domain types. The constraints of the table leave nothing else.

use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use domain::actor::Target;
use domain::budget::{AssignedBudget, BudgetChoice, Category, Limits};
use domain::id::BudgetId;
use domain::money::Money;
use domain::permission::Permission;
use domain::reset_period::ResetPeriod;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// One assigned budget, as the function `assigned_budget` of the database tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct AssignedRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) soft_limit: Decimal,
    pub(crate) hard_limit: Decimal,
    pub(crate) reset_minutes: i32,
    pub(crate) assigned_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) since: OffsetDateTime,
}

impl TryFrom<AssignedRow> for AssignedBudget {
    type Error = Error;

    fn try_from(row: AssignedRow) -> Result<Self, Error> {
        Ok(Self {
            id: BudgetId(row.id),
            name: row.name,
            category: category(&row.category)?,
            limits: limits(row.soft_limit, row.hard_limit)?,
            period: period(row.reset_minutes)?,
            assigned_by: row.assigned_by,
            since: row.since,
        })
    }
}

/// A budget of the view `budget_choices`.
#[derive(Debug, Deserialize)]
pub(crate) struct ChoiceRow {
    id: BudgetId,
    name: String,
    category: String,
    soft_limit: Decimal,
    hard_limit: Decimal,
}

impl TryFrom<ChoiceRow> for BudgetChoice {
    type Error = Error;

    fn try_from(row: ChoiceRow) -> Result<Self, Error> {
        let limits = limits(row.soft_limit, row.hard_limit)?;
        Ok(Self { id: row.id, name: row.name, category: category(&row.category)?, limits })
    }
}

/// Whether somebody chooses budgets to assign.
pub(crate) fn chooses(services: &Services, caller: &Caller) -> bool {
    services.settings.budgets && caller.actor.may(Permission::ManageBudgets, Target::Platform)
}

/// What the view `budget_choices` said, if it was asked.
pub(crate) fn choices(asked: Option<Json<Vec<ChoiceRow>>>) -> Result<Vec<BudgetChoice>, Error> {
    asked.map(|rows| rows.0).unwrap_or_default().into_iter().map(BudgetChoice::try_from).collect()
}

pub(crate) fn category(raw: &str) -> Result<Category, Error> {
    Category::parse(raw).map_err(|_| Error::Broken(format!("unknown budget category {raw}")))
}

pub(crate) fn limits(soft: Decimal, hard: Decimal) -> Result<Limits, Error> {
    let broken = || Error::Broken(format!("impossible limits {soft} and {hard}"));
    let (soft, hard) = Money::from_decimal(soft).zip(Money::from_decimal(hard)).ok_or_else(broken)?;
    Limits::new(soft, hard).map_err(|_| broken())
}

pub(crate) fn period(minutes: i32) -> Result<ResetPeriod, Error> {
    u32::try_from(minutes)
        .ok()
        .and_then(ResetPeriod::from_minutes)
        .ok_or_else(|| Error::Broken(format!("impossible reset period of {minutes} minutes")))
}

/// As stored.
pub(super) fn minutes(period: ResetPeriod) -> i32 {
    i32::try_from(period.minutes()).unwrap_or(i32::MAX)
}
