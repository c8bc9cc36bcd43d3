//! Days in UTC, as the ledger adds them up.

use crate::moment::{parse_date, parse_time};
use crate::page::Params;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, UtcOffset};

/// The most days of a period.
pub const MAX_DAYS: i64 = 366;

/// The years in which a day can lie.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;

/// Days from the first to the last, which belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DayRange {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl DayRange {
    /// Days from `from` to `to`.
    ///
    /// # Errors
    /// The order is wrong, or there are more than [`MAX_DAYS`].
    pub fn new(from: Date, to: Date) -> Result<Self, Violation> {
        let days = Self { from, to };
        if (1..=MAX_DAYS).contains(&days.count()) {
            Ok(days)
        } else {
            Err(Violation::unknown_choice("a first day and a later last day, at most 366 days"))
        }
    }

    /// The days that end with `to`.
    pub fn ending(to: Date, count: i64) -> Self {
        Self { from: to - Duration::days(count - 1), to }
    }

    /// The month of a day.
    pub fn month_of(day: Date) -> Self {
        let (year, month) = (day.year(), day.month());
        Self { from: on(year, month, 1), to: on(year, month, month.length(year)) }
    }

    /// How many days there are.
    pub fn count(self) -> i64 {
        (self.to - self.from).whole_days() + 1
    }

    /// Whether it is the whole of one month.
    pub fn is_month(self) -> bool {
        self == Self::month_of(self.from)
    }

    /// The days up to today; `None` where all of them are in the future.
    pub fn elapsed(self, today: Date) -> Option<Self> {
        (self.from <= today).then(|| Self { to: self.to.min(today), ..self })
    }

    /// The days that these are compared with: of the month before up to the same day, or as many days just before. Days
    /// in the future are compared as a whole.
    #[must_use]
    pub fn previous(self, today: Date) -> Self {
        let elapsed = self.elapsed(today).unwrap_or(self);
        if !self.is_month() {
            return Self::ending(self.from - Duration::DAY, elapsed.count());
        }
        let before = Self::month_of(self.from - Duration::DAY);
        if elapsed == self {
            return before;
        }
        let last = elapsed.to.day().min(before.to.day());
        Self { to: on(before.from.year(), before.from.month(), last), ..before }
    }

    /// Every day, the first one first.
    pub fn days(self) -> impl Iterator<Item = Date> {
        (0..self.count()).map(move |day| self.from + Duration::days(day))
    }

    /// The title within a sentence: "in November 2026", "from 1 to 17 November 2026", "on 17 November 2026".
    pub fn in_words(self) -> String {
        let word = match () {
            () if self.is_month() => "in",
            () if self.from == self.to => "on",
            () => "from",
        };
        format!("{word} {}", self.title())
    }

    /// "November 2026", "1 to 17 November 2026" or "20 October to 17 November 2026".
    pub fn title(self) -> String {
        let Self { from, to } = self;
        if self.is_month() {
            format!("{} {}", from.month(), from.year())
        } else if from == to {
            format!("{} {} {}", to.day(), to.month(), to.year())
        } else if (from.year(), from.month()) == (to.year(), to.month()) {
            format!("{} to {} {} {}", from.day(), to.day(), to.month(), to.year())
        } else if from.year() == to.year() {
            format!("{} {} to {} {} {}", from.day(), from.month(), to.day(), to.month(), to.year())
        } else {
            let [from, to] = [from, to].map(|day| format!("{} {} {}", day.day(), day.month(), day.year()));
            format!("{from} to {to}")
        }
    }
}

/// A day of a month that has it.
fn on(year: i32, month: Month, day: u8) -> Date {
    Date::from_calendar_date(year, month, day).unwrap_or(Date::MIN)
}

/// Reads `2026-11-17`.
///
/// # Errors
/// There is no such day between 2000 and 2199.
pub fn parse_day(raw: &str) -> Result<Date, Violation> {
    let day = parse_date(raw).filter(|day| YEARS.contains(&day.year()));
    day.ok_or_else(|| Violation::unknown_choice("a day such as 2026-11-17"))
}

/// Reads a day, or the UTC day of a time such as `2026-11-17T08:00:00+01:00`. A time without an offset is in UTC.
///
/// # Errors
/// As [`parse_day`], and [`Violation::NotATime`].
pub fn parse_utc_day(raw: &str) -> Result<Date, Violation> {
    if !raw.contains(['T', 't']) {
        return parse_day(raw);
    }
    let at = parse_time(raw).and_then(|at| at.checked_to_offset(UtcOffset::UTC)).ok_or(Violation::NotATime)?;
    parse_day(&at.date().to_string())
}

/// Which days a page is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// The month of today.
    #[default]
    ThisMonth,
    /// The month before.
    LastMonth,
    /// Today and the six days before.
    Last7Days,
    /// Today and the 29 days before.
    Last30Days,
    /// Today and the 89 days before.
    Last90Days,
    /// Chosen days.
    Between(DayRange),
}

