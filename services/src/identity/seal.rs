//! Encrypts what belongs to Bursar alone: the provider's tokens at rest, bound to their session, and the destination that
//! a sign-in carries through the provider, bound to its state.

use crate::error::Error;
use crate::random::Random;
use crate::sealer;
use domain::id::SessionId;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

/// What the provider gave for a session. Not printed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    pub(super) refresh: Option<String>,
    pub(super) id: String,
}

/// Holds what `BURSAR_SECRET_KEY` gives.
#[derive(Debug)]
pub(super) struct Sealer(sealer::Sealer);

impl Sealer {
    pub(super) fn new(secret: &SecretString) -> Self {
        Self(sealer::Sealer::new("bursar provider tokens", secret.expose_secret()))
    }

    pub(super) fn seal(&self, random: &Random, session: SessionId, tokens: &Tokens) -> Result<Vec<u8>, Error> {
        let text = serde_json::to_vec(tokens).map_err(|fault| Error::Broken(fault.to_string()))?;
        self.seal_text(random, session.0.as_bytes(), text)
    }

    /// `None` when another key sealed it, it belongs to another session, or it was changed.
    pub(super) fn open(&self, session: SessionId, sealed: &[u8]) -> Option<Tokens> {
        serde_json::from_slice(&self.open_text(session.0.as_bytes(), sealed)?).ok()
    }

    /// Encrypts a text that is opened only together with `bound_to`.
    pub(super) fn seal_text(&self, random: &Random, bound_to: &[u8], text: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.0.seal(random, bound_to, text)
    }

    /// `None` when another key sealed it, it is bound to something else, or it was changed.
    pub(super) fn open_text(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.open(bound_to, sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn only_the_same_key_opens_what_was_sealed_for_the_same_session() {
        let (session, other) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let sealer = Sealer::new(&"a key of the tests, long enough to pass".into());
        let tokens = Tokens { refresh: Some("r3fresh".to_owned()), id: "1d".to_owned() };
        let sealed = sealer.seal(&Random::system(), session, &tokens).expect("sealed");
        assert!(!sealed.windows(7).any(|part| part == b"r3fresh"));
        assert_eq!(sealer.open(session, &sealed).and_then(|tokens| tokens.refresh).as_deref(), Some("r3fresh"));
        assert!(sealer.open(other, &sealed).is_none());
        assert!(Sealer::new(&"another key, also long enough to pass it".into()).open(session, &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(session, &changed).is_none(), "byte {at}");
        }
        assert!(sealer.open(session, &[]).is_none() && sealer.open(session, &[1; 5]).is_none());
    }
}
