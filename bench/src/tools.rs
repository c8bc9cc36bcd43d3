//! The load generators: `wrk` for HTTP, `pgbench` for SQL. Debian's packages are installed where they are missing.

use crate::report::number;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::steps::Steps;
use xtask::{command, postgres, setup};

/// Where they are.
pub(crate) struct Tools {
    pub(crate) psql: PathBuf,
    pgbench: PathBuf,
    wrk: PathBuf,
}

/// What a generator of load saw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Answers, or transactions, a second.
    pub(crate) rate: f64,
    /// Milliseconds that 50 and 99 of 100 answers took at most; zero where it does not tell.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// How hard to press.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pressure {
    pub(crate) connections: u32,
    pub(crate) seconds: u32,
}

/// What `wrk` is to ask.
pub(crate) struct Target<'a> {
    pub(crate) url: String,
    pub(crate) headers: &'a [(&'a str, String)],
    /// A script of its own, with its arguments.
    pub(crate) script: Option<(&'a Path, &'a [String])>,
}

impl Tools {
    /// Finds them, or installs them.
    pub(crate) fn find(steps: &mut Steps) -> Result<Self> {
        let wrk = setup::program(steps, "wrk", &["wrk"])?;
        if postgres::of_the_system().is_none_or(|(_, binaries)| !binaries.join("pgbench").exists()) {
            setup::packages(steps, "pgbench", &["postgresql"])?;
        }
        let (_, binaries) = postgres::of_the_system().context("Debian's package postgresql brought no pgbench")?;
        Ok(Self { psql: binaries.join("psql"), pgbench: binaries.join("pgbench"), wrk })
    }

    /// Asks over HTTP and says what that command is.
    pub(crate) fn wrk(&self, target: &Target<'_>, pressure: Pressure) -> Result<(Load, String)> {
        let Pressure { connections, seconds } = pressure;
        let mut wrk = Command::new(&self.wrk);
        wrk.args(["--latency", "--timeout", "30s", "-t", &connections.min(2).to_string()]);
        wrk.args(["-c", &connections.to_string(), "-d", &format!("{seconds}s")]);
        for (name, value) in target.headers {
            wrk.arg("-H").arg(format!("{name}: {value}"));
        }
        if let Some((script, _)) = target.script {
            wrk.arg("-s").arg(script);
        }
        wrk.arg(&target.url);
        if let Some((_, arguments)) = target.script {
            wrk.arg("--").args(arguments);
        }
        let said = command::output(&mut wrk)?;
        if let Some(failed) = said.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors")) {
            bail!("{} saw failures: {failed}", command::line(&wrk));
        }
        let rate = said.lines().find_map(|line| line.strip_prefix("Requests/sec:")).context("no rate")?;
        let latency = |percent: &str| {
            said.lines().find_map(|line| line.trim().strip_prefix(percent)).and_then(|text| millis(text.trim()))
        };
        let load = Load {
            rate: rate.trim().parse()?,
            p50: latency("50%").context("no median")?,
            p99: latency("99%").context("no 99th percentile")?,
        };
        Ok((load, command::line(&wrk)))
    }

    /// Runs a script of SQL as prepared statements and says what that command is.
    pub(crate) fn pgbench(&self, url: &str, script: &Path, pressure: Pressure) -> Result<(Load, String)> {
        let Pressure { connections, seconds } = pressure;
        let mut pgbench = Command::new(&self.pgbench);
        pgbench.args(["--no-vacuum", "--protocol=prepared", "-c", &connections.to_string()]);
        pgbench.args(["-j", &connections.min(2).to_string(), "-T", &seconds.to_string(), "-f"]).arg(script).arg(url);
        let said = command::output(&mut pgbench)?;
        let failed = said.lines().find_map(|line| line.strip_prefix("number of failed transactions: "));
        if failed.is_some_and(|failed| !failed.starts_with("0 ")) {
            bail!("{} failed:\n{said}", command::line(&pgbench));
        }
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()).context("no rate")?;
        let average = said.lines().find_map(|line| line.strip_prefix("latency average = ")?.strip_suffix(" ms"));
        let average = average.context("no latency")?.parse()?;
        Ok((Load { rate: rate.parse()?, p50: average, p99: 0.0 }, command::line(&pgbench)))
    }
}

impl Load {
    /// For the column that tells what a ratio was made of.
    pub(crate) fn words(self) -> String {
        format!("{} /s", number(self.rate))
    }
}

/// `1.25ms`, `840.00us` or `1.20s` in milliseconds.
fn millis(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0)];
    units.iter().find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn times_are_read_in_every_unit_of_wrk() {
        assert_eq!(["840.00us", "1.25ms", "1.20s"].map(millis), [Some(0.84), Some(1.25), Some(1200.0)]);
        assert_eq!(millis("soon"), None);
    }
}
