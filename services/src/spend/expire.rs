//! Reservations that were neither settled nor released in time.

use crate::Services;
use crate::error::Error;
use crate::sweep::BATCH;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Gives back what expired reservations hold; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn expire(services: &Services) -> Result<u64, Error> {
    expire_until(services, None, services.clock.now()).await
}

/// As [`expire`], for the reservations of these windows.
pub(super) async fn of_windows(services: &Services, windows: &[Uuid], now: OffsetDateTime) -> Result<u64, Error> {
    expire_until(services, Some(windows), now).await
}

/// Whether reservations of these windows have expired and still hold an amount.
pub(super) async fn would_free(
    connection: &mut PgConnection,
    windows: &[Uuid],
    now: OffsetDateTime,
) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from reservations where state = 'open' and expires_at <= $1 and window_ids && $2) as "found!""#,
        now,
        windows
    );
    Ok(found.fetch_one(connection).await?)
}

/// Skips reservations that are being settled or released.
async fn expire_until(services: &Services, windows: Option<&[Uuid]>, now: OffsetDateTime) -> Result<u64, Error> {
    let mut expired = 0;
    loop {
        let batch = sqlx::query_scalar!(
            r#"with picked as materialized (
                 select id, window_ids, amount from reservations
                 where state = 'open' and expires_at <= $1 and ($2::uuid[] is null or window_ids && $2)
                 order by expires_at limit $3 for update skip locked),
               expired as (update reservations set state = 'expired' where id in (select id from picked)),
               freed as (
                 select window_id, sum(p.amount) as amount from picked p, unnest(p.window_ids) window_id group by window_id),
               locked as materialized (
                 select id from budget_windows where id in (select window_id from freed) order by id for no key update),
               counted as (
                 update budget_windows w set reserved = w.reserved - f.amount from freed f
                 where w.id = f.window_id and w.id in (select id from locked))
               select count(*) as "count!" from picked"#,
            now,
            windows,
            BATCH
        )
        .fetch_one(&services.pool)
        .await?;
        expired += batch.unsigned_abs();
        if batch < BATCH {
            return Ok(expired);
        }
    }
}
