//! Break-glass: how an operator opens the console while users cannot sign in, because the identity provider is down,
//! misconfigured or has another issuer. Works in both modes and whatever the sign-in configuration is.
//!
//! | What | Where |
//! |---|---|
//! | issuing and revoking codes, by the operator's command alone | [`issue`](fn@issue), [`revoke`] |
//! | using a code | [`sign_in`] |
//! | what the page of the identity provider says | [`status`](fn@status) |
//! | the session and its rights | [`crate::actor`] |
//!
//! No function here that issues a code takes a request or a caller: there is no way to one over HTTP.

mod issue;
mod sign_in;
mod status;

pub use issue::{Issue, Issued, Revoked, expire, issue, revoke};
pub use sign_in::{SignedIn, sign_in};
pub(crate) use status::status;

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use sqlx::PgConnection;
use uuid::Uuid;

/// The advisory lock of everything that issues, revokes or expires codes.
const CODES_LOCK: i64 = 0x6275_7273_6172_0560;

/// Serialises changes of codes, so that they see each other and at most one code can be used.
async fn lock_codes(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", CODES_LOCK).fetch_one(connection).await?;
    Ok(())
}

/// An event about a code.
fn event(action: Action, code: Uuid) -> Entry {
    Entry::new(action, TargetType::BreakGlass, code, "Break-glass access")
}

/// Whether the configuration allows break-glass.
fn is_allowed(services: &Services) -> bool {
    services.settings.break_glass
}
