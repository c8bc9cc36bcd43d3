//! Settling: what a call did cost takes the place of what was reserved for it.

use super::ledger::{self, Line};
use super::partitions::{self, month};
use super::queue::{Queue, Queued};
use super::windows::{self, Slot};
use super::{digest, queue, until_answered};
use crate::Services;
use crate::budgets::stored::category;
use crate::budgets::switched_on;
use crate::change::commit;
use crate::error::Error;
use domain::id::{GatewayId, ReservationId};
use domain::money::Money;
use domain::spend::{ReservationRef, SettleOutcome, Settlement, SpendRefusal};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// Records what calls did cost, in full, also above what was reserved and after the reservation expired. It counts in the
/// window in which it was reserved, at that time. The number of statements does not grow with the settlements.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off; otherwise the database failed and nothing changed.
pub async fn settle_many(
    services: &Services,
    gateway: GatewayId,
    settlements: Vec<Settlement>,
) -> Result<Vec<SettleOutcome>, Error> {
    switched_on(services)?;
    match <[Settlement; 1]>::try_from(settlements) {
        Ok([settlement]) => Ok(vec![queue::decide(services, gateway, settlement).await?]),
        Err(settlements) => Settlement::decide_all(services, gateway, &settlements).await,
    }
}

impl Queued for Settlement {
    type Outcome = SettleOutcome;

    fn queue(services: &Services) -> &Queue<Self> {
        &services.settlements
    }

    async fn decide_all(
        services: &Services,
        gateway: GatewayId,
        requests: &[Self],
    ) -> Result<Vec<SettleOutcome>, Error> {
        until_answered(|| attempt(services, gateway, requests)).await
    }
}

