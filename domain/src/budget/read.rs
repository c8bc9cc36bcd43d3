//! Budgets as pages read them.

use super::{BudgetDraft, Category, Limits};
use crate::count::counted;
use crate::draft::{Draft, Field};
use crate::id::{BudgetId, UserId};
use crate::project::ProjectName;
use crate::reset_period::ResetPeriod;
use crate::text::BudgetName;
use crate::user::UserKind;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A budget in its list, on its page and in `/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRow {
    /// The budget.
    pub id: BudgetId,
    /// Its id in `/v1`: the one its creator chose, else `id`.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it pays for.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
    /// How long it lasts.
    pub period: ResetPeriod,
    /// Users it is assigned to, as far as [`crate::count::MAX_EXACT_COUNT`]; counted for pages alone.
    pub user_count: i64,
    /// Projects it is assigned to, as far as [`crate::count::MAX_EXACT_COUNT`]; counted for pages alone.
    pub project_count: i64,
    /// The user who created it.
    pub created_by: Option<UserId>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// For forms: raised by each change.
    pub version: i64,
}

impl BudgetRow {
    /// The fields of the form that edits it, which has no description.
    pub fn form_fields(&self) -> Vec<Field> {
        let draft = BudgetDraft {
            name: BudgetName::of_stored(&self.name),
            category: self.category,
            soft_limit: self.limits.soft(),
            hard_limit: self.limits.hard(),
            period: self.period,
            description: self.description.clone(),
        };
        let fields = draft.fields().into_iter();
        fields.filter(|field| field.name != BudgetDraft::DESCRIPTION.name).collect()
    }
}

/// A budget as the user or project it is assigned to sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedBudget {
    /// The budget.
    pub id: BudgetId,
    /// Its id in `/v1`.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// What it pays for.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
    /// How long it lasts.
    pub period: ResetPeriod,
    /// Who assigned it.
    pub assigned_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// To whom or what a budget is assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// A user.
    User {
        /// The user.
        id: UserId,
        /// Name as shown.
        name: String,
        /// Address as shown.
        email: String,
        /// Whether the address is known to be the user's.
        email_verified: bool,
        /// Regular or external.
        kind: UserKind,
    },
    /// A shared project.
    Project {
        /// Technical name.
        name: ProjectName,
        /// Display name, or the technical one.
        title: String,
    },
}

/// How many lose a budget that is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderCounts {
    /// Users.
    pub users: i64,
    /// Shared projects.
    pub projects: i64,
    /// Deleted projects that would have the budget again once they are restored.
    pub deleted_projects: i64,
    /// Differs when as many others hold it.
    pub fingerprint: i64,
}

impl std::fmt::Display for HolderCounts {
    /// "9,412 users, 3 projects and 1 deleted project"
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [(self.users, "user"), (self.projects, "project"), (self.deleted_projects, "deleted project")];
        let words: Vec<String> =
            counts.into_iter().filter(|(count, _)| *count != 0).map(|(count, noun)| counted(count, noun)).collect();
        match words.split_last() {
            None => f.write_str("no users and no projects"),
            Some((last, [])) => f.write_str(last),
            Some((last, others)) => write!(f, "{} and {last}", others.join(", ")),
        }
    }
}

/// One assignment on a budget's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetAssignment {
    /// Whom or what it serves.
    pub holder: Holder,
    /// Who assigned it.
    pub assigned_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// Everything the page of a budget shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetDetail {
    /// Its facts.
    pub budget: BudgetRow,
    /// The latest assignments first, at most 50; the counts stand in `budget`.
    pub assignments: Vec<BudgetAssignment>,
}
