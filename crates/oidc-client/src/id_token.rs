//! ID tokens: what OpenID Connect Core 1.0, section 3.1.3.7, asks of them beyond signature, issuer and times.
//!
//! Each check reads the claims that it needs. No other claim is looked at here, so that a malformed one refuses no sign-in.

use crate::OidcClient;
use crate::error::{Error, untrusted};
use crate::jwt::{Claims, Signed, claim_seconds, claim_text, is_for, unverified_claims};
use crate::token_response::TokenResponse;
use openidconnect::{AccessTokenHash, OAuth2TokenResponse as _};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};

/// The greatest age of an ID token that was just requested.
const MAX_AGE: Duration = Duration::minutes(10);

/// An ID token that may be believed.
pub struct IdToken {
    /// The token itself.
    pub raw: String,
    /// Its claims, as the provider wrote them.
    pub claims: Claims,
    /// The user.
    pub subject: String,
    /// The provider's session.
    pub sid: Option<String>,
    /// When the user last authenticated, if it says so.
    pub authenticated_at: Option<OffsetDateTime>,
}

impl OidcClient {
    /// Verifies the ID token of an answer.
    ///
    /// `nonce` is that of the authorization request; the answer to a refresh need not have one.
    ///
    /// # Errors
    /// [`Error::Untrusted`] says what is wrong with it; [`Error::Unreachable`] when the keys cannot be read.
    pub async fn verify_id_token(&self, answer: &TokenResponse, nonce: Option<&str>) -> Result<IdToken, Error> {
        let raw = answer.id_token().ok_or_else(|| untrusted("there is no ID token"))?;
        let now = self.now();
        if let Some(issued_at) = unverified_claims(raw).and_then(|claims| claim_seconds(&claims, "iat")) {
            self.contact().record_issued_token(now, issued_at);
        }
        let signed = self.verify_signed(raw).await?;
        let subject = claim_text(&signed.claims, "sub").ok_or_else(|| untrusted("it has no sub"))?.to_owned();
        let checks = [
            check_kind(&signed),
            check_age(&signed.claims, now),
            self.check_party(&signed.claims),
            check_nonce(&signed.claims, nonce),
            check_hash(&signed, answer),
        ];
        checks.into_iter().collect::<Result<(), _>>().map_err(untrusted)?;
        Ok(IdToken {
            raw: raw.to_owned(),
            subject,
            sid: claim_text(&signed.claims, "sid").map(str::to_owned),
            authenticated_at: claim_seconds(&signed.claims, "auth_time"),
            claims: signed.claims,
        })
    }

    /// The audience and the authorized party are this client; the party must be named when there are several audiences.
    fn check_party(&self, claims: &Claims) -> Result<(), &'static str> {
        if !is_for(claims, &self.config.client_id) {
            return Err("it is for another client");
        }
        let is_for_one = claims.get("aud").is_some_and(|aud| aud.as_array().is_none_or(|several| several.len() == 1));
        match claims.get("azp") {
            Some(Value::String(party)) if *party == self.config.client_id => Ok(()),
            None | Some(Value::Null) if is_for_one => Ok(()),
            _ => Err("another client is the authorised party"),
        }
    }
}

fn check_kind(signed: &Signed) -> Result<(), &'static str> {
    match signed.kind.as_deref() {
        None | Some("jwt" | "jose") => Ok(()),
        Some(_) => Err("it is another kind of token"),
    }
}

/// It must say when it expires and when it was issued; that neither is out of bounds, every token is checked for.
fn check_age(claims: &Claims, now: OffsetDateTime) -> Result<(), &'static str> {
    claim_seconds(claims, "exp").ok_or("it never expires")?;
    let issued_at = claim_seconds(claims, "iat").ok_or("it does not say when it was issued")?;
    if issued_at < now - MAX_AGE { Err("it was issued too long ago") } else { Ok(()) }
}

fn check_nonce(claims: &Claims, nonce: Option<&str>) -> Result<(), &'static str> {
    let Some(expected) = nonce else { return Ok(()) };
    let found = claim_text(claims, "nonce").unwrap_or_default();
    let is_ours = bool::from(found.as_bytes().ct_eq(expected.as_bytes()));
    if is_ours { Ok(()) } else { Err("its nonce is another one") }
}

/// Whether the access token came with this very ID token, if it says.
fn check_hash(signed: &Signed, answer: &TokenResponse) -> Result<(), &'static str> {
    let expected = match signed.claims.get("at_hash") {
        None | Some(Value::Null) => return Ok(()),
        Some(hash) => hash.as_str().ok_or("its at_hash cannot be read")?,
    };
    let actual = AccessTokenHash::from_token(answer.0.access_token(), &signed.algorithm, &signed.key);
    let actual = actual.map_err(|_| "its at_hash cannot be checked")?;
    if actual.as_str() == expected { Ok(()) } else { Err("it belongs to another access token") }
}
