//! Alerts of budgets: raised once for each window and threshold, by a job that looks at the windows of now.
//!
//! The job compares what is spent with the thresholds, so that spend is counted without knowing of alerts, and so that an
//! alert is also raised when a limit is lowered or a threshold is added. An alert and its messages are one transaction.

mod message;
mod reached;

use crate::Services;
use crate::budgets::stored::{category, limits};
use crate::error::Error;
use crate::outbox;
use domain::budget::AlertThreshold;
use domain::money::Money;
use message::{Alert, AlertHolder, messages};
use time::Duration;

/// The most alerts of one transaction.
const BATCH: i64 = 200;
/// How long after its end a window still raises alerts, for spend that is reported late.
const LATE: Duration = Duration::days(1);

/// Raises the alerts that are due, writes their messages, and notes who has reached a limit; called by a job. Returns how
/// many alerts were raised.
///
/// # Errors
/// The database failed.
pub async fn raise(services: &Services) -> Result<usize, Error> {
    if !services.settings.budgets {
        return Ok(0);
    }
    let mut raised = 0;
    loop {
        let count = raise_batch(services).await?;
        raised += count;
        if count < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
    }
    reached::note(services).await?;
    Ok(raised)
}

async fn raise_batch(services: &Services) -> Result<usize, Error> {
    let now = services.clock.now();
    let mut transaction = services.pool.begin().await?;
    let rows = sqlx::query!(
        r#"with recursive held (budget_id) as (
             -- The budgets of windows, of which some are deleted.
             (select budget_id from budget_windows order by budget_id limit 1)
             union all
             select (select w.budget_id from budget_windows w where w.budget_id > held.budget_id
                     order by w.budget_id limit 1)
             from held where held.budget_id is not null),
           due as materialized (
             select w.id as window_id, t.percent, b.id as budget_id, coalesce(b.slug, b.id::text) as slug, b.name,
                    w.category, w.user_id, w.project_id, w.starts_at, w.ends_at, w.spent, l.soft, l.hard
             from held x
             cross join lateral (
                 select * from budget_windows
                 where budget_id = x.budget_id and ends_at > $2 and spent > 0 and (user_id is null or project_id is null)) w
             -- The budget that pays now may be another one than at the last reservation.
             left join project_budgets p on p.project_id = w.project_id and p.category = w.category
             left join user_budgets u on u.user_id = w.user_id and u.category = w.category
             left join budgets d on d.is_default and d.category = w.category and w.project_id is null
             join budgets b on b.id = coalesce(p.budget_id, u.budget_id, d.id)
             -- The limits of a window that is over are never edited.
             cross join lateral (
                 select case when w.ends_at > $1 then b.soft_limit else w.soft_limit end as soft,
                        case when w.ends_at > $1 then b.hard_limit else w.hard_limit end as hard) l
             cross join lateral (
                 select null::smallint as percent, l.soft as amount
                 where b.alert_at is null and l.soft > 0 and l.soft < l.hard
                 union all
                 select n.percent, l.hard * n.percent / 100
                 from unnest(coalesce(b.alert_at, array[100]::smallint[])) n (percent)) t
             where w.spent >= coalesce(l.hard * b.alert_at[1] / 100, l.soft) and w.spent >= t.amount
               -- After a change of the schedule the next call begins another window.
               and (w.ends_at <= $1 or w.schedule = budget_schedule(b))
               and not exists (
                   select from budget_alerts a where a.window_id = w.id and a.percent is not distinct from t.percent)
             limit $3),
           raised as (
             insert into budget_alerts (window_id, percent, budget_id, spent, soft_limit, hard_limit, raised_at)
             select window_id, percent, budget_id, spent, soft, hard, $1 from due order by window_id, percent
             -- Another instance was first.
             on conflict on constraint budget_alerts_once do nothing
             returning window_id, percent)
           select d.percent as "percent?", d.budget_id as "budget_id!", d.slug as "slug!", d.name as "name!",
                  d.category as "category!", d.starts_at as "starts_at!", d.ends_at as "ends_at!", d.spent as "spent!",
                  d.soft as "soft!", d.hard as "hard!", u.id as "user_id?", u.name as "user_name?", u.email as "email?",
                  p.id as "project_id?", p.name as "project_name?", p.title as "title?",
                  array(
                      select r.email from users r
                      where r.is_active and coalesce(r.email_verified, r.auth_source = 'local')
                        and (r.id = d.user_id
                             or r.id in (select m.user_id from user_projects m
                                         where m.project_id = d.project_id and m.is_project_admin))
                      order by r.email) as "recipients!"
           from raised
           join due d on d.window_id = raised.window_id and d.percent is not distinct from raised.percent
           left join users u on u.id = d.user_id
           left join projects p on p.id = d.project_id
           order by d.window_id, d.percent nulls first"#,
        now,
        now - LATE,
        BATCH
    )
    .fetch_all(&mut *transaction)
    .await?;
    let count = rows.len();
    let mut written = Vec::new();
    for row in rows {
        let user = row.user_id.zip(row.user_name).zip(row.email);
        let project = row.project_id.zip(row.project_name).zip(row.title);
        let holder = match (user, project) {
            (Some(((id, name), email)), _) => AlertHolder::User { id, name, email },
            (None, Some(((id, name), title))) => AlertHolder::Project { id, name, title },
            (None, None) => continue,
        };
        let alert = Alert {
            threshold: AlertThreshold::from_stored(row.percent),
            budget_id: row.slug,
            budget: row.name,
            category: category(&row.category)?,
            holder,
            spent: Money::of_sum(row.spent),
            limits: limits(row.soft, row.hard)?,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            raised_at: now,
        };
        written.extend(messages(&services.channels, &alert, row.recipients));
    }
    outbox::enqueue(services, &mut transaction, &written).await?;
    crate::change::commit(transaction).await?;
    Ok(count)
}
