//! The keeper as the process sees it that needs Postgres.

use crate::Error;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// Longer than the keeper gives Postgres to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(70);

/// A running Postgres with its keeper. Both end when this process does.
#[derive(Debug)]
pub struct Kept {
    keeper: Child,
    /// The keeper stops Postgres when this closes.
    lifeline: ChildStdin,
    /// The address of the database.
    pub url: String,
}

impl Kept {
    /// Starts a program that calls [`crate::keep`], and waits until Postgres is ready.
    ///
    /// # Errors
    /// [`Error::NotStarted`] when the keeper gave up.
    pub async fn start(mut keeper: Command) -> Result<Self, Error> {
        let failed = "cannot start the keeper of Postgres";
        let mut keeper = keeper
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C in a terminal reaches the parent alone, which still has requests to answer.
            .process_group(0)
            .spawn()
            .map_err(Error::io(failed))?;
        let (Some(lifeline), Some(stdout)) = (keeper.stdin.take(), keeper.stdout.take()) else {
            return Err(Error::NotStarted);
        };
        match BufReader::new(stdout).lines().next_line().await.map_err(Error::io(failed))? {
            Some(url) => Ok(Self { keeper, lifeline, url }),
            None => Err(Error::NotStarted),
        }
    }

    /// Returns when the keeper has ended by itself.
    pub async fn ended(&mut self) {
        // With any exit status there is no database any longer.
        let _ = self.keeper.wait().await;
    }

    /// Stops Postgres and waits until it has written everything.
    pub async fn stop(mut self) {
        drop(self.lifeline);
        match tokio::time::timeout(STOP_TIMEOUT, self.keeper.wait()).await {
            Ok(Ok(status)) if status.success() => {}
            Ok(ended) => tracing::error!(?ended, "the embedded Postgres did not stop cleanly"),
            Err(_) => tracing::error!("the embedded Postgres takes too long to stop; its keeper goes on stopping it"),
        }
    }
}
