//! Traces: one span for every request with the statements it ran, sent by OTLP over HTTP where an endpoint is named.

use super::TelemetryError;
use http::{HeaderMap, Method};
use https_client::ClientError;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Span, Subscriber, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

/// Spans of this target are for traces alone; in log lines they would only repeat what stands there.
pub(super) const TARGET: &str = "bursar::trace";
/// The longest a collector may take to answer, and the end to wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends spans in batches, from a thread of its own.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts it as `OTEL_EXPORTER_OTLP_ENDPOINT` and its relatives say, which the exporter reads by itself.
    ///
    /// # Errors
    /// One of these variables makes no sense, or the system has no certificate authorities.
    pub(super) fn start(service: String) -> Result<Self, TelemetryError> {
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        let exporter = exporter.with_http_client(Client::new()?).build()?;
        let resource = Resource::builder().with_service_name(service).build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// Listens to requests, to statements and to our own log lines.
    pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let listened = Targets::new()
            .with_targets(["app", "server", "services", TARGET].map(|target| (target, Level::INFO)))
            // The span around log lines; the same request again.
            .with_target("server::middleware::request_id", LevelFilter::OFF)
            .with_target("sqlx::query", Level::DEBUG);
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("bursar")).with_location(false).with_filter(listened)
    }

    /// Sends what is still there. Blocks, for [`PATIENCE`] at most.
    pub(super) fn finish(&self) {
        if let Err(fault) = self.0.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%fault, "the last traces were not sent");
        }
    }
}

/// The span of a request, which continues the trace that trusted `headers` tell of. Nothing when tracing is off.
pub(crate) fn span(method: &Method, route: &str, request_id: &str, headers: Option<&HeaderMap>) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = field::Empty,
        request_id,
    );
    if let Some(headers) = headers
        && !span.is_disabled()
    {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // It fails for a span that has begun, which this one has not.
        let _ = span.set_parent(parent);
    }
    span
}

/// Notes what was answered.
pub(crate) fn answered(span: &Span, status: http::StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Sends from the exporter's thread, which has no runtime, by ours.
#[derive(Debug)]
struct Client {
    client: reqwest::Client,
    runtime: Handle,
}

impl Client {
    fn new() -> Result<Self, ClientError> {
        let client = https_client::build(reqwest::Client::builder().timeout(PATIENCE))?;
        Ok(Self { client, runtime: Handle::current() })
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        self.runtime.spawn(async move { client.send_bytes(request).await }).await?
    }
}
