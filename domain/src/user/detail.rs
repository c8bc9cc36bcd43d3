//! The page of one person, and what stands on it.

use crate::id::ProjectId;
use crate::project::{ProjectKind, ProjectName};
use crate::role::ProjectRole;
use crate::text::folded;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How many shared projects a user may be assigned to (`USER_PROJECT_LIMIT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectAllowance {
    /// Shared, active projects the person is in.
    pub used: i64,
    /// `None` means no limit: admins and maintainers.
    pub limit: Option<i64>,
}

impl ProjectAllowance {
    /// Whether one more fits.
    pub const fn has_room(self) -> bool {
        match self.limit {
            None => true,
            Some(limit) => self.used < limit,
        }
    }

    /// Whether the person is in more than allowed: they came with more, or the limit was lowered.
    pub fn is_over(self) -> bool {
        self.limit.is_some_and(|limit| self.used > limit)
    }

    /// Checks that the user of this name may be in one more.
    ///
    /// # Errors
    /// [`Violation::ProjectLimitReached`]
    pub fn check(self, name: &str) -> Result<(), Violation> {
        match self.limit {
            Some(allowed) if self.used >= allowed => {
                Err(Violation::ProjectLimitReached { name: name.to_owned(), used: self.used, allowed })
            }
            _ => Ok(()),
        }
    }
}

/// A project of a user that may be the default one.
#[derive(Clone, Copy, Debug)]
pub struct DefaultCandidate<'a> {
    /// Technical name.
    pub name: &'a str,
    /// Whether it is the user's personal project.
    pub is_personal: bool,
    /// Whether it is open to the user, as not every project is to external users.
    pub is_open: bool,
    /// Whether it is stored as the default.
    pub is_stored: bool,
}

/// The place of the project that a user starts in: of those open to the user the stored default, else the personal project,
/// else the first by name.
pub fn default_project<'a>(candidates: impl Iterator<Item = DefaultCandidate<'a>>) -> Option<usize> {
    let open = candidates.enumerate().filter(|(_, project)| project.is_open);
    let default = open.min_by_key(|(_, project)| (!project.is_stored, !project.is_personal, folded(project.name)));
    default.map(|(place, _)| place)
}

/// A user's place in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The project.
    pub project_id: ProjectId,
    /// Technical name.
    pub name: ProjectName,
    /// Display name, or the technical one.
    pub title: String,
    /// Personal or shared.
    pub kind: ProjectKind,
    /// The role in it.
    pub role: ProjectRole,
    /// No other active user is project admin of it; false where the identity provider keeps assignments.
    pub is_only_admin: bool,
    /// The project that the user starts in, see [`default_project`]. False where the identity provider keeps assignments.
    pub is_default: bool,
    /// Who granted it; `None` when it came with the first sign-in.
    pub granted_by: Option<String>,
    /// Since when; `None` where the identity provider keeps assignments.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
    /// False when the person is from outside and the project is not one of those open to them.
    pub is_open: bool,
}

/// Somebody at the identity provider who was turned away because their address is this person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityConflict {
    /// The provider that vouched for them.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// Their name there.
    pub name: String,
    /// The address they came with.
    pub address: String,
    /// Whether the identity provider verified it.
    pub address_verified: bool,
    /// Their username there.
    pub username: Option<String>,
    /// The first try.
    #[serde(with = "time::serde::rfc3339")]
    pub first_at: OffsetDateTime,
    /// The last one.
    #[serde(with = "time::serde::rfc3339")]
    pub last_at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_project_is_open_and_stored_or_personal_or_first_by_name() {
        let project =
            |name, is_personal, is_open, is_stored| DefaultCandidate { name, is_personal, is_open, is_stored };
        let (beta, alpha) = (project("Beta", false, true, false), project("alpha", false, true, false));
        let own = project("zoe@example.com", true, true, false);
        let stored = DefaultCandidate { is_stored: true, ..beta };
        let closed = |project| DefaultCandidate { is_open: false, ..project };
        for (projects, expected) in [
            (vec![beta, alpha], Some(1)),
            (vec![beta, alpha, own], Some(2)),
            (vec![stored, alpha, own], Some(0)),
            (vec![closed(stored), alpha, own], Some(2)),
            (vec![closed(stored), closed(alpha), beta], Some(2)),
            (vec![closed(stored)], None),
            (vec![], None),
        ] {
            assert_eq!(default_project(projects.iter().copied()), expected, "{projects:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_right_number() {
        let at_limit = ProjectAllowance { used: 3, limit: Some(3) };
        assert!(!at_limit.has_room());
        let said = |used| ProjectAllowance { used, limit: Some(3) }.check("Priya").expect_err("no room").to_string();
        assert!(said(3).contains("3 of 3 shared projects. Remove one,"), "{}", said(3));
        assert!(said(5).contains("5 of 3 shared projects. Remove 3,"), "{}", said(5));
        assert!(ProjectAllowance { used: 50, limit: None }.has_room());
        assert!(!ProjectAllowance { used: 0, limit: Some(0) }.has_room());
    }
}
