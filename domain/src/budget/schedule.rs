//! When the windows of a budget begin and end.
//!
//! Windows of one subject neither overlap nor leave gaps while the schedule stays the same. Rolling windows follow each
//! other from an anchor. Calendar windows begin with the day, the week or the month in a time zone: also where clocks are
//! set forward over midnight, and where a zone skips a whole day.

use crate::reset_period::ResetPeriod;
use crate::spend::SpendWindow;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use time::{Duration, OffsetDateTime};

/// The calendar unit of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
}

/// When the windows of a budget begin and end.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    period: ResetPeriod,
    calendar: Option<(Unit, TimeZone)>,
}

impl Schedule {
    /// Windows that follow each other.
    pub const fn rolling(period: ResetPeriod) -> Self {
        Self { period, calendar: None }
    }

    /// Windows that begin with the day, the week (Monday) or the month; `None` for other periods than `1d`, `7d` and
    /// `30d`, and for a time zone that is not known.
    pub fn calendar(period: ResetPeriod, time_zone: &str) -> Option<Self> {
        let unit = match ResetPeriod::OFFERED.iter().position(|offered| *offered == period)? {
            0 => Unit::Day,
            1 => Unit::Week,
            _ => Unit::Month,
        };
        let zone = TimeZone::get(time_zone).ok()?;
        Some(Self { period, calendar: Some((unit, zone)) })
    }

    /// As a budget is stored; `None` where [`Schedule::calendar`] is.
    pub fn of_budget(period: ResetPeriod, is_calendar: bool, time_zone: &str) -> Option<Self> {
        if is_calendar { Self::calendar(period, time_zone) } else { Some(Self::rolling(period)) }
    }

    /// As a window keeps it: `30d`, or `30d Europe/Warsaw` with a calendar.
    pub fn key(&self) -> String {
        match self.calendar.as_ref().and_then(|(_, zone)| zone.iana_name()) {
            Some(zone) => format!("{} {zone}", self.period),
            None => self.period.to_string(),
        }
    }

    /// The window that contains `at`. `last_end` is when the last window ended that ended at or before `at`, and `since`
    /// when the budget was assigned, from which rolling windows follow each other where there was no window.
    ///
    /// `None` for a time thousands of years away.
    pub fn window(
        &self,
        last_end: Option<OffsetDateTime>,
        since: OffsetDateTime,
        at: OffsetDateTime,
    ) -> Option<SpendWindow> {
        let window = match &self.calendar {
            None => rolling_window(self.period, last_end.unwrap_or(since), at)?,
            Some((unit, zone)) => calendar_window(*unit, zone, at)?,
        };
        // A window that was ended early is followed at once.
        let starts_at = last_end.filter(|end| *end <= at).map_or(window.starts_at, |end| end.max(window.starts_at));
        Some(SpendWindow { starts_at, ..window })
    }
}

fn rolling_window(period: ResetPeriod, anchor: OffsetDateTime, at: OffsetDateTime) -> Option<SpendWindow> {
    let length = Duration::minutes(i64::from(period.minutes()));
    let passed = (at - anchor).whole_nanoseconds().div_euclid(length.whole_nanoseconds());
    let starts_at = anchor.checked_add(length.checked_mul(i32::try_from(passed).ok()?)?)?;
    Some(SpendWindow { starts_at, ends_at: starts_at.checked_add(length)? })
}

/// The beginnings of units near `at` in order; the window lies between the last one that has passed and the next one.
/// Where a zone skips a day, two days begin at the same moment, and the window between them does not exist.
fn calendar_window(unit: Unit, zone: &TimeZone, at: OffsetDateTime) -> Option<SpendWindow> {
    let date = timestamp(at)?.to_zoned_datetime(zone.clone()).date();
    let mut beginning = first_date(unit, date)?;
    for _ in 0..2 {
        beginning = first_date(unit, beginning.yesterday().ok()?)?;
    }
    let mut starts_at = begin_of(beginning, zone)?;
    loop {
        beginning = next_date(unit, beginning)?;
        let ends_at = begin_of(beginning, zone)?;
        if ends_at > at {
            return Some(SpendWindow { starts_at, ends_at });
        }
        starts_at = ends_at;
    }
}

/// The date with which the unit of a date begins.
fn first_date(unit: Unit, date: Date) -> Option<Date> {
    match unit {
        Unit::Day => Some(date),
        Unit::Week => {
            let days = i64::from(date.weekday().since(Weekday::Monday));
            date.checked_sub(Span::new().try_days(days).ok()?).ok()
        }
        Unit::Month => Some(date.first_of_month()),
    }
}

fn next_date(unit: Unit, date: Date) -> Option<Date> {
    match unit {
        Unit::Day => date.tomorrow().ok(),
        Unit::Week => date.checked_add(Span::new().try_weeks(1).ok()?).ok(),
        Unit::Month => date.checked_add(Span::new().try_months(1).ok()?).ok(),
    }
}

/// Midnight; where clocks are set forward over it, the time that it would have been.
fn begin_of(date: Date, zone: &TimeZone) -> Option<OffsetDateTime> {
    let begin = zone.to_zoned_datetime(date.at(0, 0, 0, 0)).ok()?.timestamp();
    OffsetDateTime::from_unix_timestamp_nanos(begin.as_nanosecond()).ok()
}

fn timestamp(at: OffsetDateTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at.unix_timestamp_nanos()).ok()
}
