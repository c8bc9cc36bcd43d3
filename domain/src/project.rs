//! Projects: where users work.

mod draft;
mod name;
mod query;

pub use draft::{ProjectDraft, ProjectFields};
pub use name::{ProjectName, RESERVED_NAMES};
pub use query::{MemberQuery, ProjectQuery, ProjectSort, ProjectState, ProjectTypes};

use crate::count::MAX_EXACT_COUNT;
use crate::id::ProjectId;
use crate::role::ProjectRole;
use crate::usage::CategoryUsage;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a deleted project can be restored; until then its name stays taken.
pub const KEPT_AFTER_DELETION: Duration = Duration::days(30);

/// Whether a project is personal or shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectKind {
    /// Belongs to one user; its membership is fixed.
    Personal,
    /// Shared by members.
    Shared,
}

impl ProjectKind {
    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Shared => "shared",
        }
    }

    /// As screens show it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Personal => "Personal",
            Self::Shared => "Shared",
        }
    }

    /// What stands in place of the user who granted a membership when no user did: a personal project is made with its
    /// owner's account, and the first sign-in adds to the shared projects that the token names.
    pub const fn automatic_grantor(self) -> &'static str {
        match self {
            Self::Personal => "With the account",
            Self::Shared => "First sign-in",
        }
    }
}

/// One row of the list of projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    /// The project.
    pub id: ProjectId,
    /// Technical name.
    pub name: ProjectName,
    /// Display name, or the technical one.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Personal or shared.
    pub kind: ProjectKind,
    /// Members, as far as [`crate::count::MAX_EXACT_COUNT`].
    pub member_count: i64,
    /// Project admins among the members counted.
    pub admin_count: i64,
    /// What is spent of its budgets, at most one a category; empty where the caller may not see it.
    pub budgets: Vec<CategoryUsage>,
    /// The caller's role, if any.
    pub own_role: Option<ProjectRole>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was deleted; in the list of deleted projects alone.
    #[serde(with = "time::serde::rfc3339::option")]
    pub deleted_at: Option<OffsetDateTime>,
}

/// The facts of a project, as its page and its edit form show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectFacts {
    /// The project.
    pub id: ProjectId,
    /// Technical name.
    pub name: ProjectName,
    /// The fields that can be edited.
    pub draft: ProjectDraft,
    /// Personal or shared.
    pub kind: ProjectKind,
    /// Its creator; `None` when no user created it.
    pub created_by: Option<String>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Members, as far as [`MAX_EXACT_COUNT`].
    pub member_count: i64,
    /// Project admins among the members counted.
    pub admin_count: i64,
    /// Created because a token named it.
    pub is_imported: bool,
    /// For forms: raised by each change.
    pub version: i64,
}

impl ProjectFacts {
    /// What a new project's name would be told, when this one was taken over as it is.
    pub fn name_problem(&self) -> Option<Violation> {
        (self.is_imported && self.kind == ProjectKind::Shared)
            .then(|| ProjectName::parse(self.name.as_str()).err())
            .flatten()
    }

    /// Display name, or the technical one.
    pub fn title(&self) -> &str {
        self.draft.display_name.as_deref().unwrap_or(self.name.as_str())
    }

    /// Why it cannot be deleted, if it cannot.
    pub fn reason_against_deletion(&self) -> Option<Violation> {
        // Its creator may be the last member; a project without a creator has to be empty.
        let others = match self.member_count {
            count if count > MAX_EXACT_COUNT => count,
            count => count - i64::from(self.created_by.is_some()),
        };
        match self.kind {
            ProjectKind::Personal => Some(Violation::PersonalProjectDeletion),
            ProjectKind::Shared => (others > 0).then_some(Violation::ProjectHasMembers { others }),
        }
    }
}
