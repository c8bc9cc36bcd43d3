//! Projects: where people work.

mod draft;
mod name;
mod query;

pub use draft::{ProjectDraft, ProjectFields};
pub use name::{ProjectName, RESERVED_NAMES};
pub use query::{MemberQuery, ProjectQuery, ProjectSort, ProjectState, ProjectTypes};

use crate::budget::{AssignedBudget, BudgetChoice};
use crate::count::MAX_EXACT_COUNT;
use crate::id::{ProjectId, UserId};
use crate::page::Page;
use crate::role::ProjectRole;
use crate::user::{UserKind, UserStatus};
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a deleted project can be restored; until then its name stays taken, so that it can be
/// restored under it.
pub const KEPT_AFTER_DELETION: Duration = Duration::days(30);

/// Whether a project belongs to one user or is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectKind {
    /// One person's own; its membership is fixed.
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

    /// As people read it.
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
    /// People in it, as far as [`crate::count::MAX_EXACT_COUNT`].
    pub member_count: i64,
    /// Project admins among the people counted.
    pub admin_count: i64,
    /// The role of the person asking, if any.
    pub own_role: Option<ProjectRole>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was deleted; in the list of deleted projects alone.
    #[serde(with = "time::serde::rfc3339::option")]
    pub deleted_at: Option<OffsetDateTime>,
}

/// A person in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The person.
    pub user_id: UserId,
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
    /// The role in the project.
    pub role: ProjectRole,
    /// No other active user is project admin.
    pub is_only_admin: bool,
    /// Created the project: cannot be removed from it.
    pub is_creator: bool,
    /// Who granted it; `None` when it came with the first sign-in.
    pub granted_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
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
    /// Who made it; `None` when nobody in particular did.
    pub created_by: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Members, as far as [`MAX_EXACT_COUNT`].
    pub member_count: i64,
    /// Project admins among the members counted.
    pub admin_count: i64,
    /// Made because somebody's token named it.
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

/// Everything the page of a project shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectDetail {
    /// Its facts.
    pub facts: ProjectFacts,
    /// The page of members asked for.
    pub members: Page<Member>,
    /// At most one a category.
    pub budgets: Vec<AssignedBudget>,
    /// Budgets to choose from; none for a viewer who may not assign them.
    pub choices: Vec<BudgetChoice>,
}
