//! The connections to Postgres.

use crate::config::{Config, Pooler};
use log::LevelFilter;
use secrecy::{ExposeSecret as _, SecretString};
use services::database::Database;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use std::net::IpAddr;
use std::time::Duration;

/// How much longer than a request its transaction may be idle, so that the request gives up first.
const IDLE_GRACE: Duration = Duration::from_secs(2);

/// Lets Postgres notice within about half a minute that a process vanished without closing its connections.
const KEEPALIVE: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "4"),
    ("tcp_user_timeout", "30s"),
];

/// Opens connections when they are needed, not now: the server starts without its database and waits for it.
///
/// # Errors
/// The address is not one.
pub fn open(config: &Config, url: &SecretString) -> Result<Database, sqlx::Error> {
    // Postgres 12 and newer write every digit of a number by themselves, and poolers refuse to be told to.
    let options = url.expose_secret().parse::<PgConnectOptions>()?.application_name("bursar").extra_float_digits(None);
    if is_unverified(&options) {
        tracing::warn!(
            host = options.get_host(),
            "the connection to Postgres is not verified: anybody on the way can read and change it. \
             Add sslmode=verify-full to DATABASE_URL (docs/operations.md, TLS to PostgreSQL)"
        );
    }
    let pool = PgPoolOptions::new()
        .max_connections(config.database_connections.into())
        .acquire_timeout(config.database_wait.duration())
        // Read by telemetry::pool_wait; the usual filters hide it.
        .acquire_time_level(LevelFilter::Trace);
    let settings = settings(config);
    Ok(match config.database_pooler {
        Pooler::None => {
            let options = options.options(settings).options(KEEPALIVE);
            let options = options.options([("default_transaction_isolation", "read committed")]);
            pool.connect_lazy_with(options).into()
        }
        Pooler::Transaction => {
            Database::behind_pooler(pool.connect_lazy_with(options.statement_cache_capacity(0)), &settings)
        }
    })
}

/// What holds for every transaction.
fn settings(config: &Config) -> [(&'static str, String); 3] {
    let seconds = |duration: Duration| format!("{}s", duration.as_secs());
    [
        ("statement_timeout", seconds(config.statement_timeout.duration())),
        // A process that vanishes in a transaction holds its locks no longer than this.
        ("idle_in_transaction_session_timeout", seconds(config.request_timeout.duration() + IDLE_GRACE)),
        // Compiling a statement takes longer than any of ours does.
        ("jit", "off".to_owned()),
    ]
}

/// Whether the server is on another machine and its certificate is not checked.
fn is_unverified(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback());
    !is_here && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull)
}

/// Which database it is, for operators: host, port and name, never the user's password.
pub fn description(config: &Config, pool: &PgPool) -> String {
    let database = described(&pool.connect_options());
    if config.database_url.is_some() { database } else { format!("the private Postgres, {database}") }
}

fn described(options: &PgConnectOptions) -> String {
    // Without a name Postgres takes the user's.
    let name = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(folder) => format!("database {name} at the socket in {}", folder.display()),
        None => format!("database {name} on {}:{}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_unverified_at(url: &str) -> bool {
        is_unverified(&url.parse().expect("an address"))
    }

    #[test]
    fn remote_server_below_verify_full_is_unverified() {
        for url in [
            "postgres://bursar@db.example.com/bursar",
            "postgres://bursar@10.0.0.7/bursar?sslmode=require",
            "postgres://bursar@db.example.com/bursar?sslmode=verify-ca",
            "postgres://bursar@db.example.com/bursar?sslmode=disable",
        ] {
            assert!(is_unverified_at(url), "{url}");
        }
        for url in [
            "postgres://bursar@db.example.com/bursar?sslmode=verify-full",
            "postgres://bursar@localhost/bursar",
            "postgres://bursar@127.0.0.1:5433/bursar",
            "postgres://bursar@[::1]/bursar",
            "postgres:///bursar?host=/run/postgresql",
            "postgres://bursar@%2Frun%2Fpostgresql/bursar",
        ] {
            assert!(!is_unverified_at(url), "{url}");
        }
    }

    #[test]
    fn database_is_described_without_its_password() {
        let described = |url: &str| described(&url.parse().expect("an address"));
        assert_eq!(described("postgres://ada:s3cret@db.example.com/bursar"), "database bursar on db.example.com:5432");
        assert_eq!(described("postgres://ada:s3cret@db.example.com:6432"), "database ada on db.example.com:6432");
        assert_eq!(described("postgres://h/d?password=s3cret&sslmode=verify-full"), "database d on h:5432");
        assert_eq!(described("postgres://postgres@%2Frun%2Fpg/bursar"), "database bursar at the socket in /run/pg");
    }
}
