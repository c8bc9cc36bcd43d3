//! Work that goes on after the request that started it, until it is done or the server stops.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

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
