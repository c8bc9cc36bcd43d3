//! Configuration, from environment variables and nowhere else.
//!
//! [`variables`] declares each variable once; reading, `bursar --help`, `bursar check-config` and the README's table
//! all come from there.

mod delivery;
mod names;
mod network;
mod origin;
mod provider;
mod read;
mod show;
mod value;
mod variables;

pub use delivery::{SmtpUrl, WebhookUrl};
pub use network::TrustedProxies;
pub use origin::{PublicUrl, web_origin};
pub use provider::{IssuerUrl, RoleMap};
pub use read::Problems;
pub use show::{help, markdown};
pub use value::{FilePath, Hsts, IdentityProvider, LogFilter, LogFormat, Pooler, Seconds, Value};
pub use variables::{Config, VARIABLES, Variable};
