//! What can go wrong with the private Postgres, and what to do about it.

use super::owner::USER;
use std::path::PathBuf;

/// Why the private Postgres does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system refused something about a file or a process.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, on which path.
        what: String,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// There is no Postgres, and none could be fetched.
    #[error(
        "PostgreSQL is not available. Fetching it failed ({0}) and none is installed. Set BURSAR_POSTGRES_BIN to the folder \
         with initdb and pg_ctl, install Postgres 15 or newer, or set DATABASE_URL."
    )]
    NoBinaries(String),
    /// A folder was named that holds no usable Postgres.
    #[error("BURSAR_POSTGRES_BIN: {} holds no Postgres 15 or newer (initdb and pg_ctl)", .0.display())]
    BadBinaries(PathBuf),
    /// The data was written by another major version than the one found.
    #[error(
        "The data in {} was written by Postgres {needed}. Set BURSAR_POSTGRES_BIN to the folder with its programs.",
        .folder.display()
    )]
    OtherVersion {
        /// The data folder.
        folder: PathBuf,
        /// Its major version.
        needed: u32,
    },
    /// Another Bursar works on the folder.
    #[error(
        "Another Bursar uses {}. Stop it first, set another BURSAR_DATA_DIR, or give both the same DATABASE_URL.",
        .0.display()
    )]
    Busy(PathBuf),
    /// Root started Bursar, and Postgres does not run as root.
    #[error(
        "Postgres does not run as root, and its own user cannot be created ({0}). Create it with `useradd --system \
         --user-group {USER}`, start Bursar as another user than root, or set DATABASE_URL."
    )]
    NoUser(String),
    /// The unprivileged user cannot get to the folder.
    #[error(
        "Postgres runs as the unprivileged user {USER}, who may not enter {}. Set BURSAR_DATA_DIR to a folder that \
         everybody may enter, like /var/lib/bursar.",
        .0.display()
    )]
    Closed(PathBuf),
    /// A Unix socket's path has room for about a hundred characters.
    #[error("{} is too long for a Unix socket. Set BURSAR_DATA_DIR to a shorter path.", .0.display())]
    LongPath(PathBuf),
    /// One of Postgres's programs failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Its name.
        program: &'static str,
        /// The end of what it wrote.
        said: String,
    },
    /// Postgres runs but does not answer.
    #[error("The private Postgres does not answer: {0}")]
    Database(#[from] sqlx::Error),
    /// The keeper ended before Postgres was ready; it said why on standard error.
    #[error("The private Postgres did not start; the reason stands above.")]
    NotStarted,
}

impl Error {
    /// For `map_err` after something done to a path.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
