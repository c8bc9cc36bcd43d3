//! A PostgreSQL for a program that has none: on a folder of its own, run by an unprivileged user, reachable through a
//! Unix socket in a folder that no other user may enter.
//!
//! [`keep`] runs in a process of its own, the keeper, and stops Postgres when the process that started the keeper is
//! gone, even by `kill -9`. Should the keeper be killed too, the next start finds Postgres running and adopts it.
//! [`Kept`] is the keeper as its parent sees it.
//!
//! The binaries are those of a named folder, of an archive that is fetched once and whose checksum is known, or of the
//! operating system.

mod binaries;
mod cluster;
mod error;
mod folder;
mod keeper;
mod kept;
mod memory;
mod owner;

pub use error::Error;
pub use folder::default_root;
pub use keeper::{Data, Settings, check_binaries, keep, running_url};
pub use kept::Kept;
