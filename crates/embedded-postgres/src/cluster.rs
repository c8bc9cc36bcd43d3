//! One Postgres on one folder: made, started or adopted, and stopped, by Postgres's own programs.

use crate::Error;
use crate::binaries::Binaries;
use crate::folder::{Folder, PORT, SUPERUSER};
use crate::memory::shared_buffers;
use crate::owner::Owner;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use tokio::process::Command;

/// Whether the data has to survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Every commit is on the disk.
    Full,
    /// For tests: fast, and gone after a crash.
    ThrowAway,
}

/// A Postgres that may be running.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) folder: Folder,
    pub(crate) binaries: Binaries,
    pub(crate) owner: Owner,
    pub(crate) durability: Durability,
}

impl Cluster {
    /// Makes the cluster if there is none, starts it if it does not run, and returns the address of the database.
    pub(crate) async fn start(&self) -> Result<String, Error> {
        self.take_over_former_files().await?;
        self.folder.prepare(self.owner)?;
        if self.folder.data_version().is_none() {
            self.init().await?;
        }
        if self.is_running(self.owner).await? {
            tracing::info!("the embedded Postgres was still running; taking it over");
        } else {
            self.pg_ctl(self.owner, &["start", "--wait", "--timeout=120", "--silent", "--options", &self.options()])
                .await?;
        }
        self.create_database().await?;
        Ok(self.folder.url())
    }

    /// Stops it cleanly: sessions are ended, everything is written.
    pub(crate) async fn stop(&self) -> Result<(), Error> {
        self.stop_as(self.owner).await
    }

    async fn stop_as(&self, owner: Owner) -> Result<(), Error> {
        self.pg_ctl(owner, &["stop", "--mode=fast", "--wait", "--timeout=60", "--silent"]).await
    }

    /// Earlier versions let root's Postgres run as `nobody`: stops one that still runs and takes its files over.
    async fn take_over_former_files(&self) -> Result<(), Error> {
        let (home, sockets) = (self.folder.home(), self.folder.sockets());
        if ![&home, &sockets].into_iter().any(|path| self.owner.has_former_files(path)) {
            return Ok(());
        }
        tracing::info!("the files of the embedded Postgres change their owner, once");
        if self.is_running(Owner::FORMER).await? {
            self.stop_as(Owner::FORMER).await?;
        }
        self.owner.take_over(&[&home, &sockets]).await
    }

    /// Made beside its place and moved there when it is whole, so that a kill in between leaves nothing half made.
    async fn init(&self) -> Result<(), Error> {
        let unfinished = self.folder.unfinished_data();
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished).map_err(Error::io("cannot remove an unfinished cluster"))?;
        }
        let mut command = self.owner.command(&self.binaries.program("initdb"));
        command.arg("--pgdata").arg(&unfinished).args(["--username", SUPERUSER, "--encoding=UTF8", "--data-checksums"]);
        // Every user who may enter the folder of the socket may connect.
        command.args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"]);
        command.args(if self.binaries.major >= 17 {
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"].as_slice()
        } else {
            ["--locale=C.UTF-8"].as_slice()
        });
        if self.durability == Durability::ThrowAway {
            command.arg("--no-sync");
        }
        self.run("initdb", command).await?;
        std::fs::rename(&unfinished, self.folder.data()).map_err(Error::io("cannot move the new cluster into place"))
    }

    /// On the command line, so that nothing has to be written into a folder of the other user.
    fn options(&self) -> String {
        let sockets = format!("\"{}\"", self.folder.sockets().display().to_string().replace('"', "\"\""));
        let settings = [
            ("listen_addresses", ""),
            ("unix_socket_directories", &sockets),
            ("unix_socket_permissions", "0700"),
            ("max_connections", "200"),
            ("timezone", "UTC"),
            ("log_timezone", "UTC"),
        ];
        let shared_buffers = shared_buffers();
        let by_purpose: &[_] = match self.durability {
            Durability::Full => &[("shared_buffers", shared_buffers.as_str())],
            Durability::ThrowAway => &[("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")],
        };
        let options = settings.iter().chain(by_purpose).map(|(name, value)| format!("-c {}", quoted(name, value)));
        options.collect::<Vec<_>>().join(" ")
    }

    async fn is_running(&self, owner: Owner) -> Result<bool, Error> {
        let mut command = owner.command(&self.binaries.program("pg_ctl"));
        command.arg("status").arg("--pgdata").arg(self.folder.data());
        let said = command.output().await.map_err(Error::io("cannot run pg_ctl"))?;
        Ok(said.status.success())
    }

    async fn pg_ctl(&self, owner: Owner, arguments: &[&str]) -> Result<(), Error> {
        let mut command = owner.command(&self.binaries.program("pg_ctl"));
        command.args(arguments).arg("--pgdata").arg(self.folder.data()).arg("--log").arg(self.folder.log());
        self.run("pg_ctl", command).await
    }

    async fn run(&self, program: &'static str, mut command: Command) -> Result<(), Error> {
        let output = command.output().await.map_err(Error::io(format!("cannot run {program}")))?;
        if output.status.success() {
            return Ok(());
        }
        let log = self.owner.command(Path::new("/usr/bin/tail")).arg("-n20").arg(self.folder.log()).output().await;
        let log = log.map(|tail| tail.stdout).unwrap_or_default();
        let output = [output.stdout, output.stderr, log].concat();
        Err(Error::Program { program, output: String::from_utf8_lossy(&output).trim().to_owned() })
    }

    async fn create_database(&self) -> Result<(), Error> {
        let database = self.folder.database();
        let options = PgConnectOptions::new_without_pgpass()
            .socket(self.folder.sockets())
            .port(PORT)
            .username(SUPERUSER)
            .password("")
            .database("postgres")
            .ssl_mode(PgSslMode::Disable);
        let mut connection = options.connect().await?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(database)
            .fetch_one(&mut connection)
            .await?;
        if !exists {
            let create = format!("create database \"{}\"", database.replace('"', "\"\""));
            sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut connection).await?;
        }
        Ok(connection.close().await?)
    }
}

/// A setting as the shell of `pg_ctl` reads it.
fn quoted(name: &str, value: &str) -> String {
    format!("{name}='{}'", value.replace('\'', r"'\''"))
}
