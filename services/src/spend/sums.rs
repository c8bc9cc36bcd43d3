//! Sums of the daily totals over users, projects or models, for pages about many days.
//!
//! Every event writes to the daily totals, so a job writes the sums of them, for days that are over. An event may still
//! come for such a day. What writes to the totals of a closed day marks the day as late in the same transaction. Until the
//! job has written the sums of a late day again, pages read its totals: whatever comes when, a page shows the sum of the
//! events.

use crate::Services;
use crate::error::Error;
use sqlx::PgConnection;
use time::{Date, Duration, UtcOffset};

/// Closes the days that are over, and writes the sums of closed days that have none or are late; called by a job. Returns
/// how many days it added up.
///
/// # Errors
/// The database failed. The sums of the weeks that were written before stay.
pub async fn add_up(services: &Services) -> Result<usize, Error> {
    close_days(services).await?;
    let weeks = sqlx::query_scalar!(
        r#"select distinct c.day - (extract(isodow from c.day)::integer - 1) as "week!" from spend_closed_days c
           where c.summed_at is null or exists (select from spend_late_days l where l.day = c.day) order by 1 desc"#
    )
    .fetch_all(&services.pool)
    .await?;
    let mut count = 0;
    for week in weeks {
        count += add_up_week(services, week).await?;
    }
    Ok(count)
}

/// Closes each day before today since the first one with spend.
async fn close_days(services: &Services) -> Result<(), Error> {
    let today = services.clock.now().to_offset(UtcOffset::UTC).date();
    let mut days = sqlx::query_scalar!(
        r#"select d.day as "day!"
           from (select f.day + n as day
                 from (select min(day) as day from spend_days) f, generate_series(0, $1::date - 1 - f.day) n) d
           where not exists (select from spend_closed_days c where c.day = d.day)"#,
        today
    )
    .fetch_all(&services.pool)
    .await?;
    if days.is_empty() {
        return Ok(());
    }
    // In one order, so that no two runs wait for each other.
    days.sort_unstable();
    let mut transaction = services.pool.begin().await?;
    // Every statement that writes to the totals names this table, and so waits here before it looks at closed days. This
    // lock in turn waits for the transactions that looked before, not for long: others wait behind it.
    sqlx::raw_sql("set local lock_timeout = '1s'; lock table spend_late_days in share mode")
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("insert into spend_closed_days (day) select unnest($1::date[]) on conflict do nothing", &days)
        .execute(&mut *transaction)
        .await?;
    crate::change::commit(transaction).await
}

/// Writes the sums of the closed days of a week that have none or are late, and those of the week when all its days are
/// closed. Returns how many days these are.
async fn add_up_week(services: &Services, monday: Date) -> Result<usize, Error> {
    let sunday = monday + Duration::days(6);
    let mut transaction = services.pool.begin().await?;
    // Millions of totals may take longer than a page may wait. No other run closes a day of this week meanwhile: the week
    // would be complete, and pages would read sums of it that are not written. It is the lock that the first write takes,
    // before any row is locked, as [`close_days`] does.
    sqlx::raw_sql("set local statement_timeout = 0; lock table spend_late_days in row exclusive mode")
        .execute(&mut *transaction)
        .await?;
    // Another run waits here until it sees the sums of this one.
    let closed = sqlx::query_scalar!(
        "select day from spend_closed_days where day between $1 and $2 order by day for update",
        monday,
        sunday
    )
    .fetch_all(&mut *transaction)
    .await?;
    let days = sqlx::query_scalar!(
        "update spend_closed_days c set summed_at = $3
         where c.day between $1 and $2
           and (c.summed_at is null or exists (select from spend_late_days l where l.day = c.day)) returning c.day",
        monday,
        sunday,
        services.clock.now()
    )
    .fetch_all(&mut *transaction)
    .await?;
    // Before the totals are read: an event that is marked later is in them, or its mark stays.
    sqlx::query!("delete from spend_late_days where day = any($1)", &days).execute(&mut *transaction).await?;
    write_days(&mut transaction, &days).await?;
    if closed.len() == 7 {
        write_week(&mut transaction, monday, sunday).await?;
    }
    crate::change::commit(transaction).await?;
    Ok(days.len())
}

async fn write_days(connection: &mut PgConnection, days: &[Date]) -> Result<(), Error> {
    macro_rules! sums {
        ($table:literal, $column:literal) => {
            sqlx::query!("delete from " + $table + " where day = any($1)", days).execute(&mut *connection).await?;
            sqlx::query!(
                "insert into "
                    + $table
                    + " (day, category, "
                    + $column
                    + ", amount) select day, category, "
                    + $column
                    + ", sum(amount) from spend_days where day = any($1) group by day, category, "
                    + $column,
                days
            )
            .execute(&mut *connection)
            .await?;
        };
    }
    sums!("spend_model_days", "model");
    sums!("spend_project_days", "project_id");
    sums!("spend_user_days", "user_id");
    Ok(())
}

async fn write_week(connection: &mut PgConnection, monday: Date, sunday: Date) -> Result<(), Error> {
    macro_rules! sums {
        ($weeks:literal, $days:literal, $column:literal) => {
            sqlx::query!("delete from " + $weeks + " where day = $1", monday).execute(&mut *connection).await?;
            sqlx::query!(
                "insert into "
                    + $weeks
                    + " (day, category, "
                    + $column
                    + ", amount) select $1::date, category, "
                    + $column
                    + ", sum(amount) from "
                    + $days
                    + " where day between $1 and $2 group by category, "
                    + $column,
                monday,
                sunday
            )
            .execute(&mut *connection)
            .await?;
        };
    }
    sums!("spend_project_weeks", "spend_project_days", "project_id");
    sums!("spend_user_weeks", "spend_user_days", "user_id");
    Ok(())
}
