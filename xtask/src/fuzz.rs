//! `cargo xtask fuzz`: random input to everything that reads what strangers send.
//!
//! The targets in `fuzz/` are laid out for `cargo fuzz`, but its sanitizers need a nightly compiler and our crates have
//! no unsafe code for them to watch. Coverage counters, which guide the input, are options of every compiler.

use crate::steps::Steps;
use crate::{command, paths};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// What `cargo fuzz --sanitizer none` passes to the compiler.
const COUNTERS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];
/// The counters of several units must not meet in one object that the linker throws away.
const UNITS: &str = "-Ccodegen-units=1";

/// Builds the targets and runs each, or `only` one, this many times. Stops at the first input that breaks something.
pub(crate) fn run(steps: &mut Steps, runs: u64, only: Option<&str>) -> Result<()> {
    let folder = steps.step("Building the fuzz targets", build)?;
    let names = targets()?;
    if let Some(only) = only.filter(|only| !names.iter().any(|name| name == only)) {
        bail!("there is no fuzz target {only}. There are: {}", names.join(", "));
    }
    for name in names.iter().filter(|name| only.is_none_or(|only| only == *name)) {
        steps.step(&format!("Fuzzing {name}, {runs} runs"), || fuzz(&folder.join(name), name, runs))?;
    }
    Ok(())
}

/// The names of the targets.
fn targets() -> Result<Vec<String>> {
    let files = std::fs::read_dir(paths::root().join("fuzz/fuzz_targets")).context("the folder of the fuzz targets")?;
    let mut names = Vec::new();
    for file in files {
        names.extend(file?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Returns the folder of the executables.
fn build() -> Result<PathBuf> {
    let about = command::output(Command::new("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("the host's name")?;
    let target = paths::target().join("fuzz");
    let mut cargo = command::cargo("build");
    cargo.args(["--quiet", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", host]);
    cargo.arg("--target-dir").arg(&target);
    command::run(cargo.env("RUSTFLAGS", [&COUNTERS[..], &[UNITS]].concat().join(" "))).context(
        "libFuzzer needs a C++ compiler (on Debian: apt-get install g++), and fuzz/Cargo.lock follows the crates it \
         depends on (cargo metadata --manifest-path fuzz/Cargo.toml)",
    )?;
    Ok(target.join(host).join("release"))
}

/// Runs one target with the input found so far, which is kept, and the samples of the source tree.
fn fuzz(executable: &std::path::Path, name: &str, runs: u64) -> Result<()> {
    let (found, broken) = (paths::target().join("fuzz/corpus").join(name), paths::target().join("fuzz/artifacts/"));
    std::fs::create_dir_all(&found)?;
    std::fs::create_dir_all(&broken)?;
    let mut fuzzer = Command::new(executable);
    fuzzer.args([format!("-runs={runs}"), format!("-artifact_prefix={}", broken.display())]);
    fuzzer.args(["-max_len=1024", "-timeout=10", "-print_final_stats=1", "-verbosity=0"]);
    command::run(fuzzer.arg(found).arg(paths::root().join("fuzz/seeds").join(name)))
}
