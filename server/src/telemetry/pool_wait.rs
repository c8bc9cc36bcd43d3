//! How long requests wait for a connection, which the pool tells by its log lines alone.

use super::metrics::DATABASE_WAIT;
use metrics::histogram;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

const POOL: &str = "sqlx::pool::acquire";
const SECONDS: &str = "acquired_after_secs";

/// Listens to the pool and to nothing else.
pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    PoolWait.with_filter(Targets::new().with_target(POOL, Level::TRACE))
}

struct PoolWait;

impl<S: Subscriber> Layer<S> for PoolWait {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Record);
    }
}

struct Record;

impl Visit for Record {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == SECONDS {
            histogram!(DATABASE_WAIT).record(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
