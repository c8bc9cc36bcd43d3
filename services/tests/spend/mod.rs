//! Limits that hold, and totals that are the sum of the events.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod alerts;
mod closing;
mod ingest;
mod interleavings;
mod interrupted;
mod partitions;
mod queue;
mod races;
mod rate;
mod reports;
mod reserve;
mod reset;
mod settle;
mod shares;
mod statements;
mod sums;
mod support;
mod windows;
