//! Sessions as their owner sees them.

use crate::id::SessionId;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a proof of identity counts, by a sign-in or a re-authentication.
pub const CONFIRMED_FOR: Duration = Duration::minutes(10);

/// One valid session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// To end it by.
    pub id: SessionId,
    /// Browser and system, read from the user agent at sign-in, for example "Firefox on Linux".
    pub device: String,
    /// Network address at sign-in.
    pub address: Option<String>,
    /// The session of this very request.
    pub is_current: bool,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub signed_in_at: OffsetDateTime,
    /// When it was last used, to the minute.
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
}
