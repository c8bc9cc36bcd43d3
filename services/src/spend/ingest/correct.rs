//! Corrections: new events with a negative amount, which count where the event counts that they correct.

use super::{Batch, Keyed, line};
use crate::budgets::stored::category;
use crate::change::commit;
use crate::error::Error;
use crate::spend::digest;
use crate::spend::ledger::{self, Line};
use crate::spend::payer::Payer;
use crate::spend::windows::{self, Slot};
use domain::money::Money;
use domain::spend::{EventOutcome, SpendRefusal, Tokens};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// An event that is corrected, with its key locked until the transaction ends.
struct Target {
    key: Uuid,
    event_id: Uuid,
    spent_at: OffsetDateTime,
    uncorrected: Decimal,
    windows: Vec<Uuid>,
    spender: Slot,
    model: String,
}

/// Writes corrections, and replaces the outcomes of those that are refused or have the key of one before them. Returns
/// whether every key was new.
pub(super) async fn write(
    batch: &Batch<'_>,
    now: OffsetDateTime,
    new: &[(usize, &Keyed, &Payer)],
    outcomes: &mut [EventOutcome],
) -> Result<bool, Error> {
    let mut transaction = batch.services.pool.begin().await?;
    let named: Vec<Uuid> =
        new.iter().filter_map(|(_, keyed, _)| keyed.event.corrects.as_ref()).map(digest::key).collect();
    lock_windows(&mut transaction, batch.gateway.0, &named).await?;
    let mut targets = lock_targets(&mut transaction, batch.gateway.0, &named).await?;
    let mut lines: BTreeMap<Uuid, Line> = BTreeMap::new();
    for (place, keyed, payer) in new {
        if let Some(line) = lines.get(&keyed.key) {
            outcomes[*place] = keyed.again(line.content);
            continue;
        }
        let target = keyed.event.corrects.as_ref().and_then(|key| targets.get_mut(&digest::key(key)));
        match target.ok_or(SpendRefusal::UnknownEvent).and_then(|target| correct(batch, keyed, payer, target)) {
            Ok(line) => drop(lines.insert(keyed.key, line)),
            Err(refusal) => outcomes[*place] = EventOutcome::Refused(refusal),
        }
    }
    if lines.is_empty() {
        return Ok(true);
    }
    if !ledger::write(&mut transaction, batch.gateway, now, lines.into_values().collect()).await? {
        return Ok(false);
    }
    let (keys, left): (Vec<Uuid>, Vec<Decimal>) =
        targets.values().map(|target| (target.key, target.uncorrected)).unzip();
    sqlx::query!(
        "update spend_keys k set uncorrected = t.uncorrected from unnest($2::uuid[], $3::numeric[]) t (key, uncorrected)
         where k.source = $1 and k.key = t.key",
        batch.gateway.0,
        &keys,
        &left
    )
    .execute(&mut *transaction)
    .await?;
    commit(transaction).await?;
    Ok(true)
}

/// Takes the amount from what is left of the event.
fn correct(batch: &Batch<'_>, keyed: &Keyed, payer: &Payer, target: &mut Target) -> Result<Line, SpendRefusal> {
    let line = line(batch.services, keyed, payer);
    if line.spender != target.spender || line.model != target.model {
        return Err(SpendRefusal::CorrectionMismatch);
    }
    let left = target.uncorrected + line.amount;
    if left < Decimal::ZERO {
        let left = Money::from_decimal(target.uncorrected.max(Decimal::ZERO)).unwrap_or_default();
        return Err(SpendRefusal::CorrectionTooLarge { left });
    }
    target.uncorrected = left;
    let (spent_at, corrects, windows) = (target.spent_at, Some(target.event_id), target.windows.clone());
    let tokens = Tokens { input: -line.tokens.input, output: -line.tokens.output };
    Ok(Line { spent_at, corrects, windows, tokens, ..line })
}

/// Locks the windows before the keys, as every transaction does.
async fn lock_windows(connection: &mut PgConnection, source: Uuid, keys: &[Uuid]) -> Result<(), Error> {
    let ids = sqlx::query_scalar!(
        r#"select distinct window_id as "id!" from spend_keys k, unnest(k.window_ids) window_id
           where k.source = $1 and k.key = any($2) order by 1"#,
        source,
        keys
    );
    let ids = ids.fetch_all(&mut *connection).await?;
    windows::lock(connection, &ids).await?;
    Ok(())
}

async fn lock_targets(
    connection: &mut PgConnection,
    source: Uuid,
    keys: &[Uuid],
) -> Result<BTreeMap<Uuid, Target>, Error> {
    let rows = sqlx::query!(
        "select k.key, k.event_id, k.spent_at, k.uncorrected, k.window_ids, e.category, e.project_id, e.user_id, e.model
         from spend_keys k join spend_events e on e.id = k.event_id and e.spent_at = k.spent_at
         where k.source = $1 and k.key = any($2) order by k.key for no key update of k",
        source,
        keys
    );
    let rows = rows.fetch_all(connection).await?;
    rows.into_iter()
        .map(|row| {
            let spender = Slot { category: category(&row.category)?, project_id: row.project_id, user_id: row.user_id };
            let target = Target {
                key: row.key,
                event_id: row.event_id,
                spent_at: row.spent_at,
                uncorrected: row.uncorrected,
                windows: row.window_ids,
                spender,
                model: row.model,
            };
            Ok((row.key, target))
        })
        .collect()
}
