//! The parameters of every table: days, users, projects, a page.

use super::table::{Filters, Frame};
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::query::{number, text, word};
use crate::api::schema::{DayText, one_of};
use domain::id::UserId;
use domain::project::ProjectName;
use domain::spending::{DayRange, MAX_DAYS, parse_utc_day};
use serde::Deserialize;
use services::listing::MAX_OFFSET;
use services::views::spending::{Slice, SpendFilter};
use std::time::Instant;
use time::{Date, Duration, OffsetDateTime, UtcOffset};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;

/// The parameters of every table.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TableParams {
    /// The days up to now; `last_30_days` without it. Spend is added up by day in UTC: every day that the period touches
    /// counts.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, value_type = Option<TimePeriodText>)]
    time_period: Option<String>,
    /// The first day, with `end_date` in place of a period.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<DayText>)]
    start_date: Option<String>,
    /// The last day, which counts; at most 366 days in all.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<DayText>)]
    end_date: Option<String>,
    /// Ids of users, with commas between them.
    #[serde(default, deserialize_with = "text")]
    users: Option<String>,
    /// Technical names of projects, with commas between them.
    #[serde(default, deserialize_with = "text")]
    projects: Option<String>,
    /// The number of the page, from 0.
    #[serde(default, deserialize_with = "number::<_, 0, MAX_OFFSET>")]
    #[param(minimum = 0, maximum = 50000, default = 0)]
    page: u32,
    /// Rows on a page.
    #[serde(default = "default_rows", deserialize_with = "number::<_, 1, 1000>")]
    #[param(minimum = 1, maximum = 1000, default = 20)]
    per_page: u32,
}

/// A period that ends now.
#[derive(Clone, Copy, Debug)]
struct TimePeriodText;

impl PartialSchema for TimePeriodText {
    fn schema() -> RefOr<Schema> {
        one_of(PERIODS.map(|(name, _)| name)).into()
    }
}

impl ToSchema for TimePeriodText {}

const fn default_rows() -> u32 {
    20
}

/// The periods that end now, by the names that clients have for them.
const PERIODS: [(&str, Duration); 8] = [
    ("last_hour", Duration::hours(1)),
    ("last_6_hours", Duration::hours(6)),
    ("last_24_hours", Duration::hours(24)),
    ("last_7_days", Duration::days(7)),
    ("last_30_days", Duration::days(30)),
    ("last_60_days", Duration::days(60)),
    ("last_90_days", Duration::days(90)),
    ("last_year", Duration::days(MAX_DAYS - 1)),
];
/// The period without any.
const USUAL: &str = "last_30_days";

/// What a table is read for.
pub struct TableQuery {
    /// The days it is about.
    pub days: DayRange,
    /// What narrows it.
    pub filter: SpendFilter,
    /// The rows of the page.
    pub slice: Slice,
    /// What the answer repeats.
    pub frame: Frame,
}

impl TableParams {
    /// Reads the parameters together.
    ///
    /// # Errors
    /// 400 for days that make no sense.
    pub fn query(self, now: OffsetDateTime) -> Result<TableQuery, ApiError> {
        let begun = Instant::now();
        let days = self.days(now)?;
        let list = |text: &Option<String>| -> Option<Vec<String>> {
            let parts = text.as_ref()?.split(',').map(str::trim).filter(|part| !part.is_empty());
            Some(parts.map(str::to_owned).collect())
        };
        let (users, projects) = (list(&self.users), list(&self.projects));
        // What names no user and no project selects nothing.
        let ids = |users: &Vec<String>| users.iter().filter_map(|id| id.parse::<Uuid>().ok()).map(UserId).collect();
        let names =
            |names: &Vec<String>| names.iter().filter_map(|name| ProjectName::parse_existing(name).ok()).collect();
        let filter = SpendFilter {
            users: users.as_ref().map(ids),
            projects: projects.as_ref().map(names),
            ..SpendFilter::default()
        };
        let is_custom = self.start_date.is_some();
        let time_period = if is_custom { "custom".to_owned() } else { self.time_period.unwrap_or(USUAL.to_owned()) };
        let filters = Filters { time_period, start_date: self.start_date, end_date: self.end_date, users, projects };
        let slice = Slice { skip: self.page.saturating_mul(self.per_page), limit: Some(self.per_page) };
        let frame = Frame { now, begun, filters, page: self.page, per_page: self.per_page };
        Ok(TableQuery { days, filter, slice, frame })
    }

    fn days(&self, now: OffsetDateTime) -> Result<DayRange, ApiError> {
        let bad = |text: &str| ApiError::new(Code::BadRequest, text);
        match (&self.start_date, &self.end_date) {
            (Some(from), Some(to)) => {
                let days = parse_utc_day(from).and_then(|from| Ok((from, parse_utc_day(to)?)));
                let (from, to) = days.map_err(|problem| {
                    bad("start_date and end_date are days in ISO 8601").detailed(problem.to_string())
                })?;
                DayRange::new(from, to).map_err(|_| {
                    bad(&format!("end_date is not before start_date, and at most {MAX_DAYS} days are read at once"))
                })
            }
            (None, None) => {
                let period = self.time_period.as_deref().unwrap_or(USUAL);
                let known = PERIODS.iter().find(|(name, _)| *name == period);
                let (_, length) = known.ok_or_else(|| bad("time_period is not one of those that are known"))?;
                Ok(DayRange { from: day_of(now - *length), to: day_of(now) })
            }
            _ => Err(bad("start_date and end_date belong together")),
        }
    }
}

fn day_of(at: OffsetDateTime) -> Date {
    at.to_offset(UtcOffset::UTC).date()
}
