//! The embedded Postgres as this program is configured: its folders, its keeper, and what to do when it does not run.

use crate::config::Config;
use crate::signals;
use embedded_postgres::{Data, Kept, Settings, check_binaries, default_root, keep, running_url};
use secrecy::SecretString;
use std::path::PathBuf;
use tokio::process::Command;

/// The name of the database and of what the embedded Postgres creates on the system.
const APPLICATION: &str = "bursar";

/// Why the embedded Postgres does not run, and what to do about it.
#[derive(Debug)]
pub struct PostgresError(embedded_postgres::Error);

impl std::error::Error for PostgresError {}

impl From<embedded_postgres::Error> for PostgresError {
    fn from(fault: embedded_postgres::Error) -> Self {
        Self(fault)
    }
}

impl std::fmt::Display for PostgresError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use embedded_postgres::Error as Fault;
        let fault = &self.0;
        match fault {
            Fault::NoBinaries(_) => write!(
                f,
                "{fault} Set BURSAR_POSTGRES_BIN to the folder with initdb and pg_ctl, install Postgres 15 or newer, or \
                 set DATABASE_URL."
            ),
            Fault::BadBinaries(_) => write!(f, "BURSAR_POSTGRES_BIN: {fault}"),
            Fault::OtherVersion { .. } => {
                write!(f, "{fault} Set BURSAR_POSTGRES_BIN to the folder with its programs.")
            }
            Fault::Busy(_) => write!(
                f,
                "{fault} Stop the other Bursar first, set another BURSAR_DATA_DIR, or give both the same DATABASE_URL."
            ),
            Fault::NoUser { user, .. } => write!(
                f,
                "{fault} Create it with `useradd --system --user-group {user}`, start Bursar as another user than root, or \
                 set DATABASE_URL."
            ),
            Fault::Closed { .. } => {
                write!(f, "{fault} Set BURSAR_DATA_DIR to a folder that every user may enter, like /var/lib/bursar.")
            }
            Fault::LongPath(_) => write!(f, "{fault} Set BURSAR_DATA_DIR to a shorter path."),
            Fault::Io { .. } | Fault::Program { .. } | Fault::Database(_) | Fault::NotStarted => fault.fmt(f),
        }
    }
}

/// Starts `bursar postgres` with the environment of this process, and waits until Postgres is ready.
///
/// # Errors
/// The keeper gave up; it said why on standard error.
pub async fn start() -> Result<Kept, PostgresError> {
    let program = std::env::current_exe()
        .map_err(|source| embedded_postgres::Error::Io { what: "cannot find this program".to_owned(), source })?;
    let mut keeper = Command::new(program);
    keeper.arg("postgres");
    Ok(Kept::start(keeper).await?)
}

/// Keeps Postgres until a signal, or until standard input closes. `data` is the configured folder unless given.
///
/// # Errors
/// Postgres cannot be found, started or stopped.
pub async fn run(config: &Config, data: Option<Data>) -> Result<(), PostgresError> {
    let stop = signals::stop_or_closed_input();
    let root = configured_root(config);
    let settings =
        Settings { application: APPLICATION, binaries: config.postgres_bin.clone(), downloads: root.join("programs") };
    Ok(keep(&settings, data.unwrap_or(Data::Folder(root)), stop).await?)
}

/// The address of the configured Postgres while another Bursar keeps it running, for what operators do beside it.
pub fn running(config: &Config) -> Option<SecretString> {
    running_url(&configured_root(config), APPLICATION).map(SecretString::from)
}

/// Checks what can be checked of the configuration without creating anything.
///
/// # Errors
/// `BURSAR_POSTGRES_BIN` names no usable Postgres.
pub async fn check(config: &Config) -> Result<(), PostgresError> {
    match &config.postgres_bin {
        Some(folder) => Ok(check_binaries(folder).await?),
        None => Ok(()),
    }
}

fn configured_root(config: &Config) -> PathBuf {
    config.data_dir.clone().unwrap_or_else(|| default_root(APPLICATION))
}
