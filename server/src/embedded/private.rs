//! The private Postgres as `bursar serve` sees it: a child process that keeps it.

use super::Error;
use crate::config::Secret;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// Longer than Postgres itself is given to stop.
const PATIENCE: Duration = Duration::from_secs(70);

/// A running private Postgres. It ends when this process does.
#[derive(Debug)]
pub struct Private {
    keeper: Child,
    /// Open as long as Postgres is wanted.
    wanted: ChildStdin,
    /// The address of its database.
    pub url: Secret,
}

impl Private {
    /// Starts a keeper and waits until Postgres is ready. The keeper reads the same environment.
    ///
    /// # Errors
    /// [`Error::NotStarted`] when the keeper gave up.
    pub async fn start() -> Result<Self, Error> {
        let failed = "cannot start the private Postgres";
        let program = std::env::current_exe().map_err(Error::io(failed))?;
        let mut keeper = Command::new(program)
            .arg("postgres")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C in a terminal is for `serve` alone, which still has requests to answer.
            .process_group(0)
            .spawn()
            .map_err(Error::io(failed))?;
        let (Some(wanted), Some(said)) = (keeper.stdin.take(), keeper.stdout.take()) else {
            return Err(Error::NotStarted);
        };
        match BufReader::new(said).lines().next_line().await.map_err(Error::io(failed))? {
            Some(url) => Ok(Self { keeper, wanted, url: Secret::new(url) }),
            None => Err(Error::NotStarted),
        }
    }

    /// Returns when the keeper has ended although nobody asked it to.
    pub async fn lost(&mut self) {
        // Whatever it ended with, there is no database any more.
        let _ = self.keeper.wait().await;
    }

    /// Stops Postgres and waits until it has written everything.
    pub async fn stop(mut self) {
        drop(self.wanted);
        match tokio::time::timeout(PATIENCE, self.keeper.wait()).await {
            Ok(Ok(status)) if status.success() => {}
            Ok(ended) => tracing::error!(?ended, "the private Postgres did not stop cleanly"),
            Err(_) => tracing::error!("the private Postgres takes too long to stop; leaving it to its keeper"),
        }
    }
}
