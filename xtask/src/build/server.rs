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

/// Builds the server, the benchmark and those tests outside the crates that `tests` names, as `cargo test` does, and lints
/// them.
///
/// Which features the dependencies have is decided by all packages and by the tests that are built along: by themselves
/// the two would be built with others, and most of what they stand on once for each.
pub(crate) fn for_tests(tests: &str) -> Result<()> {
    let mut cargo = command::cargo("build");
    command::run(command::by_clippy(&mut cargo)?.args(["--bin", "bursar", "--bin", "bench", "--test", tests]))
}
