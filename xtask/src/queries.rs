//! `cargo xtask sqlx`: what the database says about every query of `services`, kept in `.sqlx/` so that a build needs
//! no database.

use crate::paths::{self, Mode};
use crate::postgres::Postgres;
use crate::stamp::sorted;
use crate::steps::Steps;
use crate::{build, command};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// The source by which cargo compiles all of `services` again.
const LIBRARY: &str = "lib.rs";
/// One by which it compiles the unit tests alone again.
const UNIT_TESTS: &str = "access_matrix/tests.rs";

/// Writes the query data again, or fails when it would change.
///
/// It needs the server's binary, be it one of an older state: with stale data the present one cannot be built.
pub(crate) fn run(steps: &mut Steps, check: bool) -> Result<()> {
    let bursar = paths::bursar(Mode::Dev);
    if !bursar.exists() {
        steps.step("Building the server", || build::server(Mode::Dev))?;
    }
    let mut check_services = command::cargo("check");
    check_services.args(["--quiet", "--package", "services", "--all-targets", "--all-features"]);
    steps.step("Asking the database about the queries", || prepare(&bursar, check, LIBRARY, &mut check_services))
}

/// Has the tests compiled against the database, and fails when the query data would change: with their unit tests the
/// services are compiled once more anyhow.
pub(crate) fn compile_tests(steps: &mut Steps) -> Result<()> {
    let bursar = paths::bursar(Mode::Dev);
    steps.step("Compiling the tests, and asking the database about the queries", || {
        let mut tests = command::cargo("test");
        prepare(&bursar, true, UNIT_TESTS, command::by_clippy(&mut tests)?.arg("--no-run"))
    })
}

fn prepare(bursar: &Path, check: bool, edited: &str, compile: &mut Command) -> Result<()> {
    let postgres = Postgres::start(bursar, None)?;
    let mut migrate = Command::new(bursar);
    migrate.args(["migrate", "--from"]).arg(paths::root().join("migrations")).env("DATABASE_URL", postgres.url());
    command::run(&mut migrate)?;

    let fresh = paths::target().join("xtask").join("sqlx");
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    std::fs::create_dir_all(&fresh).with_context(|| format!("creating {}", fresh.display()))?;
    describe(&postgres, &fresh, edited, compile)?;

    let kept = paths::root().join(".sqlx");
    let (new, old) = (contents(&fresh)?, if kept.exists() { contents(&kept)? } else { BTreeMap::new() });
    if new == old {
        return Ok(());
    }
    if check {
        bail!("the query data in .sqlx is not current. Run `cargo xtask sqlx` and commit .sqlx");
    }
    std::fs::create_dir_all(&kept)?;
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        std::fs::remove_file(kept.join(name))?;
    }
    for (name, bytes) in &new {
        std::fs::write(kept.join(name), bytes)?;
    }
    eprintln!("    {} queries in .sqlx", new.len());
    Ok(())
}

/// Has `compile` compile `services` against the database, as if its source `edited` were; sqlx's macros write what they
/// learn into `folder`.
fn describe(postgres: &Postgres, folder: &Path, edited: &str, compile: &mut Command) -> Result<()> {
    let touched = Touched::new(&paths::root().join("services/src").join(edited))?;
    compile.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", folder).env("DATABASE_URL", postgres.url());
    command::run(compile)?;
    touched.restore()
}

/// A source that looks edited, so that cargo compiles its crate again, until its time is put back.
struct Touched {
    file: File,
    modified: std::time::SystemTime,
}

impl Touched {
    fn new(path: &Path) -> Result<Self> {
        let content = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let modified = std::fs::metadata(path)?.modified()?;
        std::fs::write(path, content)?;
        Ok(Self { file: File::options().append(true).open(path)?, modified })
    }

    fn restore(&self) -> Result<()> {
        self.file.set_modified(self.modified).context("putting the time of a source back")
    }
}

fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, std::fs::read(&path)?))
    };
    sorted(folder)?.into_iter().map(read).collect()
}
