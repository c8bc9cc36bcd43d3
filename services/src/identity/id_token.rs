//! ID tokens: what OpenID Connect Core 1.0, section 3.1.3.7, asks of them beyond signature, issuer and times.
//!
//! Each check reads the claims that it needs. No other claim is looked at here, so that a malformed one refuses no sign-in.

use super::Identity;
use super::fault::{Fault, untrusted};
use super::signed::{Claims, Signed, claims_of, is_for, seconds, text};
use super::token_answer::TokenAnswer;
use crate::Services;
use openidconnect::{AccessTokenHash, Nonce, OAuth2TokenResponse as _};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};

/// An ID token that was just asked for is no older than this.
const FRESH: Duration = Duration::minutes(10);

/// An ID token that may be believed.
pub(super) struct IdToken {
    pub(super) raw: String,
    pub(super) claims: Claims,
    pub(super) subject: String,
    /// The provider's name of its session.
    pub(super) sid: Option<String>,
    /// When the person last proved who they are, if it says so.
    pub(super) authenticated_at: Option<OffsetDateTime>,
}

impl Identity {
    /// Checks the ID token of an answer.
    ///
    /// `nonce` is what the browser left with; the answer to a refresh need not have one.
    pub(super) async fn id_token(
        &self,
        services: &Services,
        answer: &TokenAnswer,
        nonce: Option<&Nonce>,
    ) -> Result<IdToken, Fault> {
        let raw = answer.raw_id_token().ok_or_else(|| untrusted("there is no ID token"))?;
        let now = services.clock.now();
        if let Some(issued_at) = claims_of(raw).and_then(|claims| seconds(&claims, "iat")) {
            self.contact().issued_a_token(now, issued_at);
        }
        let signed = self.signed(services, raw).await?;
        let subject = text(&signed.claims, "sub").ok_or_else(|| untrusted("it names nobody"))?.to_owned();
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
            sid: text(&signed.claims, "sid").map(str::to_owned),
            authenticated_at: seconds(&signed.claims, "auth_time"),
            claims: signed.claims,
        })
    }

    /// Whom the token is for, and who asked for it: Bursar, whenever it says or could be meant for several.
    fn check_party(&self, claims: &Claims) -> Result<(), &'static str> {
        if !is_for(claims, &self.config.client_id) {
            return Err("it is for somebody else");
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
    seconds(claims, "exp").ok_or("it never expires")?;
    let issued_at = seconds(claims, "iat").ok_or("it does not say when it was issued")?;
    if issued_at < now - FRESH { Err("it was issued too long ago") } else { Ok(()) }
}

fn check_nonce(claims: &Claims, nonce: Option<&Nonce>) -> Result<(), &'static str> {
    let Some(expected) = nonce else { return Ok(()) };
    let found = text(claims, "nonce").unwrap_or_default();
    let is_ours = bool::from(found.as_bytes().ct_eq(expected.secret().as_bytes()));
    if is_ours { Ok(()) } else { Err("its nonce is another one") }
}

/// Whether the access token came with this very ID token, if it says.
fn check_hash(signed: &Signed, answer: &TokenAnswer) -> Result<(), &'static str> {
    let expected = match signed.claims.get("at_hash") {
        None | Some(Value::Null) => return Ok(()),
        Some(hash) => hash.as_str().ok_or("its at_hash cannot be read")?,
    };
    let actual = AccessTokenHash::from_token(answer.access_token(), &signed.algorithm, &signed.key);
    let actual = actual.map_err(|_| "its at_hash cannot be checked")?;
    if actual.as_str() == expected { Ok(()) } else { Err("it belongs to another access token") }
}