impl Period {
    /// Those that follow today, in the order in which they are offered.
    pub const OFFERED: [Self; 5] =
        [Self::ThisMonth, Self::LastMonth, Self::Last7Days, Self::Last30Days, Self::Last90Days];

    /// As it stands in addresses; chosen days have no key.
    const fn key(self) -> Option<&'static str> {
        match self {
            Self::ThisMonth => Some("this-month"),
            Self::LastMonth => Some("last-month"),
            Self::Last7Days => Some("7d"),
            Self::Last30Days => Some("30d"),
            Self::Last90Days => Some("90d"),
            Self::Between(_) => None,
        }
    }

    /// Reads the key of an offered period.
    fn parse(raw: &str) -> Result<Self, Violation> {
        let found = Self::OFFERED.into_iter().find(|period| period.key() == Some(raw));
        found.ok_or_else(|| Violation::unknown_choice("a period"))
    }

    /// As people read it.
    pub fn title(self) -> String {
        match self {
            Self::ThisMonth => "This month".to_owned(),
            Self::LastMonth => "Last month".to_owned(),
            Self::Last7Days => "Last 7 days".to_owned(),
            Self::Last30Days => "Last 30 days".to_owned(),
            Self::Last90Days => "Last 90 days".to_owned(),
            Self::Between(days) => days.title(),
        }
    }

    /// The days, seen from today.
    pub fn days(self, today: Date) -> DayRange {
        match self {
            Self::ThisMonth => DayRange::month_of(today),
            Self::LastMonth => DayRange::month_of(DayRange::month_of(today).from - Duration::DAY),
            Self::Last7Days => DayRange::ending(today, 7),
            Self::Last30Days => DayRange::ending(today, 30),
            Self::Last90Days => DayRange::ending(today, 90),
            Self::Between(days) => days,
        }
    }

    /// The month before, or as many days before these.
    #[must_use]
    pub fn earlier(self, today: Date) -> Self {
        let days = self.days(today);
        let before = days.from - Duration::DAY;
        let days = if days.is_month() { DayRange::month_of(before) } else { DayRange::ending(before, days.count()) };
        Self::of(days, today)
    }

    /// The month after, or as many days after these; `None` when they have not begun.
    pub fn later(self, today: Date) -> Option<Self> {
        let days = self.days(today);
        let after = days.to + Duration::DAY;
        let days = if days.is_month() {
            DayRange::month_of(after)
        } else {
            DayRange { from: after, to: days.to + Duration::days(days.count()) }
        };
        (days.from <= today).then(|| Self::of(days, today))
    }

    /// Chosen days, or the month that they are.
    fn of(days: DayRange, today: Date) -> Self {
        let months = [Self::ThisMonth, Self::LastMonth];
        months.into_iter().find(|period| period.days(today) == days).unwrap_or(Self::Between(days))
    }

    /// Reads `period`, or `from` and `to`.
    pub(super) fn from_params(params: &mut Params) -> Self {
        let offered = params.take("period", Self::parse);
        let from = params.take("from", parse_day);
        let to = params.take("to", |raw| {
            let to = parse_day(raw)?;
            from.map_or(Ok(DayRange::ending(to, 1)), |from| DayRange::new(from, to))
        });
        let days = to.or(from.map(|from| DayRange { from, to: from }));
        offered.or(days.map(Self::Between)).unwrap_or_default()
    }

    /// The parameters of an address; none for the default.
    pub(super) fn push_params(self, pairs: &mut Vec<(&'static str, String)>) {
        match self {
            Self::Between(days) => pairs.extend([("from", days.from.to_string()), ("to", days.to.to_string())]),
            period if period != Self::default() => pairs.extend(period.key().map(|key| ("period", key.to_owned()))),
            _ => {}
        }
    }
}

