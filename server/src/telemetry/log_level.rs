//! What is logged, changed while the server runs: by signals, which only its own user and root can send.

use crate::config::LogFilter;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::{EnvFilter, Registry, reload};

/// Everything our own rooms say and each statement without its values; nothing that shows headers, which hold cookies.
const DETAILED: &str = "info,app=debug,domain=debug,server=debug,services=debug,sqlx=debug";

/// Changes are noted whatever else is logged.
const NOTICE: &str = "bursar::log_level";

pub(super) type Filter = reload::Layer<EnvFilter, Registry>;

/// Changes which lines are written.
pub(super) struct LogLevel {
    filter: reload::Handle<EnvFilter, Registry>,
    configured: String,
}

impl LogLevel {
    /// What the configuration says, to begin with.
    pub(super) fn new(configured: &LogFilter) -> (Filter, Self) {
        let (layer, filter) = reload::Layer::new(with_notices(configured.as_str()));
        (layer, Self { filter, configured: configured.as_str().to_owned() })
    }

    /// SIGUSR1 asks for details, SIGUSR2 for what is configured. Returns only when signals cannot be heard.
    pub(super) async fn follow_signals(&self) {
        match (signal(SignalKind::user_defined1()), signal(SignalKind::user_defined2())) {
            (Ok(more), Ok(less)) => self.follow(more, less).await,
            (Err(fault), _) | (_, Err(fault)) => {
                tracing::warn!(%fault, "cannot listen for SIGUSR1 and SIGUSR2: the log level stays as it is");
            }
        }
    }

    async fn follow(&self, mut more: Signal, mut less: Signal) {
        loop {
            tokio::select! {
                _ = more.recv() => {
                    self.set(DETAILED);
                    tracing::info!(target: NOTICE, filter = DETAILED, "SIGUSR1: from now on details are logged");
                }
                _ = less.recv() => {
                    self.set(&self.configured);
                    tracing::info!(target: NOTICE, filter = self.configured, "SIGUSR2: from now on is logged what BURSAR_LOG says");
                }
            }
        }
    }

    fn set(&self, filter: &str) {
        if let Err(fault) = self.filter.reload(with_notices(filter)) {
            tracing::warn!(%fault, "the log level stays as it is");
        }
    }
}

fn with_notices(filter: &str) -> EnvFilter {
    EnvFilter::new(format!("{filter},{NOTICE}=info"))
}
