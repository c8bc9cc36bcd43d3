//! What a machine needs before it can build.

use crate::steps::Steps;
use crate::{command, npm, paths};
use anyhow::{Context, Result};
use std::path::Path;
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
