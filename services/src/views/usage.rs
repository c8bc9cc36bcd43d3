//! What is spent of assigned budgets, as the functions `assigned_budget` and `window_of_budget` of the database return it.
//!
//! The database tells the latest window of a holder. Whether it is the window of now, and which one follows it, is decided
//! here: the clock is that of the program, and the schedule is a rule of `domain`.

use crate::budgets::stored::{category, limits, period, schedule};
use crate::error::Error;
use domain::budget::schedule::Schedule;
use domain::budget::{AssignedBudget, CategoryUsage, Limits, Usage};
use domain::id::BudgetId;
use domain::money::Money;
use rust_decimal::Decimal;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

/// An assigned budget.
#[derive(Debug, Deserialize)]
pub(super) struct AssignedRow {
    id: Uuid,
    slug: String,
    name: String,
    category: String,
    soft_limit: Decimal,
    hard_limit: Decimal,
    reset_minutes: i32,
    calendar: bool,
    time_zone: String,
    is_own: bool,
    assigned_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    latest_window: Option<WindowRow>,
}

/// The latest window of a holder.
#[derive(Debug, Deserialize)]
pub(super) struct WindowRow {
    schedule: String,
    #[serde(with = "time::serde::rfc3339")]
    starts_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    ends_at: OffsetDateTime,
    spent: Decimal,
    reserved: Decimal,
}

impl AssignedRow {
    /// With what is spent of it, where the viewer may see that.
    pub(super) fn read(self, now: OffsetDateTime, shows_usage: bool) -> Result<AssignedBudget, Error> {
        let limits = limits(self.soft_limit, self.hard_limit)?;
        let schedule = schedule(self.reset_minutes, self.calendar, &self.time_zone)?;
        let usage = shows_usage.then(|| usage(limits, &schedule, self.since, self.latest_window, now)).transpose()?;
        Ok(AssignedBudget {
            id: BudgetId(self.id),
            slug: self.slug,
            name: self.name,
            category: category(&self.category)?,
            limits,
            period: period(self.reset_minutes)?,
            calendar: self.calendar,
            time_zone: self.time_zone,
            is_own: self.is_own,
            is_default: false,
            usage,
            assigned_by: self.assigned_by,
            since: self.since,
        })
    }
}

/// The own budgets of a user and the default ones, in the order of the categories.
pub(super) fn with_defaults(
    own: Vec<AssignedBudget>,
    defaults: Vec<AssignedRow>,
    now: OffsetDateTime,
) -> Result<Vec<AssignedBudget>, Error> {
    let defaults = defaults.into_iter().map(|row| Ok(AssignedBudget { is_default: true, ..row.read(now, true)? }));
    let mut budgets = own.into_iter().map(Ok).chain(defaults).collect::<Result<Vec<_>, Error>>()?;
    budgets.sort_by_key(|budget| budget.category);
    Ok(budgets)
}

/// What lists show of assigned budgets.
pub(super) fn of_categories(budgets: Vec<AssignedBudget>) -> Vec<CategoryUsage> {
    let usage = |budget: AssignedBudget| Some(CategoryUsage { category: budget.category, usage: budget.usage? });
    budgets.into_iter().filter_map(usage).collect()
}

/// What is spent of a budget in the window of now. A holder who has no such window yet has spent nothing in the one that
/// the schedule gives.
pub(super) fn usage(
    limits: Limits,
    schedule: &Schedule,
    since: OffsetDateTime,
    latest: Option<WindowRow>,
    now: OffsetDateTime,
) -> Result<Usage, Error> {
    let lasts = |window: &WindowRow| window.starts_at <= now && now < window.ends_at;
    if let Some(window) = latest.as_ref().filter(|window| lasts(window) && window.schedule == schedule.key()) {
        return Ok(Usage {
            limits,
            spent: Money::of_sum(window.spent),
            reserved: Money::of_sum(window.reserved),
            starts_at: window.starts_at,
            resets_at: window.ends_at,
        });
    }
    // A window of another schedule ends with the next reservation.
    let last_end = latest.filter(|window| window.starts_at <= now).map(|window| window.ends_at.min(now));
    let next = schedule.window(last_end, since, now);
    let next = next.ok_or_else(|| Error::Broken(format!("no window of {} at {now}", schedule.key())))?;
    let nothing = Money::default();
    Ok(Usage { limits, spent: nothing, reserved: nothing, starts_at: next.starts_at, resets_at: next.ends_at })
}
