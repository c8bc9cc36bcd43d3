//! Secrets that a browser keeps in a cookie: random, never printed, and stored as a hash, which recognises one and is
//! useless to a reader of the database.

use sha2::{Digest as _, Sha256};

/// Whether a text may be a secret of ours, as [`crate::random::Random::secret`] makes them: 43 URL-safe characters.
pub(crate) fn is_secret(raw: &str) -> bool {
    raw.len() == 43 && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// What is stored of a secret.
pub(crate) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Makes the type of such a secret, which is taken for no other.
macro_rules! browser_secret {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        pub struct $name(secrecy::SecretString);

        impl $name {
            /// Takes what a browser sends; `None` for what cannot have been made here.
            pub fn from_cookie(raw: &str) -> Option<Self> {
                $crate::token::is_secret(raw).then(|| Self(raw.into()))
            }

            /// What the browser keeps.
            pub fn expose(&self) -> &str {
                secrecy::ExposeSecret::expose_secret(&self.0)
            }
        }
    };
}

/// Makes the type of such a secret that is random and stored as its hash.
macro_rules! cookie_secret {
    ($(#[$about:meta])* $name:ident) => {
        $crate::token::browser_secret! {
            $(#[$about])*
            $name
        }

        impl $name {
            pub(crate) fn random(services: &$crate::Services) -> Self {
                Self(services.random.secret().into())
            }

            pub(crate) fn hash(&self) -> Vec<u8> {
                $crate::token::hash(self.expose())
            }
        }
    };
}

pub(crate) use {browser_secret, cookie_secret};
