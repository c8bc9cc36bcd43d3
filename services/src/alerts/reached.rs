//! Notes which windows have reached a limit or used half of it, so that the page Overview and the lists find them without
//! reading all windows.

use crate::Services;
use crate::error::Error;
use crate::sweep;
use domain::budget::UsageFilter;
use rust_decimal::Decimal;

/// The most windows of one statement.
const BATCH: u64 = 10_000;

/// Notes the windows of now that have reached a limit of the budget that pays, or half of the hard one, and forgets those
/// that no longer have.
/// Members' shares are not noted.
pub(super) async fn note(services: &Services) -> Result<(), Error> {
    let steps = steps();
    forget(services, steps.iter().copied().min().unwrap_or(100)).await?;
    let now = services.clock.now();
    loop {
        let noted = sqlx::query!(
            "-- The budgets of windows, of which some are deleted.
             with recursive held (budget_id) as (
                 (select budget_id from budget_windows order by budget_id limit 1)
                 union all
                 select (select w.budget_id from budget_windows w where w.budget_id > held.budget_id
                         order by w.budget_id limit 1)
                 from held where held.budget_id is not null)
             insert into limits_reached (window_id, holder_id, is_hard, is_soft, percent, ends_at)
             select w.id, coalesce(w.user_id, w.project_id), l.is_hard, l.is_soft, l.percent, w.ends_at
             from held x
             cross join lateral (
                 select * from paid_windows where budget_id = x.budget_id and ends_at > $1 and spent > 0) w
             cross join lateral (
                 select w.spent >= w.hard_limit as is_hard, w.spent >= w.soft_limit as is_soft,
                        coalesce((select max(step) from unnest($3::smallint[]) step where w.spent >= w.hard_limit * step / 100),
                                 0::smallint) as percent) l
             where (l.is_soft or l.percent > 0)
               and not exists (
                   select from limits_reached r
                   where r.window_id = w.id and r.holder_id is not null
                     and (r.is_hard, r.is_soft, r.percent) = (l.is_hard, l.is_soft, l.percent))
             order by w.id limit $2
             on conflict (window_id) do update
               set holder_id = excluded.holder_id, is_hard = excluded.is_hard, is_soft = excluded.is_soft,
                   percent = excluded.percent, ends_at = excluded.ends_at",
            now,
            i64::try_from(BATCH).unwrap_or(i64::MAX),
            &steps
        )
        .execute(&services.pool)
        .await?;
        if noted.rows_affected() < BATCH {
            return Ok(());
        }
    }
}

/// The percentages of the hard limit that lists are narrowed by.
fn steps() -> Vec<i16> {
    UsageFilter::ALL.into_iter().filter_map(UsageFilter::percent).map(i16::from).collect()
}

/// Forgets the windows that are over, and those whose limit was raised, whose spend was corrected or whose holder or budget
/// is another one now: the page reads a bounded number of what is noted.
async fn forget(services: &Services, least: i16) -> Result<(), Error> {
    let now = services.clock.now();
    sweep::in_batches(|| {
        sqlx::query!(
            "delete from limits_reached where ctid = any(array(
               select r.ctid from limits_reached r
               join budget_windows w on w.id = r.window_id
               left join users h on h.id = w.user_id and h.is_active
               left join projects j on j.id = w.project_id and j.deleted_at is null
               left join project_budgets p on p.project_id = j.id and p.category = w.category
               left join user_budgets u on u.user_id = h.id and u.category = w.category
               left join budgets d on d.is_default and d.category = w.category and w.project_id is null
               left join budgets b on b.id = coalesce(p.budget_id, u.budget_id, d.id)
               where w.ends_at <= $1 or w.spent <= 0 or coalesce(h.id, j.id) is null or b.id is null
                  or w.spent < least(b.soft_limit, b.hard_limit * $3 / 100) or w.schedule <> budget_schedule(b)
               limit $2 for update of r skip locked))",
            now,
            sweep::BATCH,
            Decimal::from(least)
        )
        .execute(&services.pool)
    })
    .await?;
    Ok(())
}
