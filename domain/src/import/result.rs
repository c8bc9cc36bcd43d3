//! What became of one user, in words that say what to do.

use super::compare::FieldChange;
use serde::{Deserialize, Serialize};

/// What became of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// New in Bursar.
    Created,
    /// In Bursar before, and changed.
    Updated,
    /// Left as they are.
    Skipped,
    /// Left out until an administrator resolves the conflict.
    Conflict,
    /// The database refused the user.
    Failed,
}

impl Outcome {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 5] = [Self::Created, Self::Updated, Self::Skipped, Self::Conflict, Self::Failed];

    /// As stored, and as it stands in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Skipped => "skipped",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Updated => "Updated",
            Self::Skipped => "Skipped",
            Self::Conflict => "Conflict",
            Self::Failed => "Failed",
        }
    }

    /// Reads [`Outcome::key`].
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.key() == key)
    }
}

/// What became of a user, with the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportResult {
    /// Created.
    Created {
        /// The title of the platform role.
        role: &'static str,
        /// Shared projects that the user is a member of.
        projects: usize,
        /// Projects that admit no members, because they are deleted or personal in Bursar.
        refused_projects: Vec<String>,
        /// Deactivated, as in Keycloak.
        is_active: bool,
        /// The limit that the projects exceed.
        exceeded_limit: Option<u32>,
    },
    /// Updated.
    Updated {
        /// What was changed.
        updates: Vec<FieldChange>,
        /// What stays as it is in Bursar.
        kept: Vec<FieldChange>,
        /// The limit that the projects exceed.
        exceeded_limit: Option<u32>,
    },
    /// Already in Bursar, and the same.
    Unchanged,
    /// Already in Bursar, and different where Bursar decides.
    Kept(Vec<FieldChange>),
    /// The account of a client.
    ServiceAccount,
    /// Holds neither role that opens sign-in.
    NoRole {
        /// `ADMIN_ROLE_NAME`
        admin_role: String,
    },
    /// The user of a federation that does not import its users.
    IdIsNoUuid,
    /// No e-mail address.
    NoAddress,
    /// An address that cannot be one.
    InvalidAddress {
        /// The address.
        address: String,
    },
    /// Several users of the realm have the address.
    DuplicateAddress,
    /// A user of Bursar with another id has the address.
    AddressOfAnother {
        /// The name of that user.
        name: String,
    },
    /// A user of Bursar who signs in with another identity has the id.
    IdOfAnother {
        /// The name of that user.
        name: String,
    },
    /// An attribute that cannot be read.
    Attribute(String),
    /// The database refused the user.
    Failed(String),
}

impl ImportResult {
    /// The code of [`Self::AddressOfAnother`].
    pub const ADDRESS_OF_ANOTHER: &str = "address_of_another";

    /// What the report counts it as.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Created { .. } => Outcome::Created,
            Self::Updated { .. } => Outcome::Updated,
            Self::Unchanged | Self::Kept(_) | Self::ServiceAccount | Self::NoRole { .. } | Self::IdIsNoUuid => {
                Outcome::Skipped
            }
            Self::NoAddress
            | Self::InvalidAddress { .. }
            | Self::DuplicateAddress
            | Self::AddressOfAnother { .. }
            | Self::IdOfAnother { .. }
            | Self::Attribute(_) => Outcome::Conflict,
            Self::Failed(_) => Outcome::Failed,
        }
    }

    /// The reason, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Updated { .. } => "updated",
            Self::Unchanged => "unchanged",
            Self::Kept(_) => "kept",
            Self::ServiceAccount => "service_account",
            Self::NoRole { .. } => "no_role",
            Self::IdIsNoUuid => "id_is_no_uuid",
            Self::NoAddress => "no_address",
            Self::InvalidAddress { .. } => "invalid_address",
            Self::DuplicateAddress => "duplicate_address",
            Self::AddressOfAnother { .. } => Self::ADDRESS_OF_ANOTHER,
            Self::IdOfAnother { .. } => "id_of_another",
            Self::Attribute(_) => "attribute",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether the user is in more shared projects than allowed.
    pub const fn is_over_limit(&self) -> bool {
        let (Self::Created { exceeded_limit, .. } | Self::Updated { exceeded_limit, .. }) = self else { return false };
        exceeded_limit.is_some()
    }
}

impl std::fmt::Display for ImportResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Created { role, projects, refused_projects, is_active, exceeded_limit } => {
                let plural = if *projects == 1 { "" } else { "s" };
                write!(f, "{role}, {projects} shared project{plural}")?;
                if !is_active {
                    f.write_str(", deactivated as in Keycloak")?;
                }
                if !refused_projects.is_empty() {
                    let names = refused_projects.join(", ");
                    write!(f, ". Not added to {names}, because these projects are deleted or personal in Bursar")?;
                }
                over_limit(f, *exceeded_limit)
            }
            Self::Updated { updates, kept, exceeded_limit } => {
                f.write_str(&listed(updates))?;
                if !kept.is_empty() {
                    write!(f, ". Not changed, because Bursar decides: {}", listed(kept))?;
                }
                over_limit(f, *exceeded_limit)
            }
            Self::Unchanged => f.write_str("Already in Bursar, no difference"),
            Self::Kept(kept) => write!(f, "Already in Bursar. Not changed, because Bursar decides: {}", listed(kept)),
            Self::ServiceAccount => f.write_str("Service account of a client"),
            Self::NoRole { admin_role } => write!(
                f,
                "Holds neither the role {admin_role} nor developer, so cannot sign in. Once the role is assigned in \
                 Keycloak, the first sign-in creates the account"
            ),
            Self::IdIsNoUuid => f.write_str(
                "The id is not a UUID: the user comes from a directory whose users Keycloak does not store. The first \
                 sign-in creates the account",
            ),
            Self::NoAddress => f.write_str("No e-mail address in Keycloak. Add one there, then import again"),
            Self::InvalidAddress { address } => {
                write!(f, "The e-mail address {address:?} is not valid. Correct it in Keycloak")
            }
            Self::DuplicateAddress => f.write_str(
                "Several users of the realm have this e-mail address. Keep it for one of them in Keycloak, then \
                 import again",
            ),
            Self::AddressOfAnother { name } => write!(
                f,
                "{name} in Bursar has this e-mail address with another id. Correct the address, or link the identity on the \
                 page of {name}"
            ),
            Self::IdOfAnother { name } => write!(f, "{name} in Bursar has this id and signs in with another identity"),
            Self::Attribute(problem) => write!(f, "Cannot be read: {problem}. Correct the attribute in Keycloak"),
            Self::Failed(what) => write!(f, "The database refused the user: {what}"),
        }
    }
}

fn over_limit(f: &mut std::fmt::Formatter<'_>, exceeded: Option<u32>) -> std::fmt::Result {
    exceeded.map_or(Ok(()), |limit| write!(f, ". More projects than USER_PROJECT_LIMIT allows ({limit}); all are kept"))
}

fn listed(changes: &[FieldChange]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
