//! The statement that writes reservations and counts them in their windows.

use super::plan::{Plan, Room};
use crate::error::Error;
use domain::id::GatewayId;
use domain::money::Money;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// A row to insert.
pub(super) struct Held {
    pub(super) id: Uuid,
    pub(super) key: Uuid,
    pub(super) content: Uuid,
    pub(super) category: String,
    pub(super) project_id: Option<Uuid>,
    pub(super) user_id: Option<Uuid>,
    pub(super) model: String,
    /// No window, one, or the project's and the member's.
    pub(super) windows: Vec<Uuid>,
    pub(super) over_soft: bool,
    pub(super) amount: Decimal,
    pub(super) expires_at: OffsetDateTime,
}

/// Writes what is held, and counts it in the windows. Returns whether every key was new.
pub(super) async fn write(
    connection: &mut PgConnection,
    gateway: GatewayId,
    now: OffsetDateTime,
    plan: &Plan<'_>,
) -> Result<bool, Error> {
    if plan.held.is_empty() {
        return Ok(true);
    }
    let mut held: Vec<&Held> = plan.held.iter().collect();
    // In one order, so that no two transactions wait for each other's keys.
    held.sort_by_key(|row| row.key);
    macro_rules! column {
        ($field:ident) => {
            held.iter().map(|row| row.$field.clone()).collect::<Vec<_>>()
        };
    }
    let window = |place: usize| held.iter().map(|row| row.windows.get(place).copied()).collect::<Vec<Option<Uuid>>>();
    let rooms: Vec<&Room> = plan.rooms.values().filter(|room| !room.added.is_zero()).collect();
    let limit = |limit: fn(&Room) -> Money| rooms.iter().map(|room| limit(room).as_decimal()).collect::<Vec<_>>();
    let inserted = sqlx::query_scalar!(
        r#"with held as (
             insert into reservations (gateway_id, reserved_at, id, key, content, category, project_id, user_id, model,
                                       over_soft, amount, expires_at, window_ids)
             select $1, $2, r.id, r.key, r.content, r.category, r.project_id, r.user_id, r.model, r.over_soft, r.amount,
                    r.expires_at, array_remove(array[r.window_1, r.window_2], null)
             from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::text[],
                         $10::boolean[], $11::numeric[], $12::timestamptz[], $13::uuid[], $14::uuid[])
                  r (id, key, content, category, project_id, user_id, model, over_soft, amount, expires_at, window_1,
                     window_2)
             on conflict on constraint reservations_key do nothing
             returning id),
           counted as (
             update budget_windows w
             set reserved = w.reserved + c.amount, soft_limit = c.soft_limit, hard_limit = c.hard_limit,
                 budget_id = c.budget_id
             from unnest($15::uuid[], $16::numeric[], $17::numeric[], $18::numeric[], $19::uuid[])
                  c (id, amount, soft_limit, hard_limit, budget_id)
             where w.id = c.id)
           select count(*) as "count!" from held"#,
        gateway.0,
        now,
        &column!(id),
        &column!(key),
        &column!(content),
        &column!(category),
        &column!(project_id) as &[Option<Uuid>],
        &column!(user_id) as &[Option<Uuid>],
        &column!(model),
        &column!(over_soft),
        &column!(amount),
        &column!(expires_at),
        &window(0) as &[Option<Uuid>],
        &window(1) as &[Option<Uuid>],
        &rooms.iter().map(|room| room.id).collect::<Vec<_>>(),
        &rooms.iter().map(|room| room.added).collect::<Vec<_>>(),
        &limit(|room| room.usage.limits.soft()),
        &limit(|room| room.usage.limits.hard()),
        &rooms.iter().map(|room| room.charge.budget.id.0).collect::<Vec<_>>()
    )
    .fetch_one(connection)
    .await?;
    Ok(usize::try_from(inserted).is_ok_and(|inserted| inserted == held.len()))
}
