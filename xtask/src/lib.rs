//! `cargo xtask`: everything that a developer or a build machine does with Bursar more than once.
//!
//! [`Task`] lists what it does; each task is a module. The public modules are for `bench`, which is a program of its own.

mod backup;
mod build;
pub mod command;
mod docs;
mod fetch;
mod fuzz;
mod go;
pub mod keycloak;
mod kubernetes;
mod layers;
mod npm;
pub mod paths;
pub mod postgres;
mod python;
mod queries;
mod run;
mod sdk;
pub mod setup;
pub mod stamp;
pub mod steps;
mod supply;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};
use paths::Mode;
use std::ffi::OsString;
use std::process::ExitCode;
use steps::Steps;

/// Builds, runs and tests Bursar. What is missing on this machine is set up on the way.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build Bursar and start it with a small sample organisation; prints its address and how to sign in
    Run {
        /// Start without the sample organisation
        #[arg(long)]
        empty: bool,
        /// Build optimised
        #[arg(long)]
        release: bool,
        /// Start a Keycloak too, in which people sign in; prints who they are
        #[arg(long)]
        keycloak: bool,
    },
    /// Start a Keycloak with a fresh realm and nothing else, until it is stopped; prints who can sign in
    Keycloak {
        /// Its port on 127.0.0.1; 0 takes any free one
        #[arg(long, default_value_t = keycloak::PORT)]
        port: u16,
        /// Where the Bursar is that people will sign in to
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
        bursar: String,
    },
    /// Build the wasm, the stylesheet and the server, as far as they changed
    Build {
        /// Build optimised: smaller and faster, but it takes several minutes
        #[arg(long)]
        release: bool,
    },
    /// Run every test, up to the first failure
    Test {
        /// Run one part only
        #[arg(long, value_name = "PART")]
        only: Option<test::Part>,
    },
    /// Repeat races and faults as often as a release is judged by; takes some minutes
    Soak,
    /// Give random input to everything that reads what strangers send
    Fuzz {
        /// One target only; all of them stand in fuzz/fuzz_targets
        target: Option<String>,
        /// How often each
        #[arg(long, default_value_t = 1_000_000)]
        runs: u64,
    },
    /// Measure Bursar with a million users and write target/bench.md; its `--help` lists its own options
    #[command(disable_help_flag = true)]
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
    /// Fetch what a build needs: the wasm target and Tailwind's script
    Setup,
    /// Bring the query data in .sqlx up to date after a change of SQL or of migrations
    Sqlx {
        /// Change nothing; fail when it is not current
        #[arg(long)]
        check: bool,
    },
    /// Bring the tables of README.md and docs/openapi.json up to date
    Docs {
        /// Change nothing; fail when they are not current
        #[arg(long)]
        check: bool,
    },
}

/// Runs the task that the command line names.
pub fn main() -> ExitCode {
    exit_code(perform(Arguments::parse().task, &mut Steps::default()))
}

/// Prints what failed.
pub fn exit_code(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task, steps: &mut Steps) -> Result<()> {
    match task {
        Task::Run { empty, release, keycloak } => return run::run(steps, Mode::new(release), empty, keycloak),
        Task::Keycloak { port, bursar } => return keycloak::run(steps, &bursar, port),
        // Its last lines are those of the test runner.
        Task::Test { only } => return test::run(steps, only),
        Task::Build { release } => build::build(steps, Mode::new(release)).map(|_| ())?,
        Task::Soak => test::soak(steps)?,
        Task::Fuzz { target, runs } => fuzz::run(steps, runs, target.as_deref())?,
        Task::Bench { options } => return command::run(command::bench().args(options)),
        Task::Setup => setup::for_build(steps)?,
        Task::Sqlx { check } => queries::run(steps, check)?,
        Task::Docs { check } => docs::run(steps, check)?,
    }
    steps.summary();
    Ok(())
}
