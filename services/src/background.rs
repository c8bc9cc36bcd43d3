//! Work that goes on after the request that started it, until it is done or the server stops.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tracing::Instrument as _;

/// The tasks of one process; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Background(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_stopping: watch::Sender<bool>,
    tasks: Mutex<JoinSet<()>>,
}

impl Background {
    /// Starts a task. [`Background::stop`] waits for it; a long one ends early once [`Background::stopped`] does.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        // Those that are done are forgotten.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Carries work out to its end, also when the one that waits for it is dropped; the server waits for it before it stops.
    /// `None` when it panicked.
    pub(crate) fn to_its_end<T, W>(&self, work: W) -> impl Future<Output = Option<T>> + use<T, W>
    where
        T: Send + 'static,
        W: Future<Output = T> + Send + 'static,
    {
        let (result, done) = oneshot::channel();
        // Work that is moved from one future into the next is on the stack in each of them.
        let work = Box::pin(work);
        // The result is not received by one that was dropped.
        self.spawn(async move { drop(result.send(work.await)) }.in_current_span());
        async move { done.await.ok() }
    }

    /// Waits until the server stops.
    pub(crate) async fn stopped(&self) {
        // The sender lives as long as `self`.
        let _ = self.0.is_stopping.subscribe().wait_for(|is_stopping| *is_stopping).await;
    }

    /// Tells every task to end, and waits until they have.
    pub async fn stop(&self) {
        self.0.is_stopping.send_replace(true);
        self.finish().await;
    }

    /// Waits until every task is done.
    pub async fn finish(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks());
        while tasks.join_next().await.is_some() {}
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
