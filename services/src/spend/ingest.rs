//! Events of spend that gateways report, reserved or not, and corrections of them.

mod correct;

use super::ledger::{self, Line};
use super::partitions::{self, month};
use super::payer::{Payer, Spender};
use super::windows::{self, Moment, Slot};
use super::{digest, payer, until_answered};
use crate::Services;
use crate::budgets::switched_on;
use crate::change::commit;
use crate::error::Error;
use domain::id::GatewayId;
use domain::spend::{EventOutcome, KEY_RETENTION, MAX_CLOCK_SKEW, SpendEvent, SpendRefusal};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// Adds events to the ledger: the good ones are kept, the others refused with their codes, each outcome in the place of
/// its event. The time of an event decides the window that counts it. Corrections are written after the other events, so
/// that a batch may hold both. The number of statements does not grow with the events.
///
/// Users who were deactivated or removed from the project since, and deleted projects, are no reason to refuse: the money
/// is spent.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off; otherwise the database failed. Then nothing of the
/// batch is in the ledger, or all events but the corrections: sent again, each counts once.
pub async fn ingest(
    services: &Services,
    gateway: GatewayId,
    events: Vec<SpendEvent>,
) -> Result<Vec<EventOutcome>, Error> {
    switched_on(services)?;
    let events: Vec<Keyed> = events.into_iter().map(Keyed::new).collect();
    let mut outcomes = vec![EventOutcome::Accepted; events.len()];
    for corrections in [false, true] {
        let part = |keyed: &&Keyed| keyed.event.corrects.is_some() == corrections;
        let places: Vec<usize> = (0..events.len()).filter(|place| part(&&events[*place])).collect();
        if places.is_empty() {
            continue;
        }
        let batch = Batch { services, gateway, events: places.iter().map(|place| &events[*place]).collect() };
        let answered = until_answered(|| batch.attempt(corrections)).await?;
        for (place, outcome) in places.into_iter().zip(answered) {
            outcomes[place] = outcome;
        }
    }
    Ok(outcomes)
}

/// An event with its digests.
struct Keyed {
    event: SpendEvent,
    key: Uuid,
    content: Uuid,
}

impl Keyed {
    fn new(event: SpendEvent) -> Self {
        let (key, content) = (digest::key(&event.key), digest::event(&event));
        Self { event, key, content }
    }

    const fn spender(&self) -> Spender<'_> {
        let SpendEvent { subject, category, personal, .. } = &self.event;
        Spender { subject, category: *category, personal: *personal }
    }

    /// The outcome when the ledger has its key, with this content.
    fn again(&self, content: Uuid) -> EventOutcome {
        if content == self.content { EventOutcome::Duplicate } else { EventOutcome::Refused(SpendRefusal::KeyReused) }
    }
}

/// Events of one gateway: corrections only, or none.
struct Batch<'a> {
    services: &'a Services,
    gateway: GatewayId,
    events: Vec<&'a Keyed>,
}

impl Batch<'_> {
    /// `None` when a window ended or a key was used meanwhile.
    async fn attempt(&self, corrections: bool) -> Result<Option<Vec<EventOutcome>>, Error> {
        let Self { services, events, .. } = self;
        let now = services.clock.now();
        let mut known = self.known().await?;
        let spenders: Vec<_> = events.iter().map(|keyed| keyed.spender()).collect();
        let payers = payer::resolve(&services.pool, &spenders).await?;
        let (mut outcomes, mut new) = (Vec::new(), Vec::new());
        for (place, (keyed, payer)) in events.iter().zip(&payers).enumerate() {
            let outcome = outcome(keyed, payer, &known, now);
            if outcome == EventOutcome::Accepted {
                // Whether a correction is accepted is not known yet.
                if !corrections {
                    known.insert(keyed.key, keyed.content);
                }
                new.push((place, *keyed, payer));
            }
            outcomes.push(outcome);
        }
        if new.is_empty() {
            return Ok(Some(outcomes));
        }
        let written = if corrections {
            correct::write(self, now, &new, &mut outcomes).await?
        } else {
            self.write(now, &new).await?
        };
        Ok(written.then_some(outcomes))
    }

    /// The content of the events that the ledger has, by key.
    async fn known(&self) -> Result<BTreeMap<Uuid, Uuid>, Error> {
        let keys: Vec<Uuid> = self.events.iter().map(|keyed| keyed.key).collect();
        let rows = sqlx::query!(
            "select key, content from spend_keys where source = $1 and key = any($2)",
            self.gateway.0,
            &keys
        );
        let rows = rows.fetch_all(&self.services.pool).await?;
        Ok(rows.into_iter().map(|row| (row.key, row.content)).collect())
    }

    async fn write(&self, now: OffsetDateTime, new: &[(usize, &Keyed, &Payer)]) -> Result<bool, Error> {
        let Self { services, gateway, .. } = self;
        let months = new.iter().map(|(_, keyed, _)| month(keyed.event.spent_at)).collect();
        partitions::create_missing(&services.pool, &months).await?;
        let moments = new.iter().flat_map(|(_, keyed, payer)| {
            payer.charges.iter().map(|charge| Moment { charge: Arc::clone(charge), at: keyed.event.spent_at })
        });
        let moments: BTreeMap<_, _> = moments.map(|moment| (moment.key(), moment)).collect();
        let ids = windows::open(services, &moments, now).await?;

        let mut transaction = services.pool.begin().await?;
        let mut in_order: Vec<Uuid> = ids.values().copied().collect();
        in_order.sort_unstable();
        in_order.dedup();
        let locked = windows::lock(&mut transaction, &in_order).await?;
        let is_stale =
            |((_, at), id): (&(Slot, OffsetDateTime), &Uuid)| locked.get(id).is_none_or(|window| !window.contains(*at));
        if ids.iter().any(is_stale) {
            return Ok(false);
        }
        let lines = new.iter().map(|(_, keyed, payer)| {
            let at = keyed.event.spent_at;
            let windows = payer.charges.iter().filter_map(|charge| ids.get(&(charge.slot, at)).copied()).collect();
            Line { windows, ..line(services, keyed, payer) }
        });
        if !ledger::write(&mut transaction, *gateway, now, lines.collect()).await? {
            return Ok(false);
        }
        commit(transaction).await?;
        Ok(true)
    }
}

/// Whether an event can be added.
fn outcome(keyed: &Keyed, payer: &Payer, known: &BTreeMap<Uuid, Uuid>, now: OffsetDateTime) -> EventOutcome {
    if let Some(content) = known.get(&keyed.key) {
        return keyed.again(*content);
    }
    if keyed.event.spent_at < now - KEY_RETENTION {
        return EventOutcome::Refused(SpendRefusal::TooOld);
    }
    if keyed.event.spent_at > now + MAX_CLOCK_SKEW {
        return EventOutcome::Refused(SpendRefusal::InTheFuture);
    }
    payer.check_known().map_or_else(EventOutcome::Refused, |()| EventOutcome::Accepted)
}

/// An event that no window counts.
fn line(services: &Services, keyed: &Keyed, payer: &Payer) -> Line {
    let event = &keyed.event;
    let spender = Slot { category: event.category, project_id: payer.project_id, user_id: payer.user_id };
    Line {
        event_id: services.new_id(),
        key: keyed.key,
        content: keyed.content,
        spent_at: event.spent_at,
        spender,
        model: event.model.as_ref().map(ToString::to_string).unwrap_or_default(),
        amount: event.amount.as_decimal(),
        tokens: event.tokens,
        corrects: None,
        windows: Vec::new(),
        held: rust_decimal::Decimal::ZERO,
    }
}
