//! What the server tells its operators: log lines, and metrics and traces where they are asked for.

pub mod job;
mod listener;
mod log_level;
mod logs;
pub mod metrics;
mod pool_wait;
pub(crate) mod traces;

use crate::config::Config;
use log_level::LogLevel;
use metrics::Metrics;
use services::Services;
use tokio::net::TcpListener;
use traces::Traces;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Why it cannot tell what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Something else measures already.
    #[error("BURSAR_METRICS_ADDRESS: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// A variable of OpenTelemetry makes no sense.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT: {0}")]
    Traces(#[from] opentelemetry_otlp::ExporterBuildError),
    /// No TLS connection to the collector can be verified.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT: {0}")]
    Https(#[from] https_client::ClientError),
}

/// What was started and can still be asked.
pub struct Telemetry {
    log_level: LogLevel,
    metrics: Option<Metrics>,
    traces: Option<Traces>,
}

impl Telemetry {
    /// Starts it as the configuration says; called once.
    ///
    /// # Errors
    /// Something else measures already, or traces cannot be sent as configured.
    pub fn start(config: &Config) -> Result<Self, TelemetryError> {
        let (filter, log_level) = LogLevel::new(&config.log);
        let metrics = config.metrics_address.map(|_| Metrics::install()).transpose()?;
        let wants_traces = config.traces_endpoint.is_some();
        let traces = wants_traces.then(|| Traces::start(config.service_name.clone())).transpose()?;
        tracing_subscriber::registry()
            .with(logs::lines(config.log_format, filter))
            .with(metrics.is_some().then(pool_wait::layer))
            .with(traces.as_ref().map(Traces::layer))
            .init();
        Ok(Self { log_level, metrics, traces })
    }

    /// Answers who reads the metrics at `listener`, and follows the signals that change what is logged. Does not end.
    pub async fn attend(&self, listener: Option<TcpListener>, services: Services) {
        let metrics = async {
            if let (Some(metrics), Some(listener)) = (&self.metrics, listener) {
                listener::serve(metrics, listener, services).await;
            }
        };
        tokio::join!(self.log_level.follow_signals(), metrics);
    }

    /// Sends the traces that are still there.
    pub async fn finish(self) {
        let sent = tokio::task::spawn_blocking(move || self.traces.as_ref().map(Traces::finish));
        if let Err(fault) = sent.await {
            tracing::warn!(%fault, "the last traces were not sent");
        }
    }
}
