//! The rules by which anomalies are found.

use serde::{Deserialize, Serialize};

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnomalyRule {
    /// A part of the realm could not be read.
    PartialSnapshot,
    /// Users reach what they should not.
    TooWide,
    /// Users hold both roles of a pair.
    SeparateDuties,
    /// Disabled users hold a role.
    DisabledWithRole,
    /// Users hold a role that is not declared.
    UnknownRole,
    /// Users hold a privileged role only through a group or another role.
    PrivilegedThroughGroup,
    /// Users hold a role directly and by another path.
    DirectAndInherited,
    /// The address of a user with a privileged role is not verified.
    PrivilegedUnverified,
    /// Service accounts hold a role for users.
    ServiceAccountWithUserRole,
    /// Users hold a role for service accounts.
    UserWithMachineRole,
    /// More users hold a role than are declared.
    TooManyHolders,
    /// Accounts have the same address.
    SameAddress,
    /// One enabled user holds a privileged role.
    LastHolder,
    /// Users hold no declared role.
    NoRole,
}

impl AnomalyRule {
    /// In the order of the filter, as documented.
    pub const ALL: [Self; 14] = [
        Self::PartialSnapshot,
        Self::TooWide,
        Self::SeparateDuties,
        Self::DisabledWithRole,
        Self::UnknownRole,
        Self::PrivilegedThroughGroup,
        Self::DirectAndInherited,
        Self::PrivilegedUnverified,
        Self::ServiceAccountWithUserRole,
        Self::UserWithMachineRole,
        Self::TooManyHolders,
        Self::SameAddress,
        Self::LastHolder,
        Self::NoRole,
    ];

    /// As it is stored, printed and documented, and as it stands in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::PartialSnapshot => "partial-snapshot",
            Self::TooWide => "too-wide",
            Self::SeparateDuties => "separate-duties",
            Self::DisabledWithRole => "disabled-with-role",
            Self::UnknownRole => "unknown-role",
            Self::PrivilegedThroughGroup => "privileged-through-group",
            Self::DirectAndInherited => "direct-and-inherited",
            Self::PrivilegedUnverified => "privileged-unverified",
            Self::ServiceAccountWithUserRole => "service-account-with-user-role",
            Self::UserWithMachineRole => "user-with-machine-role",
            Self::TooManyHolders => "too-many-holders",
            Self::SameAddress => "same-address",
            Self::LastHolder => "last-holder",
            Self::NoRole => "no-role",
        }
    }
}
