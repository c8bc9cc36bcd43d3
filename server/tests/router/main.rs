//! The real router on a port of its own, asked over HTTP, on a real Postgres.
#![expect(clippy::expect_used, reason = "a test ends with the reason of what it met")]

mod access;
mod access_matrix;
mod api;
mod audit_log;
mod bad_input;
mod break_glass;
mod browser;
mod budget_requests;
mod confirm;
mod csrf;
mod errors;
mod headers;
mod health;
mod hostile;
mod identity;
mod import_report;
mod lost_forms;
mod many_pages;
mod metrics;
mod plain_http;
mod project_names;
mod provider;
mod secrets;
mod server;
mod signed_in;
mod spending;
