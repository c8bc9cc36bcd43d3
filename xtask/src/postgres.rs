//! A Postgres for tests, query data and measurements.

use crate::command;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// The oldest Postgres that Bursar supports.
const OLDEST: u32 = 15;
/// Files there are in memory. A test's database is some 500 of them, which takes a disk half a second, ten times as
/// long.
const IN_MEMORY: &str = "/dev/shm";
/// What a throw-away Postgres may need there, in KiB.
const ENOUGH_MEMORY: u64 = 4 << 20;

/// A running Postgres; dropping it stops it.
pub struct Postgres {
    child: Child,
    stdin: Option<ChildStdin>,
    url: String,
}

impl Postgres {
    /// Starts a throw-away one through `bursar postgres`: the embedded one, or that of `binaries` where a folder is given.
    pub(crate) fn start(bursar: &Path, binaries: Option<&Path>) -> Result<Self> {
        let mut command = Command::new(bursar);
        command.args(["postgres", "--throw-away"]);
        match binaries {
            Some(binaries) => command.env("BURSAR_POSTGRES_BIN", binaries),
            None => command.env_remove("BURSAR_POSTGRES_BIN"),
        };
        if has_memory() {
            command.env("TMPDIR", IN_MEMORY);
        }
        Self::run(command)
    }

    /// Starts the embedded one on the data in `folder`, which stays.
    pub fn start_in(bursar: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new(bursar);
        command.args(["postgres", "--data-dir"]).arg(folder).env_remove("BURSAR_POSTGRES_BIN");
        Self::run(command)
    }

    fn run(mut command: Command) -> Result<Self> {
        command.env_remove("DATABASE_URL").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {}", command::line(&command)))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take();
        let mut postgres = Self { child, stdin, url: String::new() };
        if let Some(stdout) = stdout {
            BufReader::new(stdout).read_line(&mut postgres.url)?;
        }
        postgres.url.truncate(postgres.url.trim_end().len());
        if !postgres.url.starts_with("postgres") {
            bail!("`bursar postgres` did not start; what it said stands above");
        }
        Ok(postgres)
    }

    /// Where it listens, with user and password.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // `bursar postgres` stops when its input ends.
        drop(self.stdin.take());
        if self.child.wait().is_err() {
            eprintln!("warning: the test database could not be stopped");
        }
    }
}

/// Whether there is room for files in memory; containers often have some megabytes only.
fn has_memory() -> bool {
    let free = command::output(Command::new("df").args(["-k", "--output=avail", IN_MEMORY]));
    free.ok().and_then(|said| said.lines().last()?.trim().parse::<u64>().ok()).is_some_and(|free| free >= ENOUGH_MEMORY)
}

/// The folder with the programs of the newest Postgres that Debian's packages installed, if it is new enough.
pub fn of_the_system() -> Option<(u32, PathBuf)> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let installed = versions.filter_map(|entry| {
        let entry = entry.ok()?;
        let version = entry.file_name().to_str()?.parse().ok()?;
        let binaries = entry.path().join("bin");
        (version >= OLDEST && binaries.join("initdb").exists()).then_some((version, binaries))
    });
    installed.max()
}
