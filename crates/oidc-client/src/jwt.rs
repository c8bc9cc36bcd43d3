//! Signature, issuer and times: what ID tokens, access tokens and logout tokens have in common.

use crate::discovery::Discovered;
use crate::error::{Error, untrusted};
use crate::{Config, OidcClient};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyAlgorithm, JsonWebKeyUse as _, JwsSigningAlgorithm as _};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Signatures by key pairs only: with a shared secret, every verifier could also have signed.
pub(crate) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// The most bytes of a token that any client can send. What the provider answers is bounded by the size of its answer.
pub const MAX_TOKEN_BYTES: usize = 32 * 1024;
/// The most characters of a text from outside in a message.
const MAX_SHOWN: usize = 200;

/// The claims of a token.
pub type Claims = Map<String, Value>;

/// A token whose signature, issuer and times are right. Its audience and its kind are checked by the caller.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) claims: Claims,
    /// `typ` of the header, in lower case and without `application/`.
    pub(crate) kind: Option<String>,
    /// How it is signed, and by which key.
    pub(crate) algorithm: CoreJwsSigningAlgorithm,
    pub(crate) key: CoreJsonWebKey,
}

#[derive(Deserialize)]
struct Header {
    alg: Value,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<Value>,
    crit: Option<Value>,
}

impl OidcClient {
    /// Verifies a token with the provider's keys; reads them once more when its key is not among them.
    pub(crate) async fn verify_signed(&self, token: &str) -> Result<Signed, Error> {
        let known = self.current().await?;
        let now = self.now();
        match check(token, &known, &self.config, now) {
            Err(Doubt::UnknownKey) => {
                let newer = self.newer_than(&known).await;
                let newer: Arc<Discovered> = newer.ok_or_else(|| untrusted("it is signed with an unknown key"))?;
                check(token, &newer, &self.config, now).map_err(|_| untrusted("it is signed with an unknown key"))
            }
            Err(Doubt::Refused(why)) => Err(untrusted(why)),
            Ok(signed) => Ok(signed),
        }
    }
}

/// Refuses a token that is larger than a client may make us read.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn check_size(token: &str) -> Result<(), Error> {
    match token.len() {
        0..=MAX_TOKEN_BYTES => Ok(()),
        size => Err(Error::TooLarge(format!("it has {size} bytes, at most {MAX_TOKEN_BYTES} are read"))),
    }
}

enum Doubt {
    UnknownKey,
    Refused(Cow<'static, str>),
}

fn check(token: &str, known: &Discovered, config: &Config, now: OffsetDateTime) -> Result<Signed, Doubt> {
    let refused = |why: &'static str| Doubt::Refused(why.into());
    let (input, signature) = token.rsplit_once('.').ok_or(refused("it is not a JWT"))?;
    let (header, payload) = input.split_once('.').ok_or(refused("it is not a JWT"))?;
    let header: Header = decode(header).ok_or(refused("its header cannot be read"))?;
    if header.cty.is_some() {
        return Err(refused("it holds something else than claims"));
    }
    if header.crit.is_some() {
        return Err(refused("its header demands what is not known here"));
    }
    let algorithm: Option<CoreJwsSigningAlgorithm> = serde_json::from_value(header.alg).ok();
    let algorithm =
        algorithm.filter(|algorithm| ALGORITHMS.contains(algorithm)).ok_or(refused("its algorithm is not allowed"))?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| refused("its signature cannot be read"))?;
    let key = key(known, header.kid.as_deref(), &algorithm).ok_or(Doubt::UnknownKey)?;
    key.verify_signature(&algorithm, input.as_bytes(), &signature).map_err(|_| refused("its signature is wrong"))?;
    let claims: Claims = decode(payload).ok_or(refused("its claims cannot be read"))?;
    check_times(&claims, now, config.leeway)?;
    if claims.get("iss").and_then(Value::as_str) != Some(config.issuer.as_str()) {
        let found = shown(claims.get("iss"));
        return Err(Doubt::Refused(format!("its issuer (iss) is {found}, expected {}", config.issuer).into()));
    }
    let kind = header.typ.map(|kind| kind.to_ascii_lowercase().trim_start_matches("application/").to_owned());
    Ok(Signed { claims, kind, algorithm, key: key.clone() })
}

fn check_times(claims: &Claims, now: OffsetDateTime, leeway: Duration) -> Result<(), Doubt> {
    let is_over = claim_seconds(claims, "exp").is_some_and(|exp| exp <= now - leeway);
    let is_early = ["iat", "nbf"].iter().any(|name| claim_seconds(claims, name).is_some_and(|at| at > now + leeway));
    match (is_over, is_early) {
        (true, _) => Err(Doubt::Refused("it has expired".into())),
        (_, true) => Err(Doubt::Refused("it is not valid yet: compare the clocks".into())),
        (false, false) => Ok(()),
    }
}

/// The one key that a token can be signed with. Without a name in the token only a single fitting key will do.
fn key<'a>(
    known: &'a Discovered,
    name: Option<&str>,
    algorithm: &CoreJwsSigningAlgorithm,
) -> Option<&'a CoreJsonWebKey> {
    let mut fitting = known.keys().keys().iter().filter(|key| {
        let has_name = name.is_none_or(|name| key.key_id().is_some_and(|id| id.as_str() == name));
        let may_sign = key.key_use().is_none_or(|purpose| purpose.allows_signature());
        let is_kind = algorithm.key_type().as_ref() == Some(key.key_type());
        let is_for_algorithm = match key.signing_alg() {
            JsonWebKeyAlgorithm::Algorithm(own) => own == algorithm,
            JsonWebKeyAlgorithm::Unspecified => true,
            JsonWebKeyAlgorithm::Unsupported => false,
        };
        has_name && may_sign && is_kind && is_for_algorithm
    });
    fitting.next().filter(|_| fitting.next().is_none())
}

/// A claim that counts seconds since 1970, fractions dropped.
pub fn claim_seconds(claims: &Claims, name: &str) -> Option<OffsetDateTime> {
    let value = claims.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction of a second does not count, what is out of range is refused"
    )]
    let whole = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    OffsetDateTime::from_unix_timestamp(whole).ok()
}

/// A claim that is a text, unless it is empty.
pub fn claim_text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Whether `aud`, one text or a list of them, names the audience.
pub(crate) fn is_for(claims: &Claims, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

/// A claim for a sentence about the token that has it.
pub(crate) fn shown(claim: Option<&Value>) -> String {
    let text = match claim {
        None => return "missing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    shortened(&text)
}

/// A text from outside, as far as a message shows it.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(MAX_SHOWN).collect()
}

/// The claims of a token that is not verified, or that was verified before.
pub fn unverified_claims(token: &str) -> Option<Claims> {
    decode(token.split('.').nth(1)?)
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
