//! Columns of `budgets` as domain types. The constraints of the table leave nothing else.

use crate::error::Error;
use domain::budget::{AssignedBudget, Category, Limits};
use domain::id::BudgetId;
use domain::money::Money;
use domain::reset_period::ResetPeriod;
use rust_decimal::Decimal;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

/// An assigned budget, as the function `assigned_budget` of the database returns it.
#[derive(Debug, Deserialize)]
pub(crate) struct AssignedRow {
    id: Uuid,
    slug: String,
    name: String,
    category: String,
    soft_limit: Decimal,
    hard_limit: Decimal,
    reset_minutes: i32,
    assigned_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

impl TryFrom<AssignedRow> for AssignedBudget {
    type Error = Error;

    fn try_from(row: AssignedRow) -> Result<Self, Error> {
        Ok(Self {
            id: BudgetId(row.id),
            slug: row.slug,
            name: row.name,
            category: category(&row.category)?,
            limits: limits(row.soft_limit, row.hard_limit)?,
            period: period(row.reset_minutes)?,
            assigned_by: row.assigned_by,
            since: row.since,
        })
    }
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
