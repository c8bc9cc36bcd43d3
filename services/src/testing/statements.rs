//! Counts what a piece of work does: statements sent to the database, passwords hashed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The library reports each statement once, as an event.
const STATEMENTS: &str = "sqlx::query";
/// Each hash is an event of its own.
const HASHES: &str = "services::password_hash";

/// Does the work and tells how many statements it took. Only in tests on one thread, as `#[tokio::test]` makes them.
pub async fn count_statements<T>(work: impl Future<Output = T>) -> (T, usize) {
    count(STATEMENTS, work).await
}

/// As [`count_statements`], for passwords that are hashed.
pub async fn count_hashes<T>(work: impl Future<Output = T>) -> (T, usize) {
    count(HASHES, work).await
}

async fn count<T>(target: &'static str, work: impl Future<Output = T>) -> (T, usize) {
    // A thread that listens to nothing may see an event first, which would silence it for every thread.
    static SOMEBODY_LISTENS: Once = Once::new();
    SOMEBODY_LISTENS.call_once(|| drop(tracing::subscriber::set_global_default(Counter::of(STATEMENTS))));
    let counter = Counter::of(target);
    let count = Arc::clone(&counter.count);
    let _listening = tracing::subscriber::set_default(counter);
    let done = work.await;
    (done, count.load(Ordering::SeqCst))
}

struct Counter {
    target: &'static str,
    count: Arc<AtomicUsize>,
}

impl Counter {
    fn of(target: &'static str) -> Self {
        Self { target, count: Arc::default() }
    }
}

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        [STATEMENTS, HASHES].contains(&metadata.target())
    }

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == self.target {
            self.count.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}
