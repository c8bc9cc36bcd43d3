//! The client of the wire contract and the OpenAPI tools, as published on PyPI, against a started Bursar.

use crate::postgres::Postgres;
use crate::stamp::Stamp;
use crate::steps::Steps;
use crate::{command, paths};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use style::cache_folder;

/// The oldest Python that the client runs on.
const OLDEST: (u32, u32) = (3, 12);

/// Runs the tests of `end2end/sdk`.
pub(crate) fn test(steps: &mut Steps, bursar: &Path, postgres: &Postgres) -> Result<()> {
    let folder = paths::root().join("end2end/sdk");
    let python = environment(steps, &folder.join("requirements.txt"))?;
    steps.step("Testing with the client of the wire contract and from docs/openapi.json", || {
        let mut tests = Command::new(python);
        tests.args(["-m", "unittest", "discover", "--failfast"]).current_dir(&folder);
        tests.env("BURSAR_BIN", bursar).env("BURSAR_SITE_DIR", paths::site());
        tests.env("BURSAR_TEST_DATABASE_URL", postgres.url()).env("PYTHONDONTWRITEBYTECODE", "1");
        command::run(&mut tests)
    })
}

/// The Python of a virtual environment with exactly the packages that `requirements` lists, kept in the cache folder.
fn environment(steps: &mut Steps, requirements: &Path) -> Result<PathBuf> {
    let folder = cache_folder().join("sdk");
    let python = folder.join("bin/python");
    let stamp = Stamp::of(folder.join(".stamp"), &[requirements])?;
    if stamp.is_current() && python.exists() {
        return Ok(python);
    }
    let newest = python_of_the_system()?;
    steps.step("Installing the client of the wire contract and the OpenAPI tools", || {
        command::run(Command::new(newest).args(["-m", "venv", "--clear"]).arg(&folder))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        command::run(Command::new(&python).args(install).arg(requirements))?;
        stamp.keep()
    })?;
    Ok(python)
}

/// A Python that is new enough, by its usual names or from pyenv.
fn python_of_the_system() -> Result<PathBuf> {
    let named = ["python3.14", "python3.13", "python3.12", "python3"].into_iter().filter_map(command::find);
    named.chain(pyenv()).find(|python| is_new_enough(python)).with_context(|| {
        let (major, minor) = OLDEST;
        format!(
            "Python {major}.{minor} or newer with its module venv is missing. Install it, on Debian 13: apt-get \
             install python3-venv, elsewhere with pyenv: pyenv install {major}.{minor}"
        )
    })
}

fn pyenv() -> Vec<PathBuf> {
    let Some(pyenv) = command::find("pyenv") else { return Vec::new() };
    let Ok(root) = command::output(Command::new(pyenv).arg("root")) else { return Vec::new() };
    let versions = std::fs::read_dir(Path::new(&root).join("versions")).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin/python3")).collect()
}

fn is_new_enough(python: &Path) -> bool {
    let (major, minor) = OLDEST;
    let question = format!("import sys, venv; sys.exit(sys.version_info < ({major}, {minor}))");
    let asked = Command::new(python).args(["-c", &question]).stderr(std::process::Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}
