//! Single requests of one gateway that arrive while others are decided wait for them, and are then decided together.
//!
//! On a budget that many calls share, each transaction waits for the commit of the one before it. Together, many requests
//! cost one commit. A request that meets no other is decided at once, by itself.

use crate::Services;
use crate::error::Error;
use domain::error::Refusal;
use domain::id::GatewayId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tracing::Instrument as _;

/// The most requests that are decided together.
const BATCH: usize = 64;
/// The most requests of a gateway that wait. Beyond them the database is too slow, and a wait would be in vain.
const MAX_WAITING: usize = 4_096;
/// The most batches of a gateway at the same time, so that a budget whose window is locked holds up no other for long.
const BATCHES_AT_ONCE: usize = 4;

/// A request that is decided together with others of its kind.
pub(crate) trait Queued: Sized + Send + Sync + 'static {
    /// What it is answered with.
    type Outcome: Send;

    /// Where it waits.
    fn queue(services: &Services) -> &Queue<Self>;

    /// Decides on requests in one transaction: an outcome for each, in their order.
    fn decide_all(
        services: &Services,
        gateway: GatewayId,
        requests: &[Self],
    ) -> impl Future<Output = Result<Vec<Self::Outcome>, Error>> + Send;
}

/// The requests that wait, by gateway; cheap to clone.
pub(crate) struct Queue<R: Queued>(Arc<Mutex<BTreeMap<GatewayId, Waiting<R>>>>);

impl<R: Queued> Clone for Queue<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: Queued> Default for Queue<R> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

struct Waiting<R: Queued> {
    batches: usize,
    calls: Vec<Call<R>>,
}

impl<R: Queued> Default for Waiting<R> {
    fn default() -> Self {
        Self { batches: 0, calls: Vec::new() }
    }
}

struct Call<R: Queued> {
    request: R,
    answer: oneshot::Sender<Result<R::Outcome, Error>>,
}

/// Decides on a request, alone or together with others. A caller that goes away before the decision is passed over; one
/// that goes away later leaves it standing.
pub(super) async fn decide<R: Queued>(
    services: &Services,
    gateway: GatewayId,
    request: R,
) -> Result<R::Outcome, Error> {
    let (answer, answered) = oneshot::channel();
    let starts_batch = {
        let mut queue = R::queue(services).lock();
        let waiting = queue.entry(gateway).or_default();
        if waiting.calls.len() >= MAX_WAITING {
            return Err(Refusal::Unavailable.into());
        }
        waiting.calls.push(Call { request, answer });
        let has_place = waiting.batches < BATCHES_AT_ONCE;
        waiting.batches += usize::from(has_place);
        has_place
    };
    if starts_batch {
        let services = services.clone();
        let place = Place { queue: R::queue(&services).clone(), gateway, is_given_back: false };
        services.background.clone().spawn(async move { run(&services, place).await }.in_current_span());
    }
    answered.await.unwrap_or_else(|_| Err(Refusal::Unavailable.into()))
}

/// Decides on batches until no request waits.
async fn run<R: Queued>(services: &Services, mut place: Place<R>) {
    while let Some(calls) = place.take() {
        let (requests, answers): (Vec<_>, Vec<_>) = calls.into_iter().map(|call| (call.request, call.answer)).unzip();
        match R::decide_all(services, place.gateway, &requests).await {
            Ok(outcomes) => {
                // A caller may have gone away.
                outcomes.into_iter().zip(answers).for_each(|(outcome, answer)| drop(answer.send(Ok(outcome))));
            }
            Err(_) if requests.len() > 1 => {
                // What one of them failed with is not what all of them fail with.
                for (request, answer) in requests.iter().zip(answers) {
                    let decided = R::decide_all(services, place.gateway, std::slice::from_ref(request)).await;
                    let outcome = decided.and_then(|mut outcomes| outcomes.pop().ok_or(Refusal::Unavailable.into()));
                    drop(answer.send(outcome));
                }
            }
            Err(fault) => {
                if let Some(answer) = answers.into_iter().next() {
                    drop(answer.send(Err(fault)));
                }
            }
        }
    }
}

impl<R: Queued> Queue<R> {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<GatewayId, Waiting<R>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the batches of a gateway that run at the same time.
struct Place<R: Queued> {
    queue: Queue<R>,
    gateway: GatewayId,
    is_given_back: bool,
}

impl<R: Queued> Place<R> {
    /// The calls of the next batch. Where there are none, the place is given back under the same lock, so that the next
    /// call starts a batch.
    fn take(&mut self) -> Option<Vec<Call<R>>> {
        let mut queue = self.queue.lock();
        if let Some(waiting) = queue.get_mut(&self.gateway) {
            // Callers that went away make no call: nothing is held for them.
            waiting.calls.retain(|call| !call.answer.is_closed());
        }
        let waiting = queue.get_mut(&self.gateway).filter(|waiting| !waiting.calls.is_empty());
        if let Some(Waiting { calls, .. }) = waiting {
            return Some(calls.drain(..calls.len().min(BATCH)).collect());
        }
        self.is_given_back = true;
        give_back(&mut queue, self.gateway);
        None
    }
}

impl<R: Queued> Drop for Place<R> {
    /// After a panic. Without a batch that could take them, waiting calls are answered by the end of their senders.
    fn drop(&mut self) {
        if !self.is_given_back {
            give_back(&mut self.queue.lock(), self.gateway);
        }
    }
}

fn give_back<R: Queued>(queue: &mut BTreeMap<GatewayId, Waiting<R>>, gateway: GatewayId) {
    let Some(waiting) = queue.get_mut(&gateway) else { return };
    waiting.batches = waiting.batches.saturating_sub(1);
    if waiting.batches == 0 {
        queue.remove(&gateway);
    }
}
