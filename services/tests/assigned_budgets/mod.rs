//! Assigned and default budgets, and what is spent of them.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod default;
mod stage;
mod usage;
