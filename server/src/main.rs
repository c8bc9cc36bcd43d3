//! The binary `bursar`.

use clap::Parser as _;
use mimalloc::MiMalloc;
use server::{cli::Cli, commands};
use std::process::ExitCode;

/// Rendering a page makes and drops thousands of small texts; a third of its time went into the system's allocator
/// (docs/performance.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match commands::run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
