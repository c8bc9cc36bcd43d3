//! The client behind a request, and the secrets that its cookies hold.

use crate::token::cookie_secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

cookie_secret! {
    /// The secret of a session, for the cookie and nowhere else.
    SessionToken
}

cookie_secret! {
    /// The secret of a device that a user has signed in from, for its cookie and nowhere else.
    DeviceToken
}

impl SessionToken {
    /// The secret of the session of an access token.
    pub fn derived(from: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(from)).into())
    }
}

/// Where a request came from, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Network address, from the connection or a trusted proxy.
    pub address: Option<String>,
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
    /// From the cookie of a browser that a user has signed in from.
    pub device: Option<DeviceToken>,
    /// It came to the API.
    pub is_program: bool,
    /// From the session cookie: a sign-in in this browser replaces that session.
    pub session: Option<SessionToken>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_cookie_is_no_session_token() {
        assert!(SessionToken::from_cookie(&"a".repeat(43)).is_some());
        for bad in ["", "short", &"a".repeat(44), &"é".repeat(21), &format!("{} ", "a".repeat(42))] {
            assert!(SessionToken::from_cookie(bad).is_none(), "{bad:?}");
        }
    }
}
