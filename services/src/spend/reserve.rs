//! Reservations: an amount is held before a call, so that calls at the same moment cannot exceed a limit together.

use super::payer::{Charge, Payer, Spender};
use super::windows::{LockedWindow, Moment};
use super::{digest, expire, payer, queue, until_answered, windows};
use crate::Services;
use crate::budgets::switched_on;
use crate::change::commit;
use crate::error::Error;
use domain::budget::Usage;
use domain::id::{BudgetId, GatewayId, ReservationId};
use domain::money::Money;
use domain::spend::{Allowance, Decision, Denial, PayingBudget, ReserveRequest, SpendRefusal, SpendWindow};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use time::OffsetDateTime;
use uuid::Uuid;

/// Decides on reservations, in the order of the requests: each of them is held as far as there is room after those before
/// it. The number of statements does not grow with them.
///
/// A key that was allowed before gets the same decision again. A denial keeps no key: the same request can pass later.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off; otherwise the database failed and nothing is held.
pub async fn reserve_many(
    services: &Services,
    gateway: GatewayId,
    requests: Vec<ReserveRequest>,
) -> Result<Vec<Decision>, Error> {
    switched_on(services)?;
    match <[ReserveRequest; 1]>::try_from(requests) {
        Ok([request]) => Ok(vec![queue::reserve(services, gateway, request).await?]),
        Err(requests) => decide_all(services, gateway, &requests).await,
    }
}

/// Decides on requests in one transaction.
pub(super) async fn decide_all(
    services: &Services,
    gateway: GatewayId,
    requests: &[ReserveRequest],
) -> Result<Vec<Decision>, Error> {
    let batch = Batch::new(services, gateway, requests);
    until_answered(|| batch.attempt()).await
}

/// Requests of one gateway with their digests.
struct Batch<'a> {
    services: &'a Services,
    gateway: GatewayId,
    requests: &'a [ReserveRequest],
    keys: Vec<Uuid>,
    contents: Vec<Uuid>,
    /// Whether expired reservations may hold room that is needed. Not after none could be given back: those that expired
    /// are being settled at this moment.
    may_free: AtomicBool,
}

impl<'a> Batch<'a> {
    fn new(services: &'a Services, gateway: GatewayId, requests: &'a [ReserveRequest]) -> Self {
        let keys = requests.iter().map(|request| digest::key(&request.key)).collect();
        let contents = requests.iter().map(digest::reservation).collect();
        Self { services, gateway, requests, keys, contents, may_free: AtomicBool::new(true) }
    }

    /// `None` when a window ended or a key was used meanwhile, or when room became free.
    async fn attempt(&self) -> Result<Option<Vec<Decision>>, Error> {
        let Self { services, gateway, requests, .. } = self;
        let now = services.clock.now();
        let stored = stored(services, *gateway, &self.keys).await?;
        let spender = |request: &'a ReserveRequest| Spender {
            subject: &request.subject,
            category: request.category,
            personal: request.personal,
        };
        let payers = payer::resolve(services, &requests.iter().map(spender).collect::<Vec<_>>()).await?;
        let charged = payers.iter().filter(|payer| payer.check_may_call().is_ok()).flat_map(|payer| &payer.charges);
        let moments = charged.map(|charge| Moment { charge: Arc::clone(charge), at: now });
        let moments: BTreeMap<_, _> = moments.map(|moment| (moment.key(), moment)).collect();
        let ids = windows::open(services, &moments, now).await?;

        let mut transaction = services.pool.begin().await?;
        let ids_in_order: Vec<Uuid> = ids.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let locked = windows::lock(&mut transaction, &ids_in_order).await?;
        if ids_in_order.iter().any(|id| locked.get(id).is_none_or(|window| !window.contains(now))) {
            return Ok(None);
        }
        let mut plan = Plan::new(services, now, stored);
        for moment in moments.values() {
            if let Some(window) = ids.get(&moment.key()).and_then(|id| locked.get(id)) {
                plan.rooms.insert(moment.charge.slot, Room::new(&moment.charge, window));
            }
        }
        let decide = |(place, payer)| plan.decide(&requests[place], self.keys[place], self.contents[place], payer);
        let decisions: Vec<Decision> = payers.iter().enumerate().map(decide).collect();
        let looks = !plan.full.is_empty() && self.may_free.load(Ordering::Relaxed);
        if looks && expire::would_free(&mut transaction, &plan.full, now).await? {
            transaction.rollback().await?;
            let freed = expire::of_windows(services, &plan.full, now).await?;
            self.may_free.store(freed > 0, Ordering::Relaxed);
            return Ok(None);
        }
        if !insert(&mut transaction, *gateway, now, &plan).await? {
            return Ok(None);
        }
        commit(transaction).await?;
        Ok(Some(decisions))
    }
}

/// A window with what is held in it so far.
struct Room {
    id: Uuid,
    charge: Arc<Charge>,
    usage: Usage,
    added: Decimal,
}

