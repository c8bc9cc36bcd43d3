//! What a machine needs before it can build or test.

use crate::stamp::Stamp;
use crate::steps::Steps;
use crate::{command, npm, paths};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use style::Package;

const WASM: &str = "wasm32-unknown-unknown";

/// Fetches the wasm target and Tailwind's script where they are missing.
pub(crate) fn for_build(steps: &mut Steps) -> Result<()> {
    if !has_wasm_target()? {
        steps.step("Installing the wasm target", || {
            command::run(Command::new("rustup").args(["target", "add", WASM]))
                .with_context(|| format!("Rust's {WASM} target is missing. Install it with rustup: https://rustup.rs"))
        })?;
    }
    let tailwind = Package::named_in(&paths::root().join("style/tailwindcss.toml"))?;
    if !tailwind.tarball().exists() {
        steps.step("Fetching Tailwind's script", || npm::fetch(&tailwind))?;
    }
    Ok(())
}

fn has_wasm_target() -> Result<bool> {
    let folder = command::output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    Ok(Path::new(&folder).exists())
}

/// The system's Chromium; Debian's package is installed where there is none.
pub fn chromium(steps: &mut Steps) -> Result<PathBuf> {
    program(steps, "chromium", &["chromium", "fonts-dejavu-core"])
}

/// Chromium without a window, which shows the same pages in nearly half the time; the whole one where the system has no
/// package of it.
pub(crate) fn headless_chromium(steps: &mut Steps) -> Result<PathBuf> {
    let shell = "chromium-headless-shell";
    program(steps, shell, &[shell, "fonts-dejavu-core"]).or_else(|_| chromium(steps))
}

/// The system's Firefox; Debian's package is installed where there is none.
pub(crate) fn firefox(steps: &mut Steps) -> Result<PathBuf> {
    program(steps, "firefox-esr", &["firefox-esr"])
}

/// The program of this name; Debian's packages are installed where there is none.
pub fn program(steps: &mut Steps, name: &str, debian: &[&str]) -> Result<PathBuf> {
    if command::find(name).is_none() {
        packages(steps, name, debian)?;
    }
    command::find(name).with_context(|| format!("{debian:?} were installed, but there is no `{name}` in PATH"))
}

/// Installs Debian's packages that bring `name`.
pub fn packages(steps: &mut Steps, name: &str, debian: &[&str]) -> Result<()> {
    steps.step(&format!("Installing {name}"), || {
        let how =
            format!("{name} is missing and could not be installed. As root: apt-get install {}", debian.join(" "));
        command::run(Command::new("apt-get").args(["update", "--quiet"])).context(how.clone())?;
        let mut install = Command::new("apt-get");
        install.args(["install", "--quiet", "--yes", "--no-install-recommends"]).args(debian);
        command::run(install.env("DEBIAN_FRONTEND", "noninteractive")).context(how)
    })
}

/// Installs what `package-lock.json` of `folder` lists, unless it was installed from the same list.
pub fn npm_packages(steps: &mut Steps, folder: &Path) -> Result<()> {
    let installed = folder.join("node_modules");
    let stamp = Stamp::of_inputs(installed.join(".stamp"), &[&folder.join("package-lock.json")])?;
    if stamp.is_current() {
        return Ok(());
    }
    npm::require()?;
    steps.step("Installing the npm packages of the browser tests", || {
        command::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
        stamp.keep()
    })
}
