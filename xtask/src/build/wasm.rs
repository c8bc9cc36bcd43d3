//! The pages as wasm: compile, cut off what single routes need, make the JavaScript around it.

use super::optimise;
use crate::command;
use crate::paths::{self, Mode};
use crate::stamp::Stamp;
use crate::steps::Steps;
use anyhow::{Context, Result, anyhow};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;
use wasm_split_cli_support::Options;

/// Compiles `frontend`, by Clippy where it is for tests, and returns the wasm module that the linker wrote.
pub(crate) fn compile(mode: Mode, is_for_tests: bool) -> Result<PathBuf> {
    let profile = match mode {
        Mode::Dev => "wasm-dev",
        Mode::Release => "wasm-release",
    };
    let mut cargo = command::cargo("rustc");
    cargo.args(["--package", "frontend", "--lib", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    if is_for_tests {
        command::by_clippy(&mut cargo)?;
    }
    // The splitter cuts the module along its relocations.
    command::run(cargo.args(["--crate-type", "cdylib", "--", "-Clink-arg=--emit-relocs"]))?;
    Ok(paths::target().join("wasm32-unknown-unknown").join(profile).join("frontend.wasm"))
}

/// Makes what the browser loads out of `module`, unless it is the one of the last time; returns its folder.
pub(crate) fn package(steps: &mut Steps, mode: Mode, module: &Path) -> Result<PathBuf> {
    let work = paths::work(mode);
    let folder = work.join("pkg");
    let stamp = Stamp::of(work.join("pkg.stamp"), &[module])?;
    if stamp.is_current() {
        return Ok(folder);
    }
    stamp.clear();
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let main = work.join("main.wasm");
    steps.step("Splitting the wasm by route", || split(module, &main, &folder))?;
    steps.step("Binding the wasm to JavaScript", || bind(&main, &folder))?;
    if mode == Mode::Release {
        steps.step("Optimising the wasm", || optimise::folder(&folder))?;
    }
    stamp.keep()?;
    Ok(folder)
}

/// Cuts the parts that lazy routes load out of `module` into `folder`; the rest becomes `main`.
fn split(module: &Path, main: &Path, folder: &Path) -> Result<()> {
    let bytes = std::fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let mut options = Options::new(&bytes);
    options.output_dir = folder;
    options.main_out_path = main;
    options.link_name = "./__wasm_split.js";
    options.main_module = "./app.js";
    wasm_split_cli_support::transform(options).map_err(|error| anyhow!("splitting the wasm: {error:?}"))?;
    Ok(())
}

fn bind(main: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(main).out_name("app").web(true)?;
    // The parts that were cut off refer to the main module by the linker's names.
    bindgen.keep_lld_exports(true).demangle(false).remove_name_section(true).typescript(false);
    bindgen.generate(folder).context("binding the wasm to JavaScript")
}
