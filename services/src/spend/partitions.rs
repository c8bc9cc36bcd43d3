//! The monthly partitions of the ledger, and the retention of keys.

use crate::error::Error;
use crate::{Services, sweep};
use domain::spend::KEY_RETENTION;
use sqlx::PgExecutor;
use std::collections::BTreeSet;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// Keys are kept a little longer than events are accepted, whatever the clocks of the instances say.
const MARGIN: Duration = Duration::days(1);

/// Creates the partitions of these months that do not exist. The role that serves may not create tables: a function of
/// the database does it.
pub(super) async fn create_missing(executor: impl PgExecutor<'_>, months: &BTreeSet<Date>) -> Result<(), Error> {
    let months: Vec<Date> = months.iter().copied().collect();
    sqlx::query!(
        "select create_spend_partition(month) from unnest($1::date[]) month
         where to_regclass('spend_events_' || to_char(month, 'YYYYMM')) is null",
        &months
    )
    .fetch_all(executor)
    .await?;
    Ok(())
}

/// The first day of the month of a time, in UTC.
pub(super) fn month(at: OffsetDateTime) -> Date {
    first_of_month(at.to_offset(UtcOffset::UTC).date())
}

fn first_of_month(date: Date) -> Date {
    date.replace_day(1).unwrap_or(date)
}

/// Creates the partitions of this month and the next, and deletes keys and finished reservations that no accepted event
/// can meet; called by a job. Returns how many rows it deleted.
///
/// # Errors
/// The database failed.
pub async fn prepare(services: &Services) -> Result<u64, Error> {
    let now = services.clock.now();
    let this_month = month(now);
    // The 32nd day after the first of a month is in the next one.
    let months =
        BTreeSet::from([this_month, this_month.checked_add(Duration::days(31)).map_or(this_month, first_of_month)]);
    create_missing(&services.pool, &months).await?;
    let oldest = now - KEY_RETENTION - MARGIN;
    let keys = sweep::delete_until!(services, "spend_keys", "received_at", oldest)?;
    let reservations = sweep::in_batches(|| {
        sqlx::query!(
            "delete from reservations where ctid = any(array(
               select ctid from reservations where reserved_at <= $1 and state <> 'open'
               limit $2 for update skip locked))",
            oldest,
            sweep::BATCH
        )
        .execute(&services.pool)
    })
    .await?;
    Ok(keys + reservations)
}
