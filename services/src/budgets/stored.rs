//! Columns of `budgets` as domain types. The constraints of the table leave nothing else.

use crate::error::Error;
use domain::budget::{AssignedBudget, Category, Limits};
use domain::id::BudgetId;
use domain::money::Money;
use domain::reset_period::ResetPeriod;
use rust_decimal::Decimal;
use time::OffsetDateTime;
use uuid::Uuid;

/// One assigned budget, as the statements of several pages select it.
pub(crate) struct AssignedRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) soft_limit: Decimal,
    pub(crate) hard_limit: Decimal,
    pub(crate) reset_minutes: i32,
    pub(crate) assigned_by: Option<String>,
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

pub(super) fn category(raw: &str) -> Result<Category, Error> {
    Category::parse(raw).map_err(|_| Error::Broken(format!("unknown budget category {raw}")))
}

pub(super) fn limits(soft: Decimal, hard: Decimal) -> Result<Limits, Error> {
    let broken = || Error::Broken(format!("impossible limits {soft} and {hard}"));
    let (soft, hard) = Money::from_decimal(soft).zip(Money::from_decimal(hard)).ok_or_else(broken)?;
    Limits::new(soft, hard).map_err(|_| broken())
}

pub(super) fn period(minutes: i32) -> Result<ResetPeriod, Error> {
    u32::try_from(minutes)
        .ok()
        .and_then(ResetPeriod::from_minutes)
        .ok_or_else(|| Error::Broken(format!("impossible reset period of {minutes} minutes")))
}

/// As stored.
pub(super) fn minutes(period: ResetPeriod) -> i32 {
    i32::try_from(period.minutes()).unwrap_or(i32::MAX)
}
