//! A private Postgres for those who have none: on a folder, run by an unprivileged user, reachable through a Unix
//! socket in a folder that nobody else may enter.
//!
//! [`keeper`] is a process of its own (`bursar postgres`) that stops Postgres when whoever started it is gone, even by
//! `kill -9`. Should the keeper be killed too, the next start finds Postgres running and adopts it.

mod binaries;
mod cluster;
mod error;
mod folder;
mod keeper;
mod memory;
mod owner;
mod private;

pub use error::Error;
pub use keeper::{Place, check, keep, running};
pub use private::Private;
