//! Why a sign-in through the identity provider failed.

use crate::error::Error;
use crate::meter::Outcome;

/// What went wrong, for the log; users read a page made from the variant. Holds no token, code or secret.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It was used already, took too long, or began in another browser.
    #[error("the sign-in is not open: {0}")]
    Stale(&'static str),
    /// The provider refused; its error code (RFC 6749).
    #[error("the provider declined: {0:?}")]
    Declined(String),
    /// What the provider answered must not be believed.
    #[error("the provider's answer was refused: {0:?}")]
    Untrusted(String),
    /// A token, or the answer it came in, is too large to be read. Nothing is known of the user's rights then.
    #[error("a token is too large: {0}")]
    TooLarge(String),
    /// The provider does not answer, or not in time.
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
    /// The provider authenticated a user who may not sign in.
    #[error("the user was refused")]
    Denied(Box<domain::denial::Denied>),
    /// Of Bursar itself.
    #[error(transparent)]
    Services(#[from] Error),
}

impl From<sqlx::Error> for Fault {
    fn from(fault: sqlx::Error) -> Self {
        Self::Services(fault.into())
    }
}

impl From<oidc_client::Error> for Fault {
    fn from(error: oidc_client::Error) -> Self {
        match error {
            oidc_client::Error::Stale(why) => Self::Stale(why),
            oidc_client::Error::Declined(code) => Self::Declined(code),
            oidc_client::Error::Untrusted(why) => Self::Untrusted(why),
            oidc_client::Error::TooLarge(why) => Self::TooLarge(why),
            oidc_client::Error::Unreachable(why) => Self::Unreachable(why),
        }
    }
}

/// An answer that must not be believed.
pub(super) fn untrusted(why: impl Into<String>) -> Fault {
    Fault::Untrusted(why.into())
}

impl Outcome for Fault {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Stale(_) | Self::Declined(_) | Self::Denied(_) => "refused",
            Self::Untrusted(_) | Self::TooLarge(_) | Self::Unreachable(_) => "failed",
            Self::Services(fault) => fault.outcome(),
        }
    }
}