impl Room {
    fn new(charge: &Arc<Charge>, window: &LockedWindow) -> Self {
        let usage = Usage {
            limits: charge.limits,
            spent: Money::of_sum(window.spent),
            reserved: Money::of_sum(window.reserved),
            starts_at: window.starts_at,
            resets_at: window.ends_at,
        };
        Self { id: window.id, charge: Arc::clone(charge), usage, added: Decimal::ZERO }
    }

    fn denial(&self) -> Denial {
        let (hard, left) = (self.usage.limits.hard(), self.usage.left());
        let slot = self.charge.slot;
        let refusal = match (slot.project_id, slot.user_id) {
            (Some(_), Some(_)) => SpendRefusal::MemberLimitReached { hard, left },
            _ => SpendRefusal::HardLimitReached { budget: self.charge.budget.name.clone(), hard, left },
        };
        Denial { refusal, resets_at: Some(self.usage.resets_at) }
    }
}

/// A row to insert.
struct Held {
    id: Uuid,
    key: Uuid,
    content: Uuid,
    category: String,
    project_id: Option<Uuid>,
    user_id: Option<Uuid>,
    model: String,
    windows: Vec<Uuid>,
    over_soft: bool,
    amount: Decimal,
    expires_at: OffsetDateTime,
}

/// What the transaction is going to write.
struct Plan<'a> {
    services: &'a Services,
    now: OffsetDateTime,
    /// By key: what was held before, and by this batch.
    known: BTreeMap<Uuid, Known>,
    rooms: BTreeMap<windows::Slot, Room>,
    held: Vec<Held>,
    /// The windows without room for a request.
    full: Vec<Uuid>,
}

impl<'a> Plan<'a> {
    fn new(services: &'a Services, now: OffsetDateTime, known: BTreeMap<Uuid, Known>) -> Self {
        Self { services, now, known, rooms: BTreeMap::new(), held: Vec::new(), full: Vec::new() }
    }

    fn decide(&mut self, request: &ReserveRequest, key: Uuid, content: Uuid, payer: &Payer) -> Decision {
        if let Some(known) = self.known.get(&key) {
            return known.again(content, self.now);
        }
        if let Err(denial) = payer.check_may_call() {
            return denial.into();
        }
        let slots: Vec<windows::Slot> = payer.charges.iter().map(|charge| charge.slot).collect();
        if let Some(full) =
            slots.iter().filter_map(|slot| self.rooms.get(slot)).find(|room| room.usage.left() < request.amount)
        {
            self.full.push(full.id);
            return Decision::Denied(full.denial());
        }
        let mut over_soft = false;
        let mut windows = Vec::new();
        for slot in &slots {
            if let Some(room) = self.rooms.get_mut(slot) {
                over_soft |= room.usage.reserve(request.amount);
                room.added += request.amount.as_decimal();
                windows.push(room.id);
            }
        }
        let id = self.services.new_id();
        let paying = slots.last().and_then(|slot| self.rooms.get(slot));
        let allowance = Allowance {
            reservation: ReservationId(id),
            budget: paying.map(|room| room.charge.budget.clone()),
            window: paying.map(|room| SpendWindow { starts_at: room.usage.starts_at, ends_at: room.usage.resets_at }),
            soft_limit_reached: over_soft,
            expires_at: self.now + request.expires_in,
        };
        self.held.push(Held {
            id,
            key,
            content,
            category: request.category.key().to_owned(),
            project_id: payer.project_id,
            user_id: payer.user_id,
            model: request.model.as_ref().map(ToString::to_string).unwrap_or_default(),
            windows,
            over_soft,
            amount: request.amount.as_decimal(),
            expires_at: allowance.expires_at,
        });
        self.known.insert(key, Known { content, is_open: true, allowance: allowance.clone() });
        Decision::Allowed(allowance)
    }
}

/// A reservation that has the key of a request.
struct Known {
    content: Uuid,
    /// It was neither settled nor released, nor given back after it expired.
    is_open: bool,
    allowance: Allowance,
}

impl Known {
    /// The decision on a request with its key. What is not held any more must not allow another call.
    fn again(&self, content: Uuid, now: OffsetDateTime) -> Decision {
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
async fn stored(services: &Services, gateway: GatewayId, keys: &[Uuid]) -> Result<BTreeMap<Uuid, Known>, Error> {
    let rows = sqlx::query!(
        r#"select r.key, r.content, r.id, r.state = 'open' as "is_open!", r.over_soft, r.expires_at, w.starts_at as "starts_at?", w.ends_at as "ends_at?",
                  w.budget_id as "budget_id?", coalesce(b.slug, w.budget_id::text) as slug,
                  coalesce(b.name, 'Deleted budget') as "name!"
           from reservations r
           left join budget_windows w on w.id = r.window_ids[cardinality(r.window_ids)]
           left join budgets b on b.id = w.budget_id
           where r.gateway_id = $1 and r.key = any($2)"#,
        gateway.0,
        keys
    )
    .fetch_all(&services.pool)
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

/// Writes what is held, and counts it in the windows. Returns whether every key was new.
async fn insert(
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
