//! Windows whose rows are locked: nothing else is counted in them until the transaction ends.

use super::{Slot, Slots};
use crate::budgets::stored::category;
use crate::error::Error;
use crate::spend::payer::Charge;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// A window whose row is locked until the transaction ends.
#[derive(Clone, Debug)]
pub(in crate::spend) struct LockedWindow {
    pub(in crate::spend) id: Uuid,
    pub(in crate::spend) starts_at: OffsetDateTime,
    pub(in crate::spend) ends_at: OffsetDateTime,
    pub(in crate::spend) spent: Decimal,
    pub(in crate::spend) reserved: Decimal,
}

impl LockedWindow {
    /// Whether it is still the window at a time that it was found for: a reset may have ended it since.
    pub(in crate::spend) fn contains(&self, at: OffsetDateTime) -> bool {
        self.starts_at <= at && at < self.ends_at
    }
}

/// Locks windows in the order of their ids.
pub(in crate::spend) async fn lock(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, LockedWindow>, Error> {
    let rows = sqlx::query_as!(
        LockedWindow,
        "select id, starts_at, ends_at, spent, reserved from budget_windows where id = any($1)
         order by id for no key update",
        ids
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds and locks the windows of now, in the order of their ids, in one statement. `None` when one of them has to be
/// opened first ([`super::open`]), or ended while this waited for its lock.
pub(in crate::spend) async fn lock_current(
    connection: &mut PgConnection,
    charges: &BTreeMap<Slot, Arc<Charge>>,
    now: OffsetDateTime,
) -> Result<Option<BTreeMap<Slot, LockedWindow>>, Error> {
    let slots = Slots::of(charges.keys().copied());
    let rows = sqlx::query!(
        "select id, category, project_id, user_id, schedule, starts_at, ends_at, spent, reserved from budget_windows
         where id = any(array(
             select n.id from unnest($1::text[], $2::uuid[], $3::uuid[]) k (category, project_id, user_id)
             cross join lateral (
                 select w.id from budget_windows w
                 where coalesce(w.user_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.user_id
                   and coalesce(w.project_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.project_id
                   and w.category = k.category and w.ends_at > $4
                 order by w.ends_at limit 1) n))
         order by id for no key update",
        &slots.categories,
        &slots.project_ids,
        &slots.user_ids,
        now
    );
    let mut locked = BTreeMap::new();
    for row in rows.fetch_all(connection).await? {
        let slot = Slot { category: category(&row.category)?, project_id: row.project_id, user_id: row.user_id };
        let window = LockedWindow {
            id: row.id,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            spent: row.spent,
            reserved: row.reserved,
        };
        let has_schedule = charges.get(&slot).is_some_and(|charge| charge.schedule.key() == row.schedule);
        if has_schedule && window.contains(now) {
            locked.insert(slot, window);
        }
    }
    Ok((locked.len() == charges.len()).then_some(locked))
}
