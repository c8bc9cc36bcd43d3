//! `cargo xtask build`: wasm, stylesheet, everything below the site folder, and the server.

mod css;
mod optimise;
mod server;
mod site;
mod wasm;

pub(crate) use server::build as server;

use crate::paths::{self, Mode};
use crate::setup;
use crate::steps::Steps;
use anyhow::{Context, Result, anyhow};
use site::Site;
use std::path::PathBuf;

/// Builds what changed and returns the server's executable.
pub(crate) fn build(steps: &mut Steps, mode: Mode) -> Result<PathBuf> {
    setup::for_build(steps)?;
    site(steps, mode, false)?;
    steps.step("Building the server", || server(mode))?;
    Ok(paths::bursar(mode))
}

/// Builds and lints what the tests of the whole start: the pages and, beside them, because each has large crates that
/// leave a core idle, the server, the benchmark and the tests that `tests` names. Returns the server's executable.
pub(crate) fn for_tests(steps: &mut Steps, tests: &str) -> Result<PathBuf> {
    setup::for_build(steps)?;
    std::thread::scope(|scope| {
        let pages = scope.spawn(|| {
            let mut steps = Steps::beside();
            site(&mut steps, Mode::Dev, true)?;
            anyhow::Ok(steps)
        });
        steps.step("Building the server, the benchmark and tests", || server::for_tests(tests))?;
        steps.append(pages.join().map_err(|_| anyhow!("building the pages panicked"))??);
        Ok(paths::bursar(Mode::Dev))
    })
}

/// Builds what the server serves.
fn site(steps: &mut Steps, mode: Mode, is_for_tests: bool) -> Result<()> {
    let work = paths::work(mode);
    std::fs::create_dir_all(&work).with_context(|| format!("creating {}", work.display()))?;
    let stylesheet = steps.step("Compiling the stylesheet", || css::build(mode))?;
    let module = steps.step("Compiling the pages to wasm", || wasm::compile(mode, is_for_tests))?;
    let package = wasm::package(steps, mode, &module)?;
    steps.step("Laying out the site", || Site::new(mode).publish(&stylesheet, &package))
}
