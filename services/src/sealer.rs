//! Encrypts what the database holds and must not show. ChaCha20-Poly1305, with a key of its own for each text.

use crate::error::Error;
use crate::random::Random;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::error::Unspecified;
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::{Digest as _, Sha256};

/// Tells this format from one that may follow.
const VERSION: u8 = 1;
const SALT_BYTES: usize = 32;

/// Holds the key of one purpose, made from a secret that the database does not have.
#[derive(Debug)]
pub(crate) struct Sealer(SecretBox<[u8; 32]>);

impl Sealer {
    pub(crate) fn new(purpose: &str, secret: &str) -> Self {
        let key = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(secret).finalize();
        Self(SecretBox::new(Box::new(key.into())))
    }

    /// Encrypts a text that is opened only together with `bound_to`.
    pub(crate) fn seal(&self, random: &Random, bound_to: &[u8], mut text: Vec<u8>) -> Result<Vec<u8>, Error> {
        let salt: [u8; SALT_BYTES] = random.bytes();
        let close = |key: LessSafeKey| key.seal_in_place_append_tag(nonce(), Aad::from(bound_to), &mut text);
        self.key(&salt).and_then(close).map_err(|_| Error::Broken("a text cannot be sealed".to_owned()))?;
        Ok([&[VERSION], salt.as_slice(), &text].concat())
    }

    /// `None` when another key sealed it, it is bound to something else, or it was changed.
    pub(crate) fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (salt, text) = sealed.strip_prefix(&[VERSION])?.split_at_checked(SALT_BYTES)?;
        let mut text = text.to_vec();
        let opened = self.key(salt).ok()?.open_in_place(nonce(), Aad::from(bound_to), &mut text).ok()?;
        Some(opened.to_vec())
    }

    fn key(&self, salt: &[u8]) -> Result<LessSafeKey, Unspecified> {
        let key = Sha256::new().chain_update(self.0.expose_secret()).chain_update(salt).finalize();
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

    #[test]
    fn sealed_text_opens_with_its_key_purpose_and_binding_alone() {
        let sealer = Sealer::new("test", "a key of the tests, long enough to pass");
        let sealed = sealer.seal(&Random::system(), b"row 1", b"a secret".to_vec()).expect("sealed");
        assert!(!sealed.windows(8).any(|part| part == b"a secret"));
        assert_eq!(sealer.open(b"row 1", &sealed).as_deref(), Some(b"a secret".as_slice()));
        assert_eq!(sealer.open(b"row 2", &sealed), None);
        assert_eq!(Sealer::new("test", "another key").open(b"row 1", &sealed), None);
        let other_purpose = Sealer::new("other", "a key of the tests, long enough to pass");
        assert_eq!(other_purpose.open(b"row 1", &sealed), None);
    }
}
