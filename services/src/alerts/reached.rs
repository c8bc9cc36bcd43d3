//! Notes which windows have reached a limit, so that the page Overview finds them without reading all windows.

use crate::Services;
use crate::error::Error;
use crate::sweep::delete_until;

/// The most windows of one statement.
const BATCH: u64 = 10_000;

/// Notes the windows of now that have reached a limit of the budget that pays, and forgets those that are over. Members'
/// shares are not noted.
pub(super) async fn note(services: &Services) -> Result<(), Error> {
    let now = services.clock.now();
    delete_until!(services, "limits_reached", "ends_at", now)?;
    loop {
        let noted = sqlx::query!(
            "insert into limits_reached (window_id, is_hard, ends_at)
             select w.id, w.spent >= b.hard_limit, w.ends_at
             from budgets x
             cross join lateral (
                 select * from budget_windows
                 where budget_id = x.id and ends_at > $1 and spent > 0 and (user_id is null or project_id is null)) w
             -- The budget that pays now may be another one than at the last reservation.
             left join project_budgets p on p.project_id = w.project_id and p.category = w.category
             left join user_budgets u on u.user_id = w.user_id and u.category = w.category
             left join budgets d on d.is_default and d.category = w.category and w.project_id is null
             join budgets b on b.id = coalesce(p.budget_id, u.budget_id, d.id)
             where w.spent >= b.soft_limit
               and not exists (
                   select from limits_reached r where r.window_id = w.id and r.is_hard = (w.spent >= b.hard_limit))
             limit $2
             on conflict (window_id) do update set is_hard = excluded.is_hard, ends_at = excluded.ends_at",
            now,
            i64::try_from(BATCH).unwrap_or(i64::MAX)
        )
        .execute(&services.pool)
        .await?;
        if noted.rows_affected() < BATCH {
            return Ok(());
        }
    }
}
