//! The binary `bursar`: configuration, command line, router and middleware around the pages.

pub mod api;
pub mod assets;
mod audit_log;
pub mod cli;
pub mod commands;
pub mod config;
pub mod database;
mod download;
pub mod health;
pub mod identity;
mod import_report;
pub mod manifest;
pub mod middleware;
#[cfg(feature = "embedded-postgres")]
pub mod postgres;
pub mod rate_limit;
pub mod router;
pub mod signals;
mod spending;
pub mod state;
pub mod telemetry;
