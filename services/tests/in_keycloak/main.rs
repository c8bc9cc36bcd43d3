//! What Bursar does in a real Keycloak. `cargo xtask test --only keycloak` starts one and runs these.
#![expect(clippy::expect_used, reason = "a test ends with the reason of what it met")]

mod access_matrix;
mod access_snapshots;
mod doctor;
mod import;
mod import_by_hand;
mod mail;
mod managed;
mod proxy;
mod realm;
mod setup;
mod users;
