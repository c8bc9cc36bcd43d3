//! `cargo xtask run`.

use crate::build;
use crate::paths::{self, Mode};
use crate::steps::Steps;
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Builds Bursar and becomes it, so that signals and the exit status are its own.
pub(crate) fn run(steps: &mut Steps, mode: Mode, empty: bool) -> Result<()> {
    let bursar = build::build(steps, mode)?;
    steps.summary();
    let mut serve = Command::new(&bursar);
    serve.arg("serve").current_dir(paths::root());
    if !empty {
        serve.arg("--sample");
    }
    if std::env::var_os("BURSAR_SITE_DIR").is_none() {
        serve.env("BURSAR_SITE_DIR", paths::site());
    }
    Err(serve.exec()).with_context(|| format!("cannot start {}", bursar.display()))
}
