//! People: what the console knows about them and how their list is asked for.

mod detail;
mod draft;

pub use detail::{Assignment, IdentityConflict, ProjectAllowance};
pub use draft::UserDraft;

use crate::id::UserId;
use crate::page::{Cursor, PageSize, Params, list_params, parse_descending, parse_size};
use crate::project::ProjectName;
use crate::role::{PlatformRole, ProjectRole};
use crate::text::SearchTerm;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Whether somebody belongs to the organisation (`users.user_type`).
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

    /// As people read it.
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

/// The one state shown beside a name, the gravest that holds.
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

    /// As people read it.
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
        Self::ALL
            .into_iter()
            .find(|s| s.key() == raw)
            .ok_or_else(|| Violation::unknown_choice("a status from the list"))
    }
}

/// A project as a small badge beside a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectChip {
    /// Technical name; also the address of the project's page.
    pub name: ProjectName,
    /// Display name, or the technical one.
    pub title: String,
    /// The person's role in it.
    pub role: ProjectRole,
}

/// One row of the list of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// The person.
    pub id: UserId,
    /// Name as shown.
    pub name: String,
    /// Address as shown.
    pub email: String,
    /// Whether the address is known to be the user's.
    pub email_verified: bool,
    /// Regular or external.
    pub kind: UserKind,
    /// The gravest state that holds.
    pub status: UserStatus,
    /// Platform role.
    pub role: PlatformRole,
    /// At most four shared projects, those administered first.
    pub projects: Vec<ProjectChip>,
    /// Shared projects, as far as [`crate::count::MAX_EXACT_COUNT`].
    pub project_count: i64,
    /// Last sign-in.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// When the row was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// What the list of people can be sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UserSort {
    /// By name, without regard to case.
    #[default]
    Name,
    /// By last sign-in; people who never signed in come last when descending.
    LastSignIn,
    /// By the day the row was made.
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
        Self::ALL.into_iter().find(|s| s.key() == raw).ok_or_else(|| Violation::unknown_choice("a column that sorts"))
    }
}

/// [`UserQuery::differs`] as it stands in a URL.
pub const DIFFERS: &str = "differs";

fn parse_differs(raw: &str) -> Result<bool, Violation> {
    if raw == DIFFERS { Ok(true) } else { Err(Violation::unknown_choice("differs, or nothing")) }
}

/// What is asked of the list of people. Its URL spelling is [`UserQuery::from_params`] and back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserQuery {
    /// Substring of name or e-mail, without regard to case.
    pub search: Option<SearchTerm>,
    /// Members of this project only.
    pub project: Option<ProjectName>,
    /// Holders of exactly this platform role only.
    pub role: Option<PlatformRole>,
    /// Only people in this state.
    pub status: Option<UserStatus>,
    /// Only users of this type.
    #[serde(default)]
    pub kind: Option<UserKind>,
    /// Only people whose last token says something else than the console.
    #[serde(default)]
    pub differs: bool,
    /// Sort column.
    pub sort: UserSort,
    /// Falling instead of rising.
    pub descending: bool,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl UserQuery {
    /// Reads a URL's parameters, leaving what it does not understand in `params` as ignored.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            search: params.take("q", SearchTerm::parse),
            project: params.take("project", ProjectName::parse_existing),
            role: params.take("role", PlatformRole::parse),
            status: params.take("status", UserStatus::parse),
            kind: params.take("type", UserKind::parse),
            differs: params.take("token", parse_differs).unwrap_or_default(),
            sort: params.take("sort", UserSort::parse).unwrap_or_default(),
            descending: params.take("dir", parse_descending).unwrap_or_default(),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.search.as_ref().map(|term| ("q", term.to_string())));
        pairs.extend(self.project.as_ref().map(|name| ("project", name.to_string())));
        pairs.extend(self.role.map(|role| ("role", role.key().to_owned())));
        pairs.extend(self.status.map(|status| ("status", status.key().to_owned())));
        pairs.extend(self.kind.map(|kind| ("type", kind.key().to_owned())));
        pairs.extend(self.differs.then(|| ("token", DIFFERS.to_owned())));
        list_params(
            &mut pairs,
            self.sort != UserSort::default(),
            self.sort.key(),
            self.descending,
            self.cursor.as_ref(),
            self.size,
        );
        pairs
    }

    /// Whether anything narrows the list.
    pub const fn is_filtered(&self) -> bool {
        self.search.is_some()
            || self.project.is_some()
            || self.role.is_some()
            || self.status.is_some()
            || self.kind.is_some()
            || self.differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
