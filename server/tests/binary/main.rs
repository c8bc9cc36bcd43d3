//! The binary itself, as another process.

mod config;
#[cfg(feature = "embedded-postgres")]
mod embedded;
mod process;
mod running;
