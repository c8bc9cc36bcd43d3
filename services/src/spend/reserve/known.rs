//! Reservations that have the key of a request: the same request again gets the same decision.

use crate::error::Error;
use domain::id::{BudgetId, GatewayId, ReservationId};
use domain::spend::{Allowance, Decision, PayingBudget, SpendRefusal, SpendWindow};
use sqlx::PgExecutor;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A reservation that has the key of a request.
pub(super) struct Known {
    pub(super) content: Uuid,
    /// It was neither settled nor released, nor given back after it expired.
    pub(super) is_open: bool,
    pub(super) allowance: Allowance,
}

impl Known {
    /// The decision on a request with its key. What is not held any more must not allow another call.
    pub(super) fn again(&self, content: Uuid, now: OffsetDateTime) -> Decision {
        if self.content != content {
            SpendRefusal::KeyReused.into()
        } else if self.is_open && now < self.allowance.expires_at {
            Decision::Allowed(self.allowance.clone())
        } else {
            SpendRefusal::ReservationEnded.into()
        }
    }
}

/// The reservations with these keys, by key.
pub(super) async fn load(
    executor: impl PgExecutor<'_>,
    gateway: GatewayId,
    keys: &[Uuid],
) -> Result<BTreeMap<Uuid, Known>, Error> {
    let rows = sqlx::query!(
        r#"select r.key, r.content, r.id, r.state = 'open' as "is_open!", r.over_soft, r.expires_at,
                  w.starts_at as "starts_at?", w.ends_at as "ends_at?", w.budget_id as "budget_id?",
                  coalesce(b.slug, w.budget_id::text) as slug,
                  coalesce(b.name, 'Deleted budget') as "name!"
           from reservations r
           left join budget_windows w on w.id = r.window_ids[cardinality(r.window_ids)]
           left join budgets b on b.id = w.budget_id
           where r.gateway_id = $1 and r.key = any($2)"#,
        gateway.0,
        keys
    )
    .fetch_all(executor)
    .await?;
    let known = rows.into_iter().map(|row| {
        let budget =
            row.budget_id.zip(row.slug).map(|(id, slug)| PayingBudget { id: BudgetId(id), slug, name: row.name });
        let window = row.starts_at.zip(row.ends_at).map(|(starts_at, ends_at)| SpendWindow { starts_at, ends_at });
        let allowance = Allowance {
            reservation: ReservationId(row.id),
            budget,
            window,
            soft_limit_reached: row.over_soft,
            expires_at: row.expires_at,
        };
        (row.key, Known { content: row.content, is_open: row.is_open, allowance })
    });
    Ok(known.collect())
}
