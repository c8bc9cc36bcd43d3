//! The connections to Postgres.

use crate::config::{Config, Secret};
use log::LevelFilter;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Opens connections when they are needed, not now: the server starts without its database and waits for it.
///
/// # Errors
/// The address is not one.
pub fn pool(config: &Config, url: &Secret) -> Result<PgPool, sqlx::Error> {
    let options: PgConnectOptions = url.expose().parse()?;
    let timeout = format!("{}s", config.statement_timeout.duration().as_secs());
    // Compiling a statement takes longer than any of ours does.
    let options = options.application_name("bursar").options([("statement_timeout", timeout.as_str()), ("jit", "off")]);
    Ok(PgPoolOptions::new()
        .max_connections(config.database_connections.into())
        .acquire_timeout(config.database_wait.duration())
        // Read by telemetry::pool_wait; the usual filters hide it.
        .acquire_time_level(LevelFilter::Trace)
        .connect_lazy_with(options))
}
