//! `cargo xtask soak`: the tests that are about repetition, as often as a release is judged by.

use crate::paths::Mode;
use crate::postgres::Postgres;
use crate::steps::Steps;
use crate::test::cargo_with;
use crate::{build, command};
use anyhow::Result;

/// Runs them and prints what they measure.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let bursar = build::build(steps, Mode::Dev)?;
    let postgres = steps.step("Starting the embedded Postgres", || Postgres::start(&bursar, None))?;
    let mut soak = |name: &str, arguments: &[&str]| {
        steps.step(name, || {
            let mut cargo = cargo_with(&postgres, arguments)?;
            // One after the other: some measure.
            let options = ["--", "--include-ignored", "--nocapture", "--test-threads=1"];
            command::run(cargo.args(options).env("BURSAR_SOAK", "1"))
        })
    };
    soak("Races", &["--package", "services", "--test", "database", "races::"])?;
    soak("Spend in every order", &["--package", "services", "--test", "database", "spend::interleavings"])?;
    soak(
        "Concurrent changes of roles",
        &["--package", "services", "--test", "database", "rights::concurrent_changes"],
    )?;
    soak("The tries of an account", &["--package", "services", "--lib", "of_eight_tries"])?;
    soak("What a wrong password costs", &["--package", "services", "--test", "database", "sign_in_cost::"])?;
    soak("Paging while the list changes", &["--package", "services", "--test", "database", "paging::"])?;
    soak("Many pages", &["--package", "server", "--test", "router", "many_pages"])?;
    soak("Hostile programs", &["--package", "server", "--test", "router", "hostile::programs"])?;
    soak("Faults", &["--package", "server", "--test", "binary", "faults"])
}
