//! Metrics for Prometheus: their names, their bounds, and how they are read.
//!
//! A label has few values that we know beforehand, never what a client sent.

use http::{Method, StatusCode};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use services::Services;
use std::time::Duration;

const REQUEST: &str = "bursar_http_request_seconds";
const CONNECTIONS: &str = "bursar_database_connections";
const CONNECTIONS_ALLOWED: &str = "bursar_database_connections_allowed";
pub(super) const DATABASE_WAIT: &str = "bursar_database_wait_seconds";
pub(super) const JOB_RUNS: &str = "bursar_job_runs_total";
pub(super) const JOB_SUCCESS: &str = "bursar_job_last_success_timestamp_seconds";
const BUILD: &str = "bursar_build_info";

/// Upper bounds of the durations, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Everything measured in this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins to measure; once a process.
    ///
    /// # Errors
    /// Something else measures already.
    pub fn install() -> Result<Self, BuildError> {
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS);
        let handle = builder.and_then(PrometheusBuilder::install_recorder)?;
        describe();
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self(handle))
    }

    /// All of it, in the text format of Prometheus.
    pub fn render(&self, services: &Services) -> String {
        let pool = services.pool();
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        gauge!(CONNECTIONS, "state" => "idle").set(idle);
        gauge!(CONNECTIONS, "state" => "used").set(pool.size().saturating_sub(idle));
        gauge!(CONNECTIONS_ALLOWED).set(pool.options().get_max_connections());
        self.0.render()
    }

    /// Sums up what was measured, so that it does not pile up when no scraper reads it.
    pub(super) fn sum_up(&self) {
        self.0.run_upkeep();
    }
}

fn describe() {
    describe_histogram!(
        REQUEST,
        Unit::Seconds,
        "Requests by method, route and class of status, until the answer begins"
    );
    describe_gauge!(CONNECTIONS, "Connections to Postgres");
    describe_gauge!(CONNECTIONS_ALLOWED, "The most connections to Postgres, BURSAR_DATABASE_CONNECTIONS");
    describe_histogram!(DATABASE_WAIT, Unit::Seconds, "How long requests waited for a connection to Postgres");
    describe_counter!(JOB_RUNS, "Runs of the jobs in the background");
    describe_gauge!(JOB_SUCCESS, Unit::Seconds, "When a job last succeeded, since 1970");
    describe_gauge!(BUILD, "The version that runs");
    services::meter::describe();
}

/// Counts an answered request.
pub(crate) fn request(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let (method, status) = (known(method), class(status));
    histogram!(REQUEST, "method" => method, "route" => route.to_owned(), "status" => status).record(took);
}

/// A client may send an invented method.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
