//! A client before a provider that changes its keys, goes down, and answers and signs wrong things.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod access_token;
mod fixture;
mod id_token;
mod logout_token;
mod provider;
mod token_endpoint;
