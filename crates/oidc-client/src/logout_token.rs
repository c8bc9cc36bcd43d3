//! Logout tokens (OpenID Connect Back-Channel Logout 1.0).

use crate::OidcClient;
use crate::error::{Error, untrusted};
use crate::jwt::{Claims, Signed, check_size, claim_seconds, is_for};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// How long after it was issued a logout token is accepted: it is sent at once.
pub const LOGOUT_TOKEN_LIFETIME: Duration = Duration::seconds(120);
/// The member of `events` that makes a token a logout token (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const MAX_JTI_LENGTH: usize = 255;

/// A logout token that may be believed. Whether it was used already, the caller knows.
#[derive(Clone, Debug)]
pub struct LogoutToken {
    /// Its id, unique for the issuer.
    pub jti: String,
    /// The session of the provider that has ended; `None` when all of the subject's have.
    pub sid: Option<String>,
    /// The user; at least one of `sid` and `subject` is present.
    pub subject: Option<String>,
    /// When it was issued.
    pub issued_at: OffsetDateTime,
}

impl OidcClient {
    /// Verifies a logout token: everything that section 2.6 asks for but its single use.
    ///
    /// # Errors
    /// [`Error::Untrusted`] says what is wrong with it; [`Error::TooLarge`]; [`Error::Unreachable`] when the keys
    /// cannot be read.
    pub async fn verify_logout_token(&self, token: &str) -> Result<LogoutToken, Error> {
        check_size(token)?;
        let Signed { claims, kind, .. } = self.verify_signed(token).await?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        if !matches!(kind.as_deref(), None | Some("jwt" | "logout+jwt")) {
            return Err(untrusted("it is another kind of token"));
        }
        if !is_for(&claims, &self.config.client_id) {
            return Err(untrusted("it is for another client"));
        }
        let issued_at = claim_seconds(&claims, "iat").ok_or_else(|| untrusted("it does not say when it was issued"))?;
        if self.now() - issued_at > LOGOUT_TOKEN_LIFETIME {
            return Err(untrusted("it is too old"));
        }
        if !is_logout(&claims) {
            return Err(untrusted("its events are not a logout"));
        }
        if claims.contains_key("nonce") {
            return Err(untrusted("it has a nonce"));
        }
        let jti = text("jti").filter(|jti| (1..=MAX_JTI_LENGTH).contains(&jti.len()));
        let jti = jti.ok_or_else(|| untrusted("it has no jti"))?;
        let (sid, subject) = (text("sid"), text("sub"));
        if sid.is_none() && subject.is_none() {
            return Err(untrusted("it names neither a session nor a user"));
        }
        Ok(LogoutToken { jti, sid, subject, issued_at })
    }
}

fn is_logout(claims: &Claims) -> bool {
    claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object)
}
