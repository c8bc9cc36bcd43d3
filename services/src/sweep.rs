//! Deleting rows that have expired, in batches: after an outage there are more of them than one statement may delete
//! before `statement_timeout`.

use crate::error::Error;
use sqlx::postgres::PgQueryResult;

/// The most rows that one statement deletes.
pub(crate) const BATCH: i64 = 2_000;

/// Runs `delete_batch` until it finds less than [`BATCH`] rows, each time in a transaction of its own. Returns how many
/// rows it deleted.
///
/// The statement skips rows that another transaction has locked: they are deleted by the next run, or by the instance
/// that holds them. It collects `ctid` in an array, so that the limited selection runs once.
pub(crate) async fn in_batches<F>(mut delete_batch: impl FnMut() -> F) -> Result<u64, Error>
where
    F: Future<Output = Result<PgQueryResult, sqlx::Error>>,
{
    let mut deleted = 0;
    loop {
        let batch = delete_batch().await?.rows_affected();
        deleted += batch;
        if batch < BATCH.unsigned_abs() {
            return Ok(deleted);
        }
    }
}

/// Deletes the rows of a table whose time in a column is not later than `until`, and for which `and` holds, in batches. Returns
/// how many there were.
macro_rules! delete_until {
    ($services:expr, $table:literal, $column:literal, $until:expr $(, and $and:literal)?) => {{
        let until: time::OffsetDateTime = $until;
        $crate::sweep::in_batches(|| {
            sqlx::query!(
                "delete from "
                    + $table
                    + " where ctid = any(array(
                   select ctid from "
                    + $table
                    + " where "
                    + $column
                    + " <= $1"
                    $(+ " and " + $and)?
                    + " order by "
                    + $column
                    + " limit $2 for update skip locked))",
                until,
                $crate::sweep::BATCH
            )
            .execute(&$services.pool)
        })
        .await
    }};
}
pub(crate) use delete_until;
