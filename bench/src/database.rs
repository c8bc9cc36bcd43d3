//! The database that is measured: an embedded Postgres whose data is kept between runs, filled by `bursar demo-data`.

use crate::Size;
use crate::log::Log;
use crate::tools::Tools;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::postgres::Postgres;
use xtask::stamp::Stamp;
use xtask::{command, paths};

/// A filled database that is running.
pub(crate) struct Database {
    postgres: Postgres,
    psql: PathBuf,
}

impl Database {
    /// Starts it, and fills it unless it was filled with the same amount by the same code.
    pub(crate) fn open(bursar: &Path, tools: &Tools, size: &Size) -> Result<Self> {
        let folder = paths::target().join("bench").join(size.users.to_string());
        let services = paths::root().join("services/src");
        let filled = Stamp::of_inputs(folder.join("filled"), &[&services.join("demo"), &services.join("demo.rs")])?;
        if !filled.is_current() && folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
        }
        let postgres = Postgres::start_in(bursar, &folder)?;
        let database = Self { postgres, psql: tools.psql.clone() };
        if !filled.is_current() {
            let mut fill = Command::new(bursar);
            fill.args(["demo-data", "--users", &size.users.to_string(), "--projects", &size.projects.to_string()]);
            fill.args(["--spend-events", &size.spend_events.to_string()]);
            command::run(fill.env("DATABASE_URL", database.url()))?;
            filled.keep()?;
        }
        Ok(database)
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        self.postgres.url()
    }

    /// What a statement answers: rows as lines, columns with `|` between them.
    pub(crate) fn ask(&self, sql: &str) -> Result<String> {
        let mut psql = Command::new(&self.psql);
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", self.url(), "-c", sql]);
        command::output(&mut psql)
    }

    /// What a statement answers in another database of the same Postgres.
    pub(crate) fn ask_in(&self, database: &str, sql: &str) -> Result<String> {
        command::output(self.psql_in(database).args(["-c", sql]))
    }

    /// The address of another database of the same Postgres.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let server = self.url().rsplit_once('/').map_or(self.url(), |(server, _)| server);
        format!("{server}/{database}")
    }

    /// `psql` in a database of this Postgres, ending at the first fault.
    pub(crate) fn psql_in(&self, database: &str) -> Command {
        let mut psql = Command::new(&self.psql);
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1"]).arg(self.url_of(database));
        psql
    }

    /// From now on, what new connections run is written to the log of Postgres with its time.
    pub(crate) fn watch(&self) -> Result<Log> {
        self.ask("alter database bursar set log_min_duration_statement = 0")?;
        let data = PathBuf::from(self.ask("show data_directory")?);
        Log::open(data.with_file_name("log"))
    }

    /// The end of [`Database::watch`].
    pub(crate) fn look_away(&self) -> Result<()> {
        self.ask("alter database bursar reset log_min_duration_statement").map(drop)
    }
}
