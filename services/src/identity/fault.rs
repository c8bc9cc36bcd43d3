//! Why a sign-in through the identity provider failed.

use crate::error::Error;
use crate::meter::Outcome;
use oidc_client::Error as ProtocolError;

/// What went wrong, for the log; users read a page made from the variant. Holds no token, code or secret.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Of the protocol: the provider does not answer, or its answer must not be believed. A sign-in that is not open any
    /// more is [`ProtocolError::Stale`] too.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The provider authenticated a user who may not sign in.
    #[error("the user was refused")]
    Denied(Box<domain::denial::Denied>),
    /// The provider's own sign-in had ended before the user answered it; another one can begin at once.
    #[error("the provider's own sign-in was over")]
    ProviderSignInOver,
    /// Of Bursar itself.
    #[error(transparent)]
    Services(#[from] Error),
}

impl Fault {
    /// Why a user was refused, for the audit log; `None` where no user was: the provider does not answer, or the sign-in
    /// was not open any more.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Denied(denied) => Some(denied.reason.key()),
            Self::Protocol(ProtocolError::Declined(_)) => Some("declined by the identity provider"),
            Self::Protocol(ProtocolError::Untrusted(_) | ProtocolError::TooLarge(_)) => {
                Some("answer of the identity provider refused")
            }
            Self::Protocol(_) | Self::ProviderSignInOver | Self::Services(_) => None,
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(fault: sqlx::Error) -> Self {
        Self::Services(fault.into())
    }
}

/// An answer that must not be believed.
pub(super) fn untrusted(why: impl Into<String>) -> Fault {
    ProtocolError::Untrusted(why.into()).into()
}

/// A sign-in or session that is not open any more.
pub(super) fn stale(why: &'static str) -> Fault {
    ProtocolError::Stale(why).into()
}

impl Outcome for Fault {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Denied(_)
            | Self::ProviderSignInOver
            | Self::Protocol(ProtocolError::Stale(_) | ProtocolError::Declined(_)) => "refused",
            Self::Protocol(_) => "failed",
            Self::Services(fault) => fault.outcome(),
        }
    }
}
