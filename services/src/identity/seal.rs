//! Encrypts what belongs to Bursar alone: the provider's tokens at rest, bound to their session, and the destination that
//! a sign-in carries through the provider, bound to its state. ChaCha20-Poly1305.

use crate::error::Error;
use crate::random::Random;
use domain::id::SessionId;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::error::Unspecified;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Tells this format from one that may follow.
const VERSION: u8 = 1;
const SALT_BYTES: usize = 32;

/// What the provider gave for a session. Not printed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    pub(super) refresh: Option<String>,
    pub(super) id: String,
}

/// Holds what `BURSAR_SECRET_KEY` gives.
pub(super) struct Sealer([u8; 32]);

impl Sealer {
    pub(super) fn new(secret: &str) -> Self {
        Self(Sha256::new().chain_update("bursar provider tokens\0").chain_update(secret).finalize().into())
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
    pub(super) fn seal_text(&self, random: &Random, bound_to: &[u8], mut text: Vec<u8>) -> Result<Vec<u8>, Error> {
        let salt: [u8; SALT_BYTES] = random.bytes();
        let close = |key: LessSafeKey| key.seal_in_place_append_tag(nonce(), Aad::from(bound_to), &mut text);
        self.key(&salt).and_then(close).map_err(|_| Error::Broken("a text cannot be sealed".to_owned()))?;
        Ok([&[VERSION], salt.as_slice(), &text].concat())
    }

    /// `None` when another key sealed it, it is bound to something else, or it was changed.
    pub(super) fn open_text(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (salt, text) = sealed.strip_prefix(&[VERSION])?.split_at_checked(SALT_BYTES)?;
        let mut text = text.to_vec();
        let opened = self.key(salt).ok()?.open_in_place(nonce(), Aad::from(bound_to), &mut text).ok()?;
        Some(opened.to_vec())
    }

    /// A key of its own for each text.
    fn key(&self, salt: &[u8]) -> Result<LessSafeKey, Unspecified> {
        let key = Sha256::new().chain_update(self.0).chain_update(salt).finalize();
        Ok(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key)?))
    }
}

/// Always the same: a key closes one text only.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn only_the_same_key_opens_what_was_sealed_for_the_same_session() {
        let (session, other) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let sealer = Sealer::new("a key of the tests, long enough to pass");
        let tokens = Tokens { refresh: Some("r3fresh".to_owned()), id: "1d".to_owned() };
        let sealed = sealer.seal(&Random::system(), session, &tokens).expect("sealed");
        assert!(!sealed.windows(7).any(|part| part == b"r3fresh"));
        assert_eq!(sealer.open(session, &sealed).and_then(|tokens| tokens.refresh).as_deref(), Some("r3fresh"));
        assert!(sealer.open(other, &sealed).is_none());
        assert!(Sealer::new("another key, also long enough to pass it").open(session, &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(session, &changed).is_none(), "byte {at}");
        }
        assert!(sealer.open(session, &[]).is_none() && sealer.open(session, &[VERSION; 5]).is_none());
    }
}
