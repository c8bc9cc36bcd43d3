//! Budgets in a LiteLLM proxy, and what its customers have spent.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod client;
mod collect;
mod contract;
mod differences;
mod proxy;
mod push;
mod shares;
mod stage;
