//! Virtual environments of Python with pinned packages of PyPI, kept in the user's cache folder.

use crate::command;
use crate::stamp::Stamp;
use crate::steps::Steps;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use style::cache_folder;

/// The oldest Python that the packages run on.
const OLDEST: (u32, u32) = (3, 12);

/// The Python of the environment `name`, with exactly the packages that `requirements` lists. `contents` says what they
/// are.
pub(crate) fn environment(steps: &mut Steps, name: &str, contents: &str, requirements: &Path) -> Result<PathBuf> {
    let folder = cache_folder().join(name);
    let python = folder.join("bin/python");
    let stamp = Stamp::of(folder.join(".stamp"), &[requirements])?;
    if stamp.is_current() && python.exists() {
        return Ok(python);
    }
    let newest = of_the_system()?;
    steps.step(&format!("Installing {contents}"), || {
        command::run(Command::new(newest).args(["-m", "venv", "--clear"]).arg(&folder))?;
        command::run(pip_install(&python).arg("--requirement").arg(requirements))?;
        stamp.keep()
    })?;
    Ok(python)
}

/// `pip install`, still without the packages.
pub(crate) fn pip_install(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip
}

/// A Python that is new enough, by its usual names or from pyenv.
fn of_the_system() -> Result<PathBuf> {
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
