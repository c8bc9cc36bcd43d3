//! Counts the statements that a piece of work sends to the database (`behaviour.md` W-20).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Does the work and tells how many statements it took. Only in tests on one thread, as `#[tokio::test]` makes them.
pub async fn count_statements<T>(work: impl Future<Output = T>) -> (T, usize) {
    // A thread that listens to nothing may see a statement first, which would silence it for every thread.
    static SOMEBODY_LISTENS: Once = Once::new();
    SOMEBODY_LISTENS.call_once(|| drop(tracing::subscriber::set_global_default(Counter(Arc::default()))));
    let count = Arc::new(AtomicUsize::new(0));
    let _listening = tracing::subscriber::set_default(Counter(Arc::clone(&count)));
    let done = work.await;
    (done, count.load(Ordering::SeqCst))
}

/// The library reports each statement once, as an event.
struct Counter(Arc<AtomicUsize>);

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, _event: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}
