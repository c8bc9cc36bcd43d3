//! Moving what is known of users from one issuer to another: the plan.

use serde::{Deserialize, Serialize};

/// What a move changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovePlan {
    /// Identities that are moved.
    pub identities: i64,
    /// Identities that stay, because the new issuer's identity of the same subject belongs to another user.
    pub conflicts: i64,
    /// Some of the latter, in the order of subjects.
    pub listed_conflicts: Vec<MoveConflict>,
    /// Identities that the new issuer has already.
    pub already_there: i64,
    /// Sessions that began at the old issuer; the new one can end them afterwards.
    pub sessions: i64,
    /// Whether it is recorded already that user ids stay those of the old issuer.
    pub is_recorded: bool,
}

/// A subject that is one user at the old issuer and another one at the new issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveConflict {
    /// The subject.
    pub subject: String,
    /// The e-mail address of the user who has it at the old issuer.
    pub old_user: String,
    /// The e-mail address of the user who has it at the new issuer.
    pub new_user: String,
}

/// An issuer that users are known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownIssuer {
    /// As it stands in tokens.
    pub issuer: String,
    /// How many identities it has.
    pub identities: i64,
}

impl MovePlan {
    /// Whether a move changes nothing. Where no identities and sessions are stored, it still keeps the ids of users.
    pub const fn is_empty(&self) -> bool {
        self.identities == 0 && self.sessions == 0 && self.is_recorded
    }
}
