//! A running console, and a visitor who is signed in.

use crate::database::Database;
use crate::{Part, SESSION};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use xtask::paths;

/// `bursar serve` on the measured database, as it comes: every setting at its default unless said otherwise.
pub(crate) struct Server {
    child: Child,
    origin: String,
    /// Kept open: what else the server says is of no interest, but it must not fail to say it.
    _said: BufReader<ChildStdout>,
}

impl Server {
    /// Starts one and waits until it is ready.
    pub(crate) fn start(bursar: &Path, database: &Database, settings: &[(&str, &str)]) -> Result<Self> {
        let log = File::create(paths::target().join("bench/server.log"))?;
        let mut serve = Command::new(bursar);
        serve.arg("serve").env("DATABASE_URL", database.url()).env("BURSAR_SITE_DIR", paths::site()).env("PORT", "0");
        serve.envs(settings.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = serve.spawn().with_context(|| format!("cannot start {}", bursar.display()))?;
        let mut said = BufReader::new(child.stdout.take().context("the output of bursar")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let mut server = Self { child, origin: String::new(), _said: said };
        match line.trim_end().strip_prefix("Bursar answers on ") {
            Some(origin) => server.origin = origin.to_owned(),
            None => bail!("`bursar serve` did not start; see target/bench/server.log"),
        }
        Ok(server)
    }

    /// `http://127.0.0.1:port`
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Resident memory of the process in MB (1,000,000 bytes).
    pub(crate) fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().context("VmRSS")?;
        Ok(kib * 1.024 / 1000.0)
    }

    /// A user with the session that every measurement uses.
    pub(crate) fn visitor(&self) -> Visitor {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Visitor { agent: agent.into(), origin: self.origin.clone() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if asked.is_err() || self.child.wait().is_err() {
            eprintln!("warning: a server of the benchmark could not be stopped");
        }
    }
}

/// Asks one thing after the other on one connection.
pub(crate) struct Visitor {
    agent: ureq::Agent,
    origin: String,
}

impl Visitor {
    /// Reads a page to its end; anything but 200 is a failure.
    pub(crate) fn read(&self, path: &str) -> Result<(String, Duration)> {
        let start = Instant::now();
        let request = self.agent.get(format!("{}{path}", self.origin)).header("Cookie", cookie(SESSION));
        let mut response = request.call().with_context(|| format!("reading {path}"))?;
        let text = response.body_mut().with_config().limit(100_000_000).read_to_string()?;
        let time = start.elapsed();
        if response.status() != 200 {
            bail!("{path} answered {}", response.status());
        }
        Ok((text, time))
    }

    /// Sends a form as the pages' script does.
    pub(crate) fn send(&self, path: &str, fields: &[(&str, &str)]) -> Result<()> {
        let request = self.agent.post(format!("{}{path}", self.origin)).header("Cookie", cookie(SESSION));
        let request = request.header("Origin", &self.origin).header("Accept", "application/json");
        let mut response = request.send_form(fields.iter().copied()).with_context(|| format!("sending {path}"))?;
        if response.status() != 200 {
            bail!("{path} answered {}: {}", response.status(), response.body_mut().read_to_string()?);
        }
        Ok(())
    }
}

/// The cookie header of a session.
pub(crate) fn cookie(session: &str) -> String {
    format!("__Host-bursar={session}")
}

/// How a line of the report says which part of the benchmark made it.
pub(crate) fn again(part: Part) -> String {
    format!("cargo xtask bench --only {}", part.name())
}
