//! Break-glass access: the way into the console while users cannot sign in. An operator with access to the database
//! issues a one-time code; the session that it opens belongs to no user and has a maintainer's rights.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a code can be used unless the operator says otherwise.
pub const CODE_LIFETIME: Duration = Duration::minutes(15);
/// The longest that a code can be used.
pub const MAX_CODE_LIFETIME: Duration = Duration::hours(1);
/// How long the session lasts unless the operator says otherwise.
pub const SESSION_LIFETIME: Duration = Duration::minutes(30);
/// The longest that the session lasts.
pub const MAX_SESSION_LIFETIME: Duration = Duration::hours(1);
/// The shortest of either.
pub const MIN_LIFETIME: Duration = Duration::minutes(1);

/// The longest name of an operator, in characters.
const MAX_OPERATOR: usize = 120;

/// What a code is hashed as: as it was printed, whatever blanks, dashes and capitals it was entered with.
pub fn canonical_code(entered: &str) -> String {
    entered.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The name of the operator who issues a code, as the operator's command gives it: one line without control characters.
pub fn operator_name(raw: &str) -> String {
    let visible = raw.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let name: String = visible.take(MAX_OPERATOR).collect();
    match name.trim() {
        "" => "an unknown operator".to_owned(),
        name => name.to_owned(),
    }
}

/// The session behind a request that came by break-glass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlassSession {
    /// The operator who issued the code.
    pub issued_by: String,
    /// When the session ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// The last code that was issued, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlassAccess {
    /// The operator who issued it.
    pub issued_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub issued_at: OffsetDateTime,
    /// When the code was used.
    #[serde(with = "time::serde::rfc3339::option")]
    pub used_at: Option<OffsetDateTime>,
    /// From which network address.
    pub used_from: Option<String>,
    /// What it is now.
    pub state: BreakGlassState,
    /// Codes that were refused between its issue and its end.
    pub refusals: i32,
}

/// What a code is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BreakGlassState {
    /// It can be used.
    Waiting {
        /// Until then.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// Its session is valid.
    InUse {
        /// Until then.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// Its session has ended.
    Used,
    /// An operator revoked it, or issued another one.
    Revoked,
    /// Nobody used it in time.
    Expired,
}

/// What the page of the identity provider says of break-glass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlassStatus {
    /// Whether the configuration allows it.
    pub is_allowed: bool,
    /// The last code that was issued.
    pub last_issued: Option<BreakGlassAccess>,
    /// The last code that was used.
    pub last_used: Option<BreakGlassAccess>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_the_same_however_it_is_entered() {
        for entered in ["k7mf-2xqp", " K7MF 2XQP\n", "k7mf2xqp", "k7mf\u{2013}2xqp"] {
            assert_eq!(canonical_code(entered), "k7mf2xqp", "{entered:?}");
        }
        assert_eq!(canonical_code("-\u{e9}"), "");
    }

    #[test]
    fn operator_name_is_one_short_line() {
        assert_eq!(operator_name("root@bursar-0"), "root@bursar-0");
        assert_eq!(operator_name("root\n[31m"), "root [31m");
        assert_eq!(operator_name(&"x".repeat(500)).len(), 120);
        assert_eq!(operator_name(" \t"), "an unknown operator");
    }
}
