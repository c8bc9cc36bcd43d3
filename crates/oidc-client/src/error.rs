//! Why a request to the identity provider, or a token of it, came to nothing.

/// What went wrong, for the log. Holds no token, code or secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A code or a refresh token was used already, has expired or was revoked.
    #[error("it is not valid any more: {0}")]
    Stale(&'static str),
    /// The provider refused the request; its error code (RFC 6749).
    #[error("the provider declined: {0:?}")]
    Declined(String),
    /// An answer or a token must not be believed.
    #[error("the provider's answer was refused: {0:?}")]
    Untrusted(String),
    /// A token, or the answer it came in, is too large to be read. Nothing is known of the user's rights then.
    #[error("a token is too large: {0}")]
    TooLarge(String),
    /// The provider does not answer, or not in time.
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
}

/// An answer that must not be believed.
pub(crate) fn untrusted(why: impl Into<String>) -> Error {
    Error::Untrusted(why.into())
}
