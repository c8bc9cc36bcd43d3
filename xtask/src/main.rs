//! `cargo xtask`: everything that a developer or a build machine does with Bursar more than once.

mod build;
mod command;
mod npm;
mod paths;
mod run;
mod setup;
mod stamp;
mod steps;

use anyhow::Result;
use clap::{Parser, Subcommand};
use paths::Mode;
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
    /// Build and start Bursar with a small sample organisation; prints where it is and how to sign in
    Run {
        /// Start without the sample organisation
        #[arg(long)]
        empty: bool,
        /// Build optimised
        #[arg(long)]
        release: bool,
    },
    /// Build the wasm, the stylesheet and the server, as far as they changed
    Build {
        /// Build optimised: smaller and faster, but it takes several minutes
        #[arg(long)]
        release: bool,
    },
    /// Fetch what a build needs: the wasm target and Tailwind's script
    Setup,
}

fn main() -> ExitCode {
    let mut steps = Steps::default();
    match perform(Arguments::parse().task, &mut steps) {
        Ok(()) => {
            steps.summary();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task, steps: &mut Steps) -> Result<()> {
    match task {
        Task::Run { empty, release } => run::run(steps, Mode::new(release), empty),
        Task::Build { release } => build::build(steps, Mode::new(release)).map(|_| ()),
        Task::Setup => setup::for_build(steps),
    }
}
