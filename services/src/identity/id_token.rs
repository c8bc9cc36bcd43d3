//! Id tokens: what the library checks, and what it leaves to us.

use super::fault::{Fault, untrusted};
use super::provider::Known;
use super::signed::{ALGORITHMS, Claims, claims_of, seconds};
use super::{Identity, LEEWAY};
use crate::Services;
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreTokenResponse};
use openidconnect::{
    AccessTokenHash, ClaimsVerificationError, ClientId, Nonce, OAuth2TokenResponse as _, SignatureVerificationError,
    TokenResponse as _,
};
use time::{Duration, OffsetDateTime};

/// An id token that was just asked for is no older than this.
const FRESH: Duration = Duration::minutes(10);
const UNKNOWN_KEY: ClaimsVerificationError =
    ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey);

/// An id token that may be believed.
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
    /// Checks the id token of an answer; reads the provider's keys once more when its key is not among them.
    ///
    /// `nonce` is what the browser left with; the answer to a refresh need not have one.
    pub(super) async fn id_token(
        &self,
        services: &Services,
        answer: &CoreTokenResponse,
        nonce: Option<&Nonce>,
    ) -> Result<IdToken, Fault> {
        let token = answer.id_token().ok_or_else(|| untrusted("there is no id token"))?;
        let (known, now) = (self.current(services).await?, services.clock.now());
        if let Some(issued_at) = claims_of(&token.to_string()).and_then(|claims| seconds(&claims, "iat")) {
            self.contact().issued_a_token(now, issued_at);
        }
        let mut checked = self.check(&known, token, answer, nonce, now);
        if checked.as_ref().is_err_and(|fault| *fault == UNKNOWN_KEY)
            && let Some(newer) = self.newer_than(services, &known).await
        {
            checked = self.check(&newer, token, answer, nonce, now);
        }
        checked.map_err(|fault| match fault {
            ClaimsVerificationError::SignatureVerification(fault) => untrusted(fault.to_string()),
            fault => untrusted(fault.to_string()),
        })
    }

    fn check(
        &self,
        known: &Known,
        token: &CoreIdToken,
        answer: &CoreTokenResponse,
        nonce: Option<&Nonce>,
        now: OffsetDateTime,
    ) -> Result<IdToken, ClaimsVerificationError> {
        let verifier = self.verifier(known, now);
        let claims = token.claims(&verifier, |found: Option<&Nonce>| match nonce {
            // The library compares without telling how far they agree.
            Some(expected) => openidconnect::NonceVerifier::verify(expected, found),
            None => Ok(()),
        })?;
        self.check_party(claims)?;
        check_hash(token, claims, answer, &verifier)?;
        let raw = token.to_string();
        let all = claims_of(&raw).ok_or_else(|| other("its claims cannot be read"))?;
        let sid = all.get("sid").and_then(serde_json::Value::as_str).map(str::to_owned);
        let authenticated_at =
            claims.auth_time().and_then(|at| OffsetDateTime::from_unix_timestamp(at.timestamp()).ok());
        Ok(IdToken { raw, claims: all, subject: claims.subject().to_string(), sid, authenticated_at })
    }

    fn verifier<'a>(&self, known: &Known, now: OffsetDateTime) -> CoreIdTokenVerifier<'a> {
        let client = ClientId::new(self.config.client_id.clone());
        let (earliest, latest) = ((now - FRESH).unix_timestamp(), (now + LEEWAY).unix_timestamp());
        CoreIdTokenVerifier::new_public_client(client, known.metadata.issuer().clone(), known.keys().clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || chrono_time(now - LEEWAY))
            .set_issue_time_verifier_fn(move |issued_at| match issued_at.timestamp() {
                at if at < earliest => Err("issued too long ago".to_owned()),
                at if at > latest => Err("issued in the future".to_owned()),
                _ => Ok(()),
            })
            // Others may be named beside us as long as we are the authorised party.
            .set_other_audience_verifier_fn(|_| true)
    }

    /// Who asked for the token: us, whenever it says or could be meant for several.
    fn check_party(&self, claims: &CoreIdTokenClaims) -> Result<(), ClaimsVerificationError> {
        match claims.authorized_party() {
            Some(party) if party.as_str() == self.config.client_id => Ok(()),
            None if claims.audiences().len() == 1 => Ok(()),
            Some(_) | None => Err(other("another client is the authorised party")),
        }
    }
}

/// Whether the access token came with this very id token, if it says.
fn check_hash(
    token: &CoreIdToken,
    claims: &CoreIdTokenClaims,
    answer: &CoreTokenResponse,
    verifier: &CoreIdTokenVerifier<'_>,
) -> Result<(), ClaimsVerificationError> {
    let Some(expected) = claims.access_token_hash() else { return Ok(()) };
    let algorithm = token.signing_alg().map_err(ClaimsVerificationError::SignatureVerification)?;
    let key = token.signing_key(verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
    let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
        .map_err(|_| other("its hash cannot be made"))?;
    if actual == *expected { Ok(()) } else { Err(other("it belongs to another access token")) }
}

fn other(why: &str) -> ClaimsVerificationError {
    ClaimsVerificationError::Other(why.to_owned())
}

/// The library's type of a time.
fn chrono_time(at: OffsetDateTime) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(at.unix_timestamp(), 0).unwrap_or_default()
}
