//! Why a user is refused: each rule a reason with its facts, a code and a sentence.

use domain::keycloak_user::{CellProblem, Column};

/// Why a user is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule.
    pub reason: Reason,
    /// What was changed all the same, or is to be done by hand.
    pub note: Option<String>,
}

/// A rule that refuses a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A cell cannot be read.
    #[error("column {}: {}", .0.column.key(), .0.violation)]
    Cell(CellProblem),
    /// More or fewer cells than headings.
    #[error(
        "it has {cells} cells and the first line has {headings}. Is a quote missing, or a value with a separator not in quotes?"
    )]
    CellCount {
        /// Of the row.
        cells: usize,
        /// Of the first line.
        headings: usize,
    },
    /// Another row has the same value, and nothing says which one is meant.
    #[error("column {}: line {line} has the same value.", column.key())]
    Repeated {
        /// The user name or the address.
        column: Column,
        /// The other row.
        line: u64,
    },
    /// A token with both would give no admin.
    #[error("column role: an external user cannot be an admin. Choose developer, or regular in the column user_type.")]
    ExternalAdmin,
    /// Revoking it from the user alone does not help.
    #[error("column role: the role {0} comes from a group or another role. Remove it there, in Keycloak.")]
    InheritedRole(String),
    /// The role map names no realm role for it.
    #[error("column role: OIDC_ROLE_MAP names no realm role that gives {0}. Add one there.")]
    RoleNotMapped(&'static str),
    /// The realm has one name for both.
    #[error("column username: the realm uses the e-mail address as user name. Enter the address here too.")]
    UsernameIsNotEmail,
    /// Another user has the address.
    #[error("column email: the user {0} of the realm has this address.")]
    EmailTaken(String),
    /// Keycloak refuses the values.
    #[error("Keycloak refused it: {0}")]
    Keycloak(String),
    /// The user was there a moment ago.
    #[error("The user was deleted in Keycloak meanwhile.")]
    Deleted,
    /// The mail server refused the mail.
    #[error(
        "Keycloak could not send the invitation, so the user was not created. Check the mail server of the realm. {0}"
    )]
    NotInvited(String),
}

impl Reason {
    /// What scripts match on. It never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Cell(problem) => problem.violation.code(),
            Self::CellCount { .. } => "cell_count",
            Self::Repeated { .. } => "repeated_value",
            Self::ExternalAdmin => "external_admin",
            Self::InheritedRole(_) => "inherited_role",
            Self::RoleNotMapped(_) => "role_not_mapped",
            Self::UsernameIsNotEmail => "username_is_not_email",
            Self::EmailTaken(_) => "email_taken",
            Self::Keycloak(_) => "refused_by_keycloak",
            Self::Deleted => "user_deleted",
            Self::NotInvited(_) => "invitation_not_sent",
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, note: None }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.reason)?;
        self.note.as_ref().map_or(Ok(()), |note| write!(f, " {note}"))
    }
}
