//! Users: what Bursar knows about them, and what can be requested of their list.

mod detail;
mod draft;

pub use detail::{Assignment, DefaultCandidate, IdentityConflict, ProjectAllowance, default_project};
pub use draft::UserDraft;

use crate::id::UserId;
use crate::page::page_query;
use crate::project::ProjectName;
use crate::role::{PlatformRole, ProjectRole};
use crate::text::SearchTerm;
use crate::usage::{CategoryUsage, UsageFilter};
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Whether a user belongs to the organisation (`users.user_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UserKind {
    /// `regular`
    #[default]
    Regular,
    /// `external`
    External,
}

impl UserKind {
    /// In the order of the filter.
    pub const ALL: [Self; 2] = [Self::Regular, Self::External];

    /// As stored and as it stands in a form.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::External => "external",
        }
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Regular => "Regular",
            Self::External => "External",
        }
    }

    /// Reads [`UserKind::key`]: trimmed, without regard to case.
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        match raw.trim().to_lowercase().as_str() {
            "regular" => Ok(Self::Regular),
            "external" => Ok(Self::External),
            _ => Err(Violation::unknown_choice("regular or external")),
        }
    }
}

impl ProjectRole {
    /// The role that takes effect for a user of this kind: an external user is never a project admin, whatever the
    /// database or the token says.
    #[must_use]
    pub const fn effective_for(self, kind: UserKind) -> Self {
        match (self, kind) {
            (Self::Admin, UserKind::External) => Self::Member,
            (role, _) => role,
        }
    }
}

/// The one state shown beside a name: the gravest that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UserStatus {
    /// Can sign in and has done so.
    Active,
    /// Can sign in and never has.
    NeverSignedIn,
    /// Too many wrong passwords; signing in is closed for a while.
    Locked,
    /// Cannot sign in until reactivated.
    Deactivated,
}

impl UserStatus {
    /// In the order of the filter.
    pub const ALL: [Self; 4] = [Self::Active, Self::NeverSignedIn, Self::Locked, Self::Deactivated];

    /// The gravest state of an account at `now`.
    pub fn at(
        now: OffsetDateTime,
        is_active: bool,
        locked_until: Option<OffsetDateTime>,
        last_sign_in_at: Option<OffsetDateTime>,
    ) -> Self {
        match (is_active, locked_until.is_some_and(|end| end > now), last_sign_in_at) {
            (false, ..) => Self::Deactivated,
            (true, true, _) => Self::Locked,
            (true, false, None) => Self::NeverSignedIn,
            (true, false, Some(_)) => Self::Active,
        }
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::NeverSignedIn => "No sign-in",
            Self::Locked => "Locked",
            Self::Deactivated => "Deactivated",
        }
    }

    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NeverSignedIn => "no-sign-in",
            Self::Locked => "locked",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads [`UserStatus::key`].
    ///
    /// # Errors
    /// The value is not a known one.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "a status from the list")
    }
}

/// A project as a small badge beside a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectChip {
    /// Technical name; also the address of the project's page.
    pub name: ProjectName,
    /// Display name, or the technical one.
    pub title: String,
    /// The user's role in it.
    pub role: ProjectRole,
}

/// One row of the list of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// The user.
    pub id: UserId,
    /// Name as shown.
    pub name: String,
    /// Address as shown.
    pub email: String,
    /// Whether the address is known to be the user's.
    pub email_verified: bool,
    /// Regular or external.
    pub kind: UserKind,
    /// The gravest state that applies.
    pub status: UserStatus,
    /// Platform role.
    pub role: PlatformRole,
    /// At most four shared projects, those administered first.
    pub projects: Vec<ProjectChip>,
    /// Shared projects, as far as [`crate::count::MAX_EXACT_COUNT`].
    pub project_count: i64,
    /// What is spent of the user's own budgets, at most one a category; empty where budgets are switched off.
    pub budgets: Vec<CategoryUsage>,
    /// Last sign-in.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// When the user was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// What the list of users can be sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UserSort {
    /// By name, without regard to case.
    #[default]
    Name,
    /// By last sign-in; users who never signed in come last when descending.
    LastSignIn,
    /// By the day of creation.
    Created,
}

impl UserSort {
    /// In the order of the columns.
    pub const ALL: [Self; 3] = [Self::Name, Self::LastSignIn, Self::Created];

    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::LastSignIn => "last-sign-in",
            Self::Created => "created",
        }
    }

    /// Reads [`UserSort::key`].
    ///
    /// # Errors
    /// The value is not a known one.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "a column that sorts")
    }
}

/// A filter of the list of users by what their last token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenState {
    /// The token and Bursar disagree about the rights of the user.
    Differs,
}

impl TokenState {
    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        "differs"
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        "Token and Bursar disagree"
    }

    /// Reads [`TokenState::key`].
    ///
    /// # Errors
    /// Names the value allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key([Self::Differs], Self::key, raw, "differs, or nothing")
    }
}

page_query! {
    /// What is requested of the list of users.
    UserQuery by UserSort {
        /// Substring of name or e-mail, without regard to case.
        "q" search: SearchTerm, parse, as_str;
        /// Only members of this project.
        "project" project: ProjectName, parse_existing, as_str;
        /// Only users with exactly this platform role.
        "role" role: PlatformRole, parse, key;
        /// Only users in this state.
        "status" status: UserStatus, parse, key;
        /// Only users of this type.
        "type" kind: UserKind, parse, key;
        /// Only users who have spent this much of a budget of their own or a default one.
        "usage" usage: UsageFilter, parse, key;
        /// Only users whose last token and Bursar disagree.
        "token" token: TokenState, parse, key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Params;
    use proptest::prelude::*;
    use time::macros::datetime;

    #[test]
    fn gravest_state_of_an_account_is_shown() {
        let now = datetime!(2026-03-02 09:00 UTC);
        let (before, after) = (Some(now), Some(now + time::Duration::SECOND));
        assert_eq!(UserStatus::at(now, false, after, None), UserStatus::Deactivated);
        assert_eq!(UserStatus::at(now, true, after, None), UserStatus::Locked);
        assert_eq!(UserStatus::at(now, true, before, None), UserStatus::NeverSignedIn, "the block is over");
        assert_eq!(UserStatus::at(now, true, None, before), UserStatus::Active);
    }

    proptest! {
        #[test]
        fn any_url_gives_a_query_and_a_query_reads_back(pairs in prop::collection::vec(("[a-z]{1,7}", ".{0,20}"), 0..9)) {
            let query = UserQuery::from_params(&mut Params::new(pairs));
            let written = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
            prop_assert_eq!(UserQuery::from_params(&mut Params::new(written)), query);
        }
    }
}
