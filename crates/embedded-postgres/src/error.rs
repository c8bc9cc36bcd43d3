//! What can go wrong with an embedded Postgres, as facts. What to set or to do about it, the program that embeds it
//! knows.

use std::path::PathBuf;

/// Why the embedded Postgres does not run.
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
    /// No binaries are installed, and fetching them failed for this reason.
    #[error("PostgreSQL is not available. Fetching it failed ({0}) and none is installed.")]
    NoBinaries(String),
    /// The named folder holds no supported Postgres.
    #[error("{} holds no Postgres 15 or newer (initdb and pg_ctl)", .0.display())]
    BadBinaries(PathBuf),
    /// The data was written by another major version than the one found.
    #[error("The data in {} was written by Postgres {needed}.", .folder.display())]
    OtherVersion {
        /// The data folder.
        folder: PathBuf,
        /// Its major version.
        needed: u32,
    },
    /// Another process keeps the Postgres of this folder.
    #[error("Another process uses {}.", .0.display())]
    Busy(PathBuf),
    /// Postgres refuses to run as root, and its own user cannot be created.
    #[error("Postgres does not run as root, and the user {user} cannot be created ({reason}).")]
    NoUser {
        /// The name of that user.
        user: String,
        /// What the system said.
        reason: String,
    },
    /// The user that Postgres runs as cannot reach the folder.
    #[error("Postgres runs as the unprivileged user {user}, who may not enter {}.", .folder.display())]
    Closed {
        /// The name of that user.
        user: String,
        /// The folder that keeps it out.
        folder: PathBuf,
    },
    /// The path of a Unix socket has room for about a hundred characters.
    #[error("{} is too long for a Unix socket.", .0.display())]
    LongPath(PathBuf),
    /// One of Postgres's programs failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Its name.
        program: &'static str,
        /// The end of what it wrote.
        output: String,
    },
    /// Postgres runs but does not answer.
    #[error("The embedded Postgres does not answer: {0}")]
    Database(#[from] sqlx::Error),
    /// The keeper ended before Postgres was ready; it said why on standard error.
    #[error("The embedded Postgres did not start; the reason stands above.")]
    NotStarted,
}

impl Error {
    /// For `map_err` after something done to a path.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
