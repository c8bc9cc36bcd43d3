//! `cargo xtask test --only supply`: what comes into the build, and that nothing of it is unneeded.

use crate::steps::Steps;
use crate::{command, paths};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use style::cache_folder;

/// Licences, sources, versions and known weaknesses, as `deny.toml` says.
const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };
/// Dependencies that nothing uses.
const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2" };

/// Known weaknesses need a database that is fetched; without a network it says that they were not looked for.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let (deny, machete) = (DENY.installed(steps)?, MACHETE.installed(steps)?);
    steps.step("Looking for dependencies that nothing uses", || command::run(in_tree(&machete).arg(".")))?;
    // Those of other systems too, which no build has asked for.
    steps.step("Fetching the sources of all dependencies", || {
        command::run(command::cargo("fetch").args(["--quiet", "--locked"]))
    })?;
    steps.step("Checking licences, sources and versions of all dependencies", || {
        let wanted = ["check", "bans", "licenses", "sources"];
        command::run(in_tree(&deny).args(["--offline", "--log-level", "error"]).args(wanted))
    })?;
    if command::run(in_tree(&deny).args(["--log-level", "error", "fetch", "db"])).is_err() {
        eprintln!("==> NOT CHECKED: known weaknesses of dependencies, because their database could not be fetched.");
        eprintln!("    Before a release run `cargo xtask test --only supply` where github.com is reached");
        return Ok(());
    }
    steps.step("Looking for known weaknesses of dependencies", || {
        command::run(in_tree(&deny).args(["--log-level", "error", "check", "advisories"]))
    })
}

fn in_tree(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root());
    command
}

/// A program from crates.io, kept in the user's cache folder.
struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    /// Where it is, built first if it is not there. Neither optimised nor debugged: it runs for seconds.
    fn installed(&self, steps: &mut Steps) -> Result<PathBuf> {
        let Self { name, version } = self;
        let folder = cache_folder().join(format!("{name}-{version}"));
        let program = folder.join("bin").join(name);
        if !program.exists() {
            steps.step(&format!("Installing {name} {version}"), || {
                let mut install = command::cargo("install");
                install.args(["--quiet", "--debug", "--locked", "--version", version, name]).arg("--root").arg(&folder);
                // Shared, for what both are made of.
                let target = paths::target().join("xtask/tools");
                install.arg("--target-dir").arg(target).env("CARGO_PROFILE_DEV_DEBUG", "false");
                command::run(&mut install).context("it comes from crates.io")
            })?;
        }
        Ok(program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_of_ours_obeys_the_lints_and_unsafe_code_is_forbidden() {
        let read = |path: &Path| std::fs::read_to_string(path).expect("a manifest");
        let root = read(&paths::root().join("Cargo.toml"));
        assert!(root.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\""), "{root}");
        let folders =
            std::fs::read_dir(paths::root()).expect("the workspace").map(|entry| entry.expect("a folder").path());
        let manifests: Vec<_> = folders.map(|folder| folder.join("Cargo.toml")).filter(|path| path.exists()).collect();
        assert!(manifests.len() >= 8, "{manifests:?}");
        for manifest in manifests {
            let text = read(&manifest);
            // The fuzz targets are a workspace of their own.
            let obeys =
                text.contains("[lints]\nworkspace = true") || text.contains("[lints.rust]\nunsafe_code = \"forbid\"");
            assert!(obeys, "{}", manifest.display());
        }
    }
}
