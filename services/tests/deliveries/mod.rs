//! Messages to other systems are delivered at least once, with their id as idempotency key.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod mail;
mod outbox;
mod receiver;
mod retry;
mod stage;
