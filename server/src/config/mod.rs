//! Configuration, from environment variables and nowhere else.
//!
//! [`variables`] declares each variable once; reading, `bursar --help`, `bursar check-config` and the README's table
//! all come from there.

mod read;
mod secret;
mod show;
mod value;
mod variables;

pub use read::Problems;
pub use secret::Secret;
pub use show::{help, markdown};
pub use value::{IdentityProvider, IssuerUrl, LogFilter, LogFormat, Pooler, PublicUrl, RoleMap, Seconds, Value};
pub use variables::{Config, VARIABLES, Variable};
