//! The parameter `state` of an authorization request: the proof that the callback belongs to this browser, and, encrypted,
//! where the user was going.
//!
//! A callback that begins no session, because it was loaded again, came too late or belongs to another tab, still says where
//! to go on. The database need not remember this for as long as browsers restore their tabs.

use super::Identity;
use crate::Services;
use crate::error::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The longest destination that is carried; providers and proxies limit the length of addresses.
const MAX_DESTINATION_BYTES: usize = 1024;
const SEPARATOR: char = '.';

/// A state of this proof, for a user on the way to `next`.
pub(super) fn compose(services: &Services, identity: &Identity, proof: String, next: &str) -> Result<String, Error> {
    if next.len() > MAX_DESTINATION_BYTES {
        return Ok(proof);
    }
    let destination = identity.sealer.seal_text(&services.random, proof.as_bytes(), next.as_bytes().to_vec())?;
    Ok(format!("{proof}{SEPARATOR}{}", URL_SAFE_NO_PAD.encode(destination)))
}

/// What only the browser that began the sign-in can have sent.
pub(super) fn proof(state: &str) -> &str {
    parts(state).0
}

/// Where the user was going; `None` when the state does not say or was not made here. It proves nothing about the browser:
/// it may lead a user on, and never signs one in.
pub fn destination(services: &Services, state: Option<&str>) -> Option<String> {
    let (proof, destination) = parts(state?);
    let sealed = URL_SAFE_NO_PAD.decode(destination).ok()?;
    let next = services.identity.as_ref()?.sealer.open_text(proof.as_bytes(), &sealed)?;
    String::from_utf8(next).ok()
}

fn parts(state: &str) -> (&str, &str) {
    state.split_once(SEPARATOR).unwrap_or((state, ""))
}
