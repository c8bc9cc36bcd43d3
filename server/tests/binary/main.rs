//! The binary itself, as another process.
#![expect(clippy::expect_used, reason = "a test ends with the reason of what it met")]

mod access_matrix;
mod config;
#[cfg(feature = "embedded-postgres")]
mod embedded;
mod faults;
mod operating;
mod pooler;
mod process;
mod proxies;
mod running;
mod session_settings;
mod tls;
mod user_import;
