//! Signature, issuer and times: what ID tokens, access tokens and logout tokens have in common.

use super::fault::{Fault, untrusted};
use super::provider::Known;
use super::{Identity, LEEWAY};
use crate::Services;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyAlgorithm, JsonWebKeyUse as _, JwsSigningAlgorithm as _};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;
use time::OffsetDateTime;

/// Signed with a key pair: with a shared secret, whoever checks could also have signed.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
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
/// The most bytes of a token that anybody can send. What the provider answers is bounded by the size of its answer.
const LONGEST: usize = 32 * 1024;
/// The most characters of a token's claim in a sentence about it.
const SHOWN: usize = 200;

/// The claims of a token.
pub(super) type Claims = Map<String, Value>;

/// A token whose signature, issuer and times are right. Whom it is for and what it is, its reader checks.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) claims: Claims,
    /// `typ` of the header, in lower case and without `application/`.
    pub(super) kind: Option<String>,
    /// How it is signed, and by which key.
    pub(super) algorithm: CoreJwsSigningAlgorithm,
    pub(super) key: CoreJsonWebKey,
}

#[derive(Deserialize)]
struct Header {
    alg: Value,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<Value>,
    crit: Option<Value>,
}

impl Identity {
    /// Checks a token against the provider's keys; reads them once more when its key is not among them.
    pub(super) async fn signed(&self, services: &Services, token: &str) -> Result<Signed, Fault> {
        let known = self.current(services).await?;
        let now = services.clock.now();
        match check(token, &known, &self.config.issuer, now) {
            Err(Doubt::UnknownKey) => {
                let newer = self.newer_than(services, &known).await;
                let newer: Arc<Known> = newer.ok_or_else(|| untrusted("it is signed with an unknown key"))?;
                check(token, &newer, &self.config.issuer, now)
                    .map_err(|_| untrusted("it is signed with an unknown key"))
            }
            Err(Doubt::Refused(why)) => Err(untrusted(why)),
            Ok(signed) => Ok(signed),
        }
    }
}

/// Refuses a token that is larger than anybody but the provider may make us read.
pub(super) fn check_size(token: &str) -> Result<(), Fault> {
    match token.len() {
        0..=LONGEST => Ok(()),
        size => Err(Fault::TooLarge(format!("it has {size} bytes, at most {LONGEST} are read"))),
    }
}

enum Doubt {
    UnknownKey,
    Refused(Cow<'static, str>),
}

fn check(token: &str, known: &Known, issuer: &str, now: OffsetDateTime) -> Result<Signed, Doubt> {
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
    check_times(&claims, now)?;
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        let found = shown(claims.get("iss"));
        return Err(Doubt::Refused(format!("its issuer (iss) is {found}, expected {issuer}").into()));
    }
    let kind = header.typ.map(|kind| kind.to_ascii_lowercase().trim_start_matches("application/").to_owned());
    Ok(Signed { claims, kind, algorithm, key: key.clone() })
}

fn check_times(claims: &Claims, now: OffsetDateTime) -> Result<(), Doubt> {
    let is_over = seconds(claims, "exp").is_some_and(|exp| exp <= now - LEEWAY);
    let is_early = ["iat", "nbf"].iter().any(|name| seconds(claims, name).is_some_and(|at| at > now + LEEWAY));
    match (is_over, is_early) {
        (true, _) => Err(Doubt::Refused("it has expired".into())),
        (_, true) => Err(Doubt::Refused("it is not valid yet: compare the clocks".into())),
        (false, false) => Ok(()),
    }
}

/// The one key that a token can be signed with. Without a name in the token only a single fitting key will do.
fn key<'a>(known: &'a Known, name: Option<&str>, algorithm: &CoreJwsSigningAlgorithm) -> Option<&'a CoreJsonWebKey> {
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
pub(super) fn seconds(claims: &Claims, name: &str) -> Option<OffsetDateTime> {
    let value = claims.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction of a second does not count, what is out of range is refused"
    )]
    let whole = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    OffsetDateTime::from_unix_timestamp(whole).ok()
}

/// A claim that is a text, unless it is empty.
pub(super) fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Whether `aud`, one text or a list of them, names somebody.
pub(super) fn is_for(claims: &Claims, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

/// A claim for a sentence about the token that has it.
pub(super) fn shown(claim: Option<&Value>) -> String {
    let text = match claim {
        None => return "missing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    text.chars().take(SHOWN).collect()
}

/// The claims inside a token that was checked already.
pub(super) fn claims_of(checked: &str) -> Option<Claims> {
    decode(checked.split('.').nth(1)?)
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
