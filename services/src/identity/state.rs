//! The parameter `state` of an authorization request: the random id of the flow and, encrypted, where the user was going.
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

/// The state of a flow, for a user on the way to `next`.
pub(super) fn compose(services: &Services, identity: &Identity, flow_id: String, next: &str) -> Result<String, Error> {
    if next.len() > MAX_DESTINATION_BYTES {
        return Ok(flow_id);
    }
    let destination = identity.sealer.seal_text(&services.random, flow_id.as_bytes(), next.as_bytes().to_vec())?;
    Ok(format!("{flow_id}{SEPARATOR}{}", URL_SAFE_NO_PAD.encode(destination)))
}

/// The flow that a state names. It proves nothing without the secret of the browser.
pub(super) fn flow_id(state: &str) -> &str {
    parts(state).0
}

/// Where the user was going; `None` when the state does not say or was not made here. It proves nothing about the browser:
/// it may lead a user on, and never signs one in.
pub fn destination(services: &Services, state: Option<&str>) -> Option<String> {
    let (flow_id, destination) = parts(state?);
    let sealed = URL_SAFE_NO_PAD.decode(destination).ok()?;
    let next = services.identity.as_ref()?.sealer.open_text(flow_id.as_bytes(), &sealed)?;
    String::from_utf8(next).ok()
}

fn parts(state: &str) -> (&str, &str) {
    state.split_once(SEPARATOR).unwrap_or((state, ""))
}
