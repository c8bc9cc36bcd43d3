//! Why somebody whom the identity provider vouches for does not come in.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The reason; the page says what to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Denial {
    /// The token names neither role that opens sign-in.
    NoRole {
        /// What the role that means admin is called there.
        admin_role: String,
    },
    /// The claim `user_type` is neither of the two words.
    UnknownType {
        /// As JSON.
        value: String,
        /// The word for people from outside.
        external: String,
    },
    /// The claim `guest` is no boolean.
    UnclearGuest {
        /// As JSON.
        value: String,
    },
    /// The token leaves out the claim that names roles and refers to another place: Entra ID does so above 200 groups.
    RolesLeftOut {
        /// The claim.
        claim: String,
    },
    /// Neither an e-mail address nor a username came with the token.
    NoAddress,
    /// An admin has closed the account.
    Deactivated,
    /// Somebody new at the provider has the address of an account that is linked to nobody or to somebody else.
    AddressOfAnother,
}

impl Denial {
    /// For logs.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NoRole { .. } => "no role",
            Self::UnknownType { .. } => "unknown user_type",
            Self::UnclearGuest { .. } => "unclear guest",
            Self::RolesLeftOut { .. } => "roles left out of the token",
            Self::NoAddress => "no address",
            Self::Deactivated => "deactivated",
            Self::AddressOfAnother => "address of another account",
        }
    }
}

/// Everything the page that turns somebody away shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    /// Why.
    pub reason: Denial,
    /// Who the provider says it is.
    pub name: String,
    /// The address, else the username, else the subject.
    pub address: String,
    /// What the token says: claim and value.
    pub told: Vec<(String, String)>,
    /// The request it happened in, to quote.
    pub reference: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