/// `None` when an event with the key of a reservation came in at this moment.
async fn attempt(
    services: &Services,
    gateway: GatewayId,
    settlements: &[Settlement],
) -> Result<Option<Vec<SettleOutcome>>, Error> {
    let now = services.clock.now();
    let mut transaction = services.pool.begin().await?;
    let named: Vec<&ReservationRef> = settlements.iter().map(|settlement| &settlement.reservation).collect();
    let mut reservations = lock(&mut transaction, gateway, &named).await?;
    let mut lines = Vec::new();
    let mut settled = Vec::new();
    let mut outcomes = Vec::new();
    for settlement in settlements {
        let Some(reservation) = reservations.find(&settlement.reservation) else {
            outcomes.push(SettleOutcome::Refused(SpendRefusal::UnknownReservation));
            continue;
        };
        let (outcome, line) = settle(services, reservation, settlement)?;
        if let Some(line) = line {
            settled.push((reservation.id, line.amount));
            lines.push(line);
        }
        outcomes.push(outcome);
    }
    if lines.is_empty() {
        return Ok(Some(outcomes));
    }
    let months = reservations.months_without_partition();
    if !months.is_empty() {
        // By itself: attaching a partition must not wait for other transactions with locks in hand.
        transaction.rollback().await?;
        partitions::create_missing(&services.pool, &months).await?;
        return Ok(None);
    }
    let mut ids: Vec<Uuid> = lines.iter().flat_map(|line| line.windows.iter().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    windows::lock(&mut transaction, &ids).await?;
    if !ledger::write(&mut transaction, gateway, now, lines).await? {
        return Ok(None);
    }
    mark_settled(&mut transaction, &settled).await?;
    commit(transaction).await?;
    Ok(Some(outcomes))
}

/// What becomes of a reservation, and the event to write.
fn settle(
    services: &Services,
    reservation: &mut Reservation,
    settlement: &Settlement,
) -> Result<(SettleOutcome, Option<Line>), Error> {
    let id = ReservationId(reservation.id);
    let refused = |refusal| Ok((SettleOutcome::Refused(refusal), None));
    match reservation.state {
        State::Released => return refused(SpendRefusal::AlreadyReleased),
        State::Settled(amount) if amount == settlement.amount => {
            return Ok((SettleOutcome::Settled { reservation: id, repeated: true }, None));
        }
        State::Settled(amount) => return refused(SpendRefusal::AlreadySettled { amount }),
        State::Open | State::Expired if reservation.has_event => return refused(SpendRefusal::KeyReused),
        State::Open | State::Expired => {}
    }
    let line = Line {
        event_id: services.new_id(),
        key: reservation.key,
        content: digest::settlement(settlement.amount, settlement.tokens),
        spent_at: reservation.reserved_at,
        spender: reservation.spender,
        model: reservation.model.clone(),
        amount: settlement.amount.as_decimal(),
        tokens: settlement.tokens,
        corrects: None,
        windows: reservation.windows.clone(),
        held: if reservation.state == State::Open { reservation.amount } else { Decimal::ZERO },
    };
    reservation.state = State::Settled(settlement.amount);
    Ok((SettleOutcome::Settled { reservation: id, repeated: false }, Some(line)))
}

async fn mark_settled(connection: &mut PgConnection, settled: &[(Uuid, Decimal)]) -> Result<(), Error> {
    let (ids, amounts): (Vec<Uuid>, Vec<Decimal>) = settled.iter().copied().unzip();
    sqlx::query!(
        "update reservations r set state = 'settled', settled = s.amount
         from unnest($1::uuid[], $2::numeric[]) s (id, amount) where r.id = s.id",
        &ids,
        &amounts
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A reservation whose row is locked until the transaction ends.
#[derive(Debug)]
pub(super) struct Reservation {
    pub(super) id: Uuid,
    key: Uuid,
    spender: Slot,
    model: String,
    pub(super) windows: Vec<Uuid>,
    pub(super) amount: Decimal,
    reserved_at: OffsetDateTime,
    pub(super) state: State,
    /// An event with its key was reported, although it was not settled.
    has_event: bool,
    lacks_partition: bool,
}

/// What has become of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Settled(Money),
    Released,
    Expired,
}

/// Reservations that are locked, by id and by key.
pub(super) struct Reservations {
    by_id: BTreeMap<Uuid, Reservation>,
    ids: BTreeMap<Uuid, Uuid>,
}

impl Reservations {
    /// The reservation that a gateway names.
    pub(super) fn find(&mut self, named: &ReservationRef) -> Option<&mut Reservation> {
        let id = match named {
            ReservationRef::Id(id) => id.0,
            ReservationRef::Key(key) => *self.ids.get(&digest::key(key))?,
        };
        self.by_id.get_mut(&id)
    }

    fn months_without_partition(&self) -> std::collections::BTreeSet<time::Date> {
        let without = self.by_id.values().filter(|reservation| reservation.lacks_partition);
        without.map(|reservation| month(reservation.reserved_at)).collect()
    }
}

/// Locks the reservations that a gateway names, in the order of their ids. Those of other gateways are left out.
pub(super) async fn lock(
    connection: &mut PgConnection,
    gateway: GatewayId,
    named: &[&ReservationRef],
) -> Result<Reservations, Error> {
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for reservation in named {
        match reservation {
            ReservationRef::Id(id) => ids.push(id.0),
            ReservationRef::Key(key) => keys.push(digest::key(key)),
        }
    }
    let rows = sqlx::query!(
        r#"select r.id, r.key, r.category, r.project_id, r.user_id, r.model, r.window_ids, r.amount, r.reserved_at, r.state,
                  r.settled,
                  exists (select from spend_keys k where k.source = r.gateway_id and k.key = r.key) as "has_event!",
                  to_regclass('spend_events_' || to_char(r.reserved_at at time zone 'UTC', 'YYYYMM')) is null
                    as "lacks_partition!"
           from reservations r
           where r.gateway_id = $1 and (r.id = any($2) or r.key = any($3))
           order by r.id for no key update of r"#,
        gateway.0,
        &ids,
        &keys
    )
    .fetch_all(connection)
    .await?;
    let mut reservations = Reservations { by_id: BTreeMap::new(), ids: BTreeMap::new() };
    for row in rows {
        let state = match (row.state.as_str(), row.settled) {
            ("settled", Some(amount)) => State::Settled(money(amount)?),
            ("released", _) => State::Released,
            ("expired", _) => State::Expired,
            _ => State::Open,
        };
        let spender = Slot { category: category(&row.category)?, project_id: row.project_id, user_id: row.user_id };
        reservations.ids.insert(row.key, row.id);
        let reservation = Reservation {
            id: row.id,
            key: row.key,
            spender,
            model: row.model,
            windows: row.window_ids,
            amount: row.amount,
            reserved_at: row.reserved_at,
            state,
            has_event: row.has_event,
            lacks_partition: row.lacks_partition,
        };
        reservations.by_id.insert(row.id, reservation);
    }
    Ok(reservations)
}

fn money(amount: Decimal) -> Result<Money, Error> {
    Money::from_decimal(amount).ok_or_else(|| Error::Broken(format!("settled with {amount}")))
}
