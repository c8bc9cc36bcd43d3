//! Reservations: an amount is held before a call, so that calls at the same moment cannot exceed a limit together.

mod known;
mod plan;
mod write;

use self::plan::{Plan, Room};
use super::payer::{Charge, Spender};
use super::queue::{Queue, Queued};
use super::windows::{Moment, Slot};
use super::{digest, expire, payer, queue, until_answered, windows};
use crate::Services;
use crate::budgets::switched_on;
use crate::change::commit;
use crate::error::Error;
use domain::id::GatewayId;
use domain::spend::{Decision, ReserveRequest};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
        Ok([request]) => Ok(vec![queue::decide(services, gateway, request).await?]),
        Err(requests) => ReserveRequest::decide_all(services, gateway, &requests).await,
    }
}

impl Queued for ReserveRequest {
    type Outcome = Decision;

    fn queue(services: &Services) -> &Queue<Self> {
        &services.reservations
    }

    async fn decide_all(services: &Services, gateway: GatewayId, requests: &[Self]) -> Result<Vec<Decision>, Error> {
        let batch = Batch::new(services, gateway, requests);
        until_answered(|| batch.attempt()).await
    }
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

    /// `None` after windows were opened or room became free, or when a key was used meanwhile.
    async fn attempt(&self) -> Result<Option<Vec<Decision>>, Error> {
        let Self { services, gateway, requests, .. } = self;
        let now = services.clock.now();
        let spender = |request: &'a ReserveRequest| Spender {
            subject: &request.subject,
            category: request.category,
            personal: request.personal,
        };
        let spenders: Vec<_> = requests.iter().map(spender).collect();
        // The whole attempt takes one connection, because to take one costs a round trip to the database.
        let mut transaction = services.pool.begin().await?;
        let known = known::load(&mut *transaction, *gateway, &self.keys).await?;
        let payers = payer::resolve(&mut *transaction, &spenders).await?;
        let charged = payers.iter().filter(|payer| payer.check_may_call().is_ok()).flat_map(|payer| &payer.charges);
        let charges: BTreeMap<Slot, Arc<Charge>> = charged.map(|charge| (charge.slot, Arc::clone(charge))).collect();
        let Some(locked) = windows::lock_current(&mut transaction, &charges, now).await? else {
            transaction.rollback().await?;
            let moments = charges.into_values().map(|charge| Moment { charge, at: now });
            windows::open(services, &moments.map(|moment| (moment.key(), moment)).collect(), now).await?;
            return Ok(None);
        };
        let rooms = locked.iter().filter_map(|(slot, window)| Some((*slot, Room::new(charges.get(slot)?, window))));
        let mut plan = Plan::new(services, now, known, rooms.collect());
        let decide = |(place, payer)| plan.decide(&requests[place], self.keys[place], self.contents[place], payer);
        let decisions: Vec<Decision> = payers.iter().enumerate().map(decide).collect();
        let looks = !plan.full.is_empty() && self.may_free.load(Ordering::Relaxed);
        if looks && expire::would_free(&mut transaction, &plan.full, now).await? {
            transaction.rollback().await?;
            let freed = expire::of_windows(services, &plan.full, now).await?;
            self.may_free.store(freed > 0, Ordering::Relaxed);
            return Ok(None);
        }
        if !write::write(&mut transaction, *gateway, now, &plan).await? {
            return Ok(None);
        }
        commit(transaction).await?;
        Ok(Some(decisions))
    }
}
