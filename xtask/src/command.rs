//! Running other programs.

use crate::paths;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Cargo in this workspace, without what `cargo run` told this process about its own package: build scripts that
/// watch those variables would run again at every change between `cargo xtask` and plain `cargo`.
pub fn cargo(subcommand: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    cargo.current_dir(paths::root()).env("SQLX_OFFLINE", "true").arg(subcommand);
    cargo
}

/// Has Clippy compile our own crates: it says what it has to say along with the build, while a run of its own analyses
/// everything once more. A warning is an error.
///
/// These are the variables by which `cargo clippy` tells its compiler what to do; it optimises less, so that nothing but
/// tests is built with it.
pub(crate) fn by_clippy(cargo: &mut Command) -> Result<&mut Command> {
    let toolchain = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let compiler = PathBuf::from(toolchain).join("bin/clippy-driver");
    Ok(cargo.env("RUSTC_WORKSPACE_WRAPPER", compiler).env("CLIPPY_ARGS", "-Dwarnings"))
}

/// The benchmark, a program of its own in this workspace.
pub(crate) fn bench() -> Command {
    let mut bench = cargo("run");
    bench.args(["--quiet", "--package", "bench", "--"]);
    bench
}

/// Runs `command` and fails when it does.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", line(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs `command` and returns what it printed, without the last line's end.
pub fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", line(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", line(command), output.status);
    }
    let text = String::from_utf8(output.stdout).with_context(|| format!("the output of {}", line(command)))?;
    Ok(text.trim_end().to_owned())
}

/// Where the program of this name is. Servers are in a folder that is in root's `PATH` alone.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// A word as the shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:=,%@+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
