//! Decisions in the order of the requests, on the room that the locked windows have.

use super::known::Known;
use super::write::Held;
use crate::Services;
use crate::spend::payer::{Charge, Payer};
use crate::spend::windows::{LockedWindow, Slot};
use domain::budget::Usage;
use domain::id::ReservationId;
use domain::money::Money;
use domain::spend::{Allowance, Decision, Denial, ReserveRequest, SpendRefusal, SpendWindow};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// A window with what is held in it so far.
pub(super) struct Room {
    pub(super) id: Uuid,
    pub(super) charge: Arc<Charge>,
    pub(super) usage: Usage,
    /// Of that, what this batch holds.
    pub(super) added: Decimal,
}

impl Room {
    pub(super) fn new(charge: &Arc<Charge>, window: &LockedWindow) -> Self {
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
        let refusal = if self.charge.slot.is_share() {
            SpendRefusal::MemberLimitReached { hard, left }
        } else {
            SpendRefusal::HardLimitReached { budget: self.charge.budget.name.clone(), hard, left }
        };
        Denial { refusal, resets_at: Some(self.usage.resets_at) }
    }
}

/// What the transaction is going to write.
pub(super) struct Plan<'a> {
    services: &'a Services,
    now: OffsetDateTime,
    /// By key: what was held before, and by this batch.
    known: BTreeMap<Uuid, Known>,
    pub(super) rooms: BTreeMap<Slot, Room>,
    pub(super) held: Vec<Held>,
    /// The windows without room for a request.
    pub(super) full: Vec<Uuid>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        services: &'a Services,
        now: OffsetDateTime,
        known: BTreeMap<Uuid, Known>,
        rooms: BTreeMap<Slot, Room>,
    ) -> Self {
        Self { services, now, known, rooms, held: Vec::new(), full: Vec::new() }
    }

    pub(super) fn decide(&mut self, request: &ReserveRequest, key: Uuid, content: Uuid, payer: &Payer) -> Decision {
        if let Some(known) = self.known.get(&key) {
            return known.again(content, self.now);
        }
        if let Err(denial) = payer.check_may_call() {
            return denial.into();
        }
        let slots: Vec<Slot> = payer.charges.iter().map(|charge| charge.slot).collect();
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
