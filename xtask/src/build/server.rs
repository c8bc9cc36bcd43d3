//! The binary `bursar`.

use crate::command;
use crate::paths::Mode;
use anyhow::Result;

/// Builds the server; cargo decides what is to be done.
pub(crate) fn build(mode: Mode) -> Result<()> {
    let mut cargo = command::cargo("build");
    cargo.args(["--package", "server"]);
    if mode == Mode::Release {
        cargo.arg("--release");
    }
    command::run(&mut cargo)
}
