//! The ledger: each event once, with the totals of windows and days, in one statement.

use super::windows::Slot;
use crate::error::Error;
use domain::id::GatewayId;
use domain::spend::Tokens;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// An event to write.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) event_id: Uuid,
    pub(super) key: Uuid,
    pub(super) content: Uuid,
    pub(super) spent_at: OffsetDateTime,
    /// Who spent, and the category.
    pub(super) spender: Slot,
    pub(super) model: String,
    pub(super) amount: Decimal,
    pub(super) tokens: Tokens,
    /// The event that this one corrects.
    pub(super) corrects: Option<Uuid>,
    /// The windows that count it, at most two.
    pub(super) windows: Vec<Uuid>,
    /// What those windows held for it.
    pub(super) held: Decimal,
}

/// Writes events with the totals of their days and windows, which are locked already. Returns whether every key was new:
/// otherwise the transaction has to be rolled back.
pub(super) async fn write(
    connection: &mut PgConnection,
    source: GatewayId,
    now: OffsetDateTime,
    mut lines: Vec<Line>,
) -> Result<bool, Error> {
    // In one order, so that no two transactions wait for each other's keys.
    lines.sort_by_key(|line| line.key);
    macro_rules! column {
        ($line:ident => $value:expr) => {
            lines.iter().map(|$line| $value).collect::<Vec<_>>()
        };
    }
    let written = sqlx::query_scalar!(
        r#"with line as materialized (
             select l.*, array_remove(array[l.window_1, l.window_2], null) as window_ids
             from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::text[], $8::uuid[], $9::uuid[],
                         $10::text[], $11::numeric[], $12::bigint[], $13::bigint[], $14::uuid[], $15::uuid[], $16::uuid[],
                         $17::numeric[])
                  l (event_id, key, content, spent_at, category, project_id, user_id, model, amount, input_tokens,
                     output_tokens, corrects, window_1, window_2, held)),
           keys as (
             insert into spend_keys (source, received_at, key, content, event_id, spent_at, uncorrected, window_ids)
             select $1, $2, key, content, event_id, spent_at, amount, window_ids from line
             on conflict on constraint spend_keys_pkey do nothing
             returning key),
           events as (
             insert into spend_events (source, received_at, id, spent_at, category, project_id, user_id, model, amount,
                                       input_tokens, output_tokens, corrects)
             select $1, $2, event_id, spent_at, category, project_id, user_id, model, amount, input_tokens, output_tokens,
                    corrects
             from line),
           counted as (
             update budget_windows w set spent = w.spent + t.amount, reserved = w.reserved - t.held
             from (select window_id, sum(amount) as amount, sum(held) as held
                   from line, unnest(window_ids) window_id group by window_id) t
             where w.id = t.window_id),
           days as (
             insert into spend_days as d (day, category, project_id, user_id, model, amount, input_tokens, output_tokens,
                                          events)
             select (spent_at at time zone 'UTC')::date as day, category, project_id, user_id, model, sum(amount),
                    sum(input_tokens), sum(output_tokens), count(*) filter (where corrects is null)
             from line group by day, category, project_id, user_id, model
             order by day, category, project_id, user_id, model
             on conflict on constraint spend_days_key do update
               set amount = d.amount + excluded.amount, input_tokens = d.input_tokens + excluded.input_tokens,
                   output_tokens = d.output_tokens + excluded.output_tokens, events = d.events + excluded.events),
           late as (
             insert into spend_late_days (day)
             select distinct c.day from line join spend_closed_days c on c.day = (spent_at at time zone 'UTC')::date)
           select count(*) as "count!" from keys"#,
        source.0,
        now,
        &column!(line => line.event_id),
        &column!(line => line.key),
        &column!(line => line.content),
        &column!(line => line.spent_at),
        &column!(line => line.spender.category.key().to_owned()),
        &column!(line => line.spender.project_id) as &[Option<Uuid>],
        &column!(line => line.spender.user_id) as &[Option<Uuid>],
        &column!(line => line.model.clone()),
        &column!(line => line.amount),
        &column!(line => line.tokens.input),
        &column!(line => line.tokens.output),
        &column!(line => line.corrects) as &[Option<Uuid>],
        &column!(line => line.windows.first().copied()) as &[Option<Uuid>],
        &column!(line => line.windows.get(1).copied()) as &[Option<Uuid>],
        &column!(line => line.held)
    )
    .fetch_one(connection)
    .await?;
    Ok(usize::try_from(written).is_ok_and(|written| written == lines.len()))
}
