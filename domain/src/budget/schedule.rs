//! When the windows of a budget begin and end.
//!
//! Windows of one subject neither overlap nor leave gaps while the schedule stays the same. Rolling windows follow each
//! other from an anchor. Calendar windows begin with the day, the week or the month in a time zone: also where clocks are
//! set forward over midnight, and where a zone skips a whole day.

use crate::reset_period::ResetPeriod;
use crate::usage::SpendWindow;
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const DAY: Duration = Duration::days(1);

    fn period(days: u32) -> ResetPeriod {
        ResetPeriod::from_minutes(days * 24 * 60).expect("a period")
    }

    fn calendar(days: u32, zone: &str) -> Schedule {
        Schedule::calendar(period(days), zone).unwrap_or_else(|| panic!("{days} days in {zone}"))
    }

    /// The window at a time where there was none before.
    fn at(schedule: &Schedule, at: OffsetDateTime) -> (OffsetDateTime, OffsetDateTime) {
        let window = schedule.window(None, OffsetDateTime::UNIX_EPOCH, at).expect("a window");
        (window.starts_at, window.ends_at)
    }

    /// Follows windows from a time on, and checks that each contains the moments at its edges.
    fn follow(schedule: &Schedule, from: OffsetDateTime, count: usize) {
        let mut window = schedule.window(None, from, from).expect("a window");
        for _ in 0..count {
            assert!(window.starts_at < window.ends_at, "{}: {window:?}", schedule.key());
            let tick = Duration::microseconds(1);
            for moment in [window.starts_at, window.starts_at + tick, window.ends_at - tick] {
                let same = schedule.window(None, from, moment).expect("a window");
                assert_eq!(same, window, "{} at {moment}", schedule.key());
            }
            let next = schedule.window(None, from, window.ends_at).expect("a window");
            assert_eq!(next.starts_at, window.ends_at, "{}", schedule.key());
            let after_its_row = schedule.window(Some(window.ends_at), from, window.ends_at).expect("a window");
            assert_eq!(after_its_row, next, "{}", schedule.key());
            window = next;
        }
    }

    #[test]
    fn months_begin_on_their_first_day_also_after_the_31st_and_in_leap_years() {
        let months = calendar(30, "UTC");
        for (moment, start, end) in [
            (datetime!(2024-01-31 23:59:59 UTC), datetime!(2024-01-01 0:00 UTC), datetime!(2024-02-01 0:00 UTC)),
            (datetime!(2024-02-29 12:00 UTC), datetime!(2024-02-01 0:00 UTC), datetime!(2024-03-01 0:00 UTC)),
            (datetime!(2025-02-28 12:00 UTC), datetime!(2025-02-01 0:00 UTC), datetime!(2025-03-01 0:00 UTC)),
            (datetime!(2025-12-31 0:00 UTC), datetime!(2025-12-01 0:00 UTC), datetime!(2026-01-01 0:00 UTC)),
        ] {
            assert_eq!(at(&months, moment), (start, end));
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        let weeks = calendar(7, "Europe/Warsaw");
        let (start, end) = (datetime!(2026-03-23 0:00 +1), datetime!(2026-03-30 0:00 +2));
        assert_eq!(at(&weeks, datetime!(2026-03-29 12:00 +2)), (start, end), "the week in which clocks go forward");
    }

    #[test]
    fn day_that_a_zone_skips_has_no_window() {
        let days = calendar(1, "Pacific/Apia");
        let skipped = datetime!(2011-12-31 0:00 +14);
        assert_eq!(at(&days, skipped - Duration::seconds(1)), (skipped - DAY, skipped));
        assert_eq!(at(&days, skipped), (skipped, skipped + DAY));
        let days = calendar(1, "Pacific/Kwajalein");
        let skipped = datetime!(1993-08-22 0:00 +12);
        assert_eq!(at(&days, skipped - Duration::seconds(1)).1, skipped);
        assert_eq!(at(&days, skipped), (skipped, skipped + DAY));
    }

    #[test]
    fn day_without_midnight_begins_when_the_clocks_go_forward() {
        let days = calendar(1, "America/Sao_Paulo");
        let forward = datetime!(2018-11-04 1:00 -2);
        assert_eq!(at(&days, forward), (forward, datetime!(2018-11-05 0:00 -2)));
        assert_eq!(at(&days, forward - Duration::seconds(1)).1, forward);
    }

    #[test]
    fn window_that_was_ended_early_is_followed_at_once() {
        let ended = datetime!(2026-03-10 15:30 UTC);
        let since = datetime!(2026-01-05 9:00 UTC);
        let window = |schedule: &Schedule, at| schedule.window(Some(ended), since, at).expect("a window");
        let next = window(&calendar(30, "UTC"), ended);
        assert_eq!((next.starts_at, next.ends_at), (ended, datetime!(2026-04-01 0:00 UTC)));
        let next = window(&Schedule::rolling(period(30)), ended + 40 * DAY);
        assert_eq!((next.starts_at, next.ends_at), (ended + 30 * DAY, ended + 60 * DAY));
    }

    #[test]
    fn calendar_has_three_periods_and_known_zones() {
        assert_eq!(Schedule::calendar(period(2), "UTC"), None);
        assert_eq!(Schedule::calendar(period(1), "Europe/Krakow"), None);
        assert_eq!(calendar(30, "Europe/Warsaw").key(), "30d Europe/Warsaw");
        assert_eq!(Schedule::rolling(period(30)).key(), "30d");
    }

    #[test]
    fn windows_of_every_zone_follow_each_other_through_a_decade() {
        let zones = jiff::tz::db().available().map(|name| name.to_string()).collect::<Vec<_>>();
        assert!(zones.len() > 400, "{}", zones.len());
        for zone in zones {
            follow(&calendar(7, &zone), datetime!(2010-12-20 13:00 UTC), 54);
            follow(&calendar(30, &zone), datetime!(2019-12-20 13:00 UTC), 60);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn windows_neither_overlap_nor_leave_gaps(
            zone in any::<prop::sample::Selector>(),
            seconds in -2_000_000_000i64..4_000_000_000,
            days in prop::sample::select(vec![1u32, 7, 30]),
        ) {
            let zone = zone.select(jiff::tz::db().available()).to_string();
            let from = OffsetDateTime::from_unix_timestamp(seconds).expect("a time");
            follow(&calendar(days, &zone), from, 4);
        }

        #[test]
        fn rolling_windows_neither_overlap_nor_leave_gaps(
            seconds in 0i64..4_000_000_000,
            minutes in 1u32..=366 * 24 * 60,
        ) {
            let schedule = Schedule::rolling(ResetPeriod::from_minutes(minutes).expect("a period"));
            follow(&schedule, OffsetDateTime::from_unix_timestamp(seconds).expect("a time"), 4);
        }

        #[test]
        fn any_time_is_answered(seconds in -377_705_116_800i64..=253_402_300_799, days in prop::sample::select(vec![1u32, 7, 30])) {
            let moment = OffsetDateTime::from_unix_timestamp(seconds).expect("a time");
            let _ = calendar(days, "Asia/Kathmandu").window(None, moment, moment);
            let _ = Schedule::rolling(period(days)).window(Some(moment), moment, OffsetDateTime::UNIX_EPOCH);
        }
    }
}
