//! A table on the wire: columns, rows, and the parameters it answers.

use crate::api::wire::{SignedAmount, Stamp};
use axum::Json;
use serde::Serialize;
use std::time::Instant;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Table<R> {
    data: TableData<R>,
    metadata: Metadata,
    /// Only of tables that have pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<TablePage>,
}

/// Figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Metrics {
    data: MetricsData,
    metadata: Metadata,
}

/// Figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MetricsData {
    /// In the order in which they are shown.
    metrics: Vec<Metric>,
}

/// A figure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Metric {
    /// What it is.
    #[serde(flatten)]
    about: Column,
    /// A number, a text, or `N/A` when it is unknown.
    #[schema(value_type = serde_json::Value)]
    value: MetricValue,
}

/// The value of a figure.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum MetricValue {
    /// An amount.
    Amount(SignedAmount),
    /// A moment.
    Moment(Stamp),
    /// Words.
    Words(String),
}

impl Metric {
    /// A figure; unknown without a value.
    pub fn new(about: Column, value: Option<MetricValue>) -> Self {
        Self { about, value: value.unwrap_or_else(|| MetricValue::Words("N/A".to_owned())) }
    }
}

/// Columns and rows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableData<R> {
    /// In the order in which they are shown.
    columns: Vec<Column>,
    /// The largest amount first.
    rows: Vec<R>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Column {
    /// The name of the field in each row.
    id: &'static str,
    /// As people read it.
    label: &'static str,
    /// `string`, `number` or `date`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// `currency` for amounts of US dollars, `percentage`, `timestamp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
}

/// A column of words.
pub const fn words(id: &'static str, label: &'static str) -> Column {
    Column { id, label, kind: "string", format: None }
}

/// A column of moments.
pub const fn moments(id: &'static str, label: &'static str) -> Column {
    Column { id, label, kind: "date", format: Some("timestamp") }
}

/// A column of shares.
pub const fn percents(id: &'static str, label: &'static str) -> Column {
    Column { id, label, kind: "number", format: Some("percentage") }
}

/// A column of amounts.
pub const fn amounts(id: &'static str, label: &'static str) -> Column {
    Column { id, label, kind: "number", format: Some("currency") }
}

/// When and how the answer came about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Metadata {
    /// When the request came.
    timestamp: Stamp,
    /// Spend is added up at once: the same.
    data_as_of: Stamp,
    /// The parameters of the request.
    filters_applied: Filters,
    /// Milliseconds.
    execution_time_ms: f64,
}

impl Metadata {
    fn new(now: OffsetDateTime, begun: Instant, filters_applied: Filters) -> Self {
        let execution_time_ms = (begun.elapsed().as_secs_f64() * 1_000_000.0).round() / 1000.0;
        Self { timestamp: Stamp(now), data_as_of: Stamp(now), filters_applied, execution_time_ms }
    }
}

/// The parameters of the request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Filters {
    /// A period, or `custom`.
    pub time_period: String,
    /// As it was sent.
    pub start_date: Option<String>,
    /// As it was sent.
    pub end_date: Option<String>,
    /// Ids of users.
    pub users: Option<Vec<String>>,
    /// Names of projects.
    pub projects: Option<Vec<String>>,
}

/// Which page of how many rows.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct TablePage {
    page: u32,
    per_page: u32,
    /// How many rows there are.
    #[schema(minimum = 0)]
    total_count: i64,
    /// Whether there is a page after it.
    has_more: bool,
}

/// What an answer repeats of the request.
pub struct Frame {
    /// When the request came.
    pub now: OffsetDateTime,
    /// The same by the clock that measures.
    pub begun: Instant,
    /// The parameters of the request.
    pub filters: Filters,
    /// The number of the page.
    pub page: u32,
    /// Rows on it.
    pub per_page: u32,
}

impl Frame {
    /// The answer.
    pub fn table<R>(self, columns: &[Column], rows: Vec<R>, total_count: i64) -> Json<Table<R>> {
        let Self { now, begun, filters, page, per_page } = self;
        let shown_before = i64::from(page) * i64::from(per_page);
        let has_more = shown_before + i64::try_from(rows.len()).unwrap_or(i64::MAX) < total_count && !rows.is_empty();
        let pagination = Some(TablePage { page, per_page, total_count, has_more });
        let metadata = Metadata::new(now, begun, filters);
        Json(Table { data: TableData { columns: columns.to_vec(), rows }, metadata, pagination })
    }

    /// The answer of a table without pages.
    pub fn whole_table<R>(self, columns: &[Column], rows: Vec<R>) -> Json<Table<R>> {
        let metadata = Metadata::new(self.now, self.begun, self.filters);
        Json(Table { data: TableData { columns: columns.to_vec(), rows }, metadata, pagination: None })
    }

    /// The answer of figures.
    pub fn metrics(self, metrics: Vec<Metric>) -> Json<Metrics> {
        let metadata = Metadata::new(self.now, self.begun, self.filters);
        Json(Metrics { data: MetricsData { metrics }, metadata })
    }
}