impl TryFrom<String> for Period {
    type Error = Violation;
    fn try_from(raw: String) -> Result<Self, Violation> {
        match raw.split_once("..") {
            Some((from, to)) => Ok(Self::Between(DayRange::new(parse_day(from)?, parse_day(to)?)?)),
            None => Self::parse(&raw),
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        match period {
            Period::Between(DayRange { from, to }) => format!("{from}..{to}"),
            period => period.key().unwrap_or_default().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    fn days(from: Date, to: Date) -> DayRange {
        DayRange::new(from, to).expect("days")
    }

    #[test]
    fn time_is_read_as_its_day_in_utc_and_not_beyond_its_end() {
        for (raw, day) in [
            ("2026-03-02", Some(date!(2026 - 03 - 02))),
            ("2026-03-02T00:30:00+02:00", Some(date!(2026 - 03 - 01))),
            ("2026-03-02T23:30:00.5-01:00", Some(date!(2026 - 03 - 03))),
            ("2026-03-02T23:30:00Z", Some(date!(2026 - 03 - 02))),
            ("2026-03-02t23:30:00z", Some(date!(2026 - 03 - 02))),
            ("2026-03-02T23:30:00", Some(date!(2026 - 03 - 02))),
            ("2026-03-02 and more", None),
            ("2026-03-02T", None),
            ("2026-03-02T10:00:00 01:00", None),
            ("2026-03-02T10:00:00ZZ", None),
            ("2026-03-02 10:00:00T", None),
            ("2026-3-2", None),
            ("2026-+3-+2", None),
            ("9999-12-31T23:59:59-23:59", None),
            ("1999-12-31T10:00:00Z", None),
        ] {
            assert_eq!(parse_utc_day(raw).ok(), day, "{raw}");
        }
    }

    #[test]
    fn month_under_way_is_compared_with_the_month_before_up_to_the_same_day() {
        for (today, previous) in [
            (date!(2026 - 11 - 17), days(date!(2026 - 10 - 01), date!(2026 - 10 - 17))),
            (date!(2026 - 03 - 31), days(date!(2026 - 02 - 01), date!(2026 - 02 - 28))),
            (date!(2028 - 03 - 30), days(date!(2028 - 02 - 01), date!(2028 - 02 - 29))),
            (date!(2026 - 01 - 01), days(date!(2025 - 12 - 01), date!(2025 - 12 - 01))),
        ] {
            assert_eq!(Period::ThisMonth.days(today).previous(today), previous, "{today}");
        }
        let today = date!(2026 - 11 - 17);
        assert_eq!(Period::LastMonth.days(today).previous(today), days(date!(2026 - 09 - 01), date!(2026 - 09 - 30)));
        assert_eq!(Period::Last7Days.days(today).previous(today), days(date!(2026 - 11 - 04), date!(2026 - 11 - 10)));
    }

    #[test]
    fn steps_go_by_whole_months_or_by_as_many_days() {
        let today = date!(2026 - 11 - 17);
        let september = Period::Between(days(date!(2026 - 09 - 01), date!(2026 - 09 - 30)));
        assert_eq!(Period::ThisMonth.earlier(today), Period::LastMonth);
        assert_eq!(Period::LastMonth.earlier(today), september);
        assert_eq!(september.later(today), Some(Period::LastMonth));
        assert_eq!(Period::LastMonth.later(today), Some(Period::ThisMonth));
        assert_eq!(Period::ThisMonth.later(today), None);
        let week_before = Period::Between(days(date!(2026 - 11 - 04), date!(2026 - 11 - 10)));
        assert_eq!(Period::Last7Days.earlier(today), week_before);
        assert_eq!(Period::Last7Days.later(today), None);
        let this_week = Period::Between(days(date!(2026 - 11 - 11), date!(2026 - 11 - 17)));
        assert_eq!(week_before.later(today), Some(this_week));
    }

    #[test]
    fn title_names_each_month_and_year_once() {
        for (from, to, words) in [
            (date!(2026 - 11 - 01), date!(2026 - 11 - 30), "in November 2026"),
            (date!(2026 - 11 - 01), date!(2026 - 11 - 17), "from 1 to 17 November 2026"),
            (date!(2026 - 11 - 17), date!(2026 - 11 - 17), "on 17 November 2026"),
            (date!(2026 - 10 - 20), date!(2026 - 11 - 17), "from 20 October to 17 November 2026"),
            (date!(2025 - 12 - 20), date!(2026 - 01 - 02), "from 20 December 2025 to 2 January 2026"),
        ] {
            assert_eq!(days(from, to).in_words(), words);
        }
    }

    #[test]
    fn days_that_are_none_are_dropped_and_named() {
        for (from, to, ignored) in [
            ("2026-11-17", "2026-11-01", "to"),
            ("2025-01-01", "2026-12-31", "to"),
            ("2026-02-30", "2026-03-01", "from"),
            ("1999-01-01", "2026-03-01", "from"),
            ("+2026-01-01", "2026-03-01", "from"),
        ] {
            let mut params = Params::new([("from".into(), from.into()), ("to".into(), to.into())]);
            Period::from_params(&mut params);
            assert_eq!(params.into_ignored(), [ignored], "{from} {to}");
        }
    }

    proptest! {
        #[test]
        fn compared_days_end_before_the_first(today in 0i64..60_000, from in 0i64..60_000, count in 1..=MAX_DAYS) {
            let day = |number| date!(2000-01-01) + Duration::days(number);
            let days = DayRange { from: day(from), to: day(from + count - 1) };
            let previous = days.previous(day(today));
            prop_assert!(previous.to < days.from && previous.count() >= 1);
            let elapsed = days.elapsed(day(today));
            prop_assert!(previous.count() <= elapsed.unwrap_or(days).count().max(31));
            prop_assert_eq!(elapsed.is_none(), from > today);
            prop_assert!(elapsed.is_none_or(|elapsed| elapsed.from == days.from && elapsed.to <= day(today)));
            prop_assert_eq!(days.days().count() as i64, days.count());
        }

        #[test]
        fn any_text_is_read_without_panic(from in ".*", to in ".*") {
            Period::from_params(&mut Params::new([("from".to_owned(), from), ("to".to_owned(), to)]));
        }
    }
}
