//! The binary `bursar`.

use clap::Parser as _;
use mimalloc::MiMalloc;
use server::{cli::Cli, commands};
use std::process::ExitCode;

/// A page is made of many small pieces; the system's allocator takes more than a third of the time of making one.
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
