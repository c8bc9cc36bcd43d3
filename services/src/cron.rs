//! Schedules as operators write them: the five fields of cron, in UTC.

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use time::OffsetDateTime;

/// When something runs: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday).
#[derive(Clone, Debug)]
pub struct CronSchedule(Cron);

impl CronSchedule {
    /// Reads `0 23 * * *`, or a name such as `@daily`.
    ///
    /// # Errors
    /// Says what is wrong, also of a schedule whose time never comes.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let schedule = Self(parser.parse(raw).map_err(|fault| fault.to_string())?);
        let first = schedule.next_after(OffsetDateTime::UNIX_EPOCH);
        first.map(|_| schedule).ok_or_else(|| "its time never comes".to_owned())
    }

    /// The first time after `at`.
    pub(crate) fn next_after(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        let at = DateTime::<Utc>::from_timestamp(at.unix_timestamp(), 0)?;
        let next = self.0.find_next_occurrence(&at, false).ok()?;
        OffsetDateTime::from_unix_timestamp(next.timestamp()).ok()
    }

    /// For people: "At 23:00 UTC".
    pub(crate) fn in_words(&self) -> String {
        format!("{} UTC", self.0.describe().trim_end_matches('.'))
    }
}

impl std::fmt::Display for CronSchedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn next(schedule: &str, at: OffsetDateTime) -> Option<OffsetDateTime> {
        CronSchedule::parse(schedule).expect(schedule).next_after(at)
    }

    #[test]
    fn next_time_is_in_utc_and_later() {
        let evening = datetime!(2026-02-28 23:00 UTC);
        assert_eq!(next("0 23 * * *", evening), Some(datetime!(2026-03-01 23:00 UTC)));
        assert_eq!(next("0 23 * * *", datetime!(2026-02-28 23:59 +01:00)), Some(evening));
        assert_eq!(next("*/10 * * * *", evening), Some(datetime!(2026-02-28 23:10 UTC)));
        assert_eq!(next("0 0 29 2 *", evening), Some(datetime!(2028-02-29 00:00 UTC)));
    }

    /// Other programs count the days of the week from 1 for Sunday.
    #[test]
    fn first_day_of_the_week_is_monday() {
        let saturday = datetime!(2026-02-28 00:00 UTC);
        assert_eq!(next("0 6 * * 1", saturday), Some(datetime!(2026-03-02 06:00 UTC)));
        assert_eq!(
            [0, 7].map(|day| next(&format!("0 6 * * {day}"), saturday)),
            [Some(datetime!(2026-03-01 06:00 UTC)); 2]
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for wrong in
            ["", "hourly", "0 23 * *", "0 0 23 * * *", "60 * * * *", "0 24 * * *", "0 0 30 2 *", "* * * * * 2026"]
        {
            assert!(CronSchedule::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_say_when_and_the_text_is_as_it_was_written() {
        let schedule = CronSchedule::parse("0 23 * * *").expect("a schedule");
        assert_eq!((schedule.in_words().as_str(), schedule.to_string().as_str()), ("At 23:00 UTC", "0 23 * * *"));
    }
}
