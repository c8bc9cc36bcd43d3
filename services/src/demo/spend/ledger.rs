//! What stands beside the events: partitions, totals by day, and windows.

use super::super::draw::{Part, draws, id};
use super::super::{Progress, Writing};
use super::DAYS;
use crate::budgets::stored::period;
use crate::error::Error;
use sqlx::PgConnection;
use time::{Date, Duration, OffsetDateTime, UtcOffset};
use uuid::Uuid;

/// What the events name as their source: no gateway, so that none is listed that cannot report.
pub(super) fn source(writing: &Writing<'_>) -> Uuid {
    id(&mut draws(writing.amount.seed, Part::Source, 0), writing.people.now - Duration::days(DAYS))
}

/// The partitions of the months of the events.
pub(super) async fn create_partitions(connection: &mut PgConnection, now: OffsetDateTime) -> Result<(), Error> {
    let today = now.to_offset(UtcOffset::UTC).date();
    let months: Vec<Date> = (0..=DAYS / 28).map(|month| today - Duration::days(month * 28)).collect();
    sqlx::query!("select create_spend_partition(month) from unnest($1::date[]) month", &months)
        .fetch_all(connection)
        .await?;
    Ok(())
}

/// Writes the totals of the events of a source.
pub(super) async fn add_up(writing: &mut Writing<'_>, source: Uuid) -> Result<(), Error> {
    let days = sqlx::query!(
        "with late as (
           insert into spend_late_days (day) select day from spend_closed_days)
         insert into spend_days as d (day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events)
         select (spent_at at time zone 'UTC')::date as day, category, project_id, user_id, model, sum(amount),
                sum(input_tokens), sum(output_tokens), count(*)
         from spend_events where source = $1 group by day, category, project_id, user_id, model
         order by day, category, project_id, user_id, model
         on conflict on constraint spend_days_key do update
           set amount = d.amount + excluded.amount, input_tokens = d.input_tokens + excluded.input_tokens,
               output_tokens = d.output_tokens + excluded.output_tokens, events = d.events + excluded.events",
        source
    )
    .execute(&mut *writing.connection)
    .await?;
    (writing.tell)(Progress { what: "totals by day", rows: days.rows_affected(), is_done: true });
    let lengths = sqlx::query_scalar!("select distinct reset_minutes from budgets").fetch_all(&mut *writing.connection);
    let lengths: Vec<i32> = lengths.await?;
    let schedules = lengths.iter().map(|length| Ok(period(*length)?.to_string())).collect::<Result<Vec<_>, Error>>()?;
    // A budget counts from its assignment on. A project's budget pays before the user's own.
    let windows = sqlx::query!(
        "with counted as (
           select e.category, case when p.budget_id is not null then e.project_id end as project_id,
                  case when p.budget_id is null then e.user_id end as user_id, b.id as budget_id, b.soft_limit,
                  b.hard_limit, b.reset_minutes, coalesce(p.created_at, u.created_at) as since,
                  div(extract(epoch from e.spent_at - coalesce(p.created_at, u.created_at)),
                      b.reset_minutes * 60)::integer as place,
                  sum(e.amount) as spent
           from spend_events e
           left join project_budgets p on p.project_id = e.project_id and p.category = e.category
           left join user_budgets u on u.user_id = e.user_id and u.category = e.category and p.budget_id is null
           join budgets b on b.id = coalesce(p.budget_id, u.budget_id)
           where e.source = $1 and e.spent_at >= coalesce(p.created_at, u.created_at)
           group by 1, 2, 3, 4, since, place)
         insert into budget_windows
           (id, category, project_id, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
         select md5(concat_ws('/', c.category, c.project_id, c.user_id, c.place))::uuid, c.category, c.project_id,
                c.user_id, c.budget_id, s.schedule,
                c.since + make_interval(mins => c.place * c.reset_minutes),
                c.since + make_interval(mins => (c.place + 1) * c.reset_minutes), c.soft_limit, c.hard_limit, c.spent
         from counted c join unnest($2::integer[], $3::text[]) s (minutes, schedule) on s.minutes = c.reset_minutes",
        source,
        &lengths,
        &schedules
    )
    .execute(&mut *writing.connection)
    .await?;
    (writing.tell)(Progress { what: "windows of budgets", rows: windows.rows_affected(), is_done: true });
    Ok(())
}
