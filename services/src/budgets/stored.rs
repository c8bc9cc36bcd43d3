//! Columns of `budgets` as domain types. The constraints of the table leave nothing else.

use crate::error::Error;
use domain::budget::schedule::Schedule;
use domain::budget::{BudgetRow, Category, Limits};
use domain::money::Money;
use domain::reset_period::ResetPeriod;
use rust_decimal::Decimal;

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

pub(crate) fn schedule(minutes: i32, is_calendar: bool, time_zone: &str) -> Result<Schedule, Error> {
    Schedule::of_budget(period(minutes)?, is_calendar, time_zone)
        .ok_or_else(|| Error::Broken(format!("impossible schedule of {minutes} minutes in {time_zone}")))
}

/// The schedule of a budget that was read.
pub(crate) fn schedule_of(budget: &BudgetRow) -> Result<Schedule, Error> {
    Schedule::of_budget(budget.period, budget.calendar, &budget.time_zone)
        .ok_or_else(|| Error::Broken(format!("impossible schedule of the budget {}", budget.id)))
}

/// As stored.
pub(crate) fn minutes(period: ResetPeriod) -> i32 {
    i32::try_from(period.minutes()).unwrap_or(i32::MAX)
}
