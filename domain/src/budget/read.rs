//! Budgets as pages read them.

use super::{AlertThresholds, BudgetAlert, BudgetDraft, Category, Limits, Usage};
use crate::count::counted;
use crate::draft::{Draft, Field};
use crate::id::{BudgetId, UserId};
use crate::money::Money;
use crate::project::ProjectName;
use crate::reset_period::ResetPeriod;
use crate::text::BudgetName;
use crate::time_zone::TimeZoneName;
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
    /// How long a window lasts.
    pub period: ResetPeriod,
    /// Whether windows begin with the day, the week or the month.
    pub calendar: bool,
    /// The time zone of that.
    pub time_zone: String,
    /// When it raises alerts.
    pub alert_at: AlertThresholds,
    /// Whether it pays for users without a budget of their own in the category.
    pub is_default: bool,
    /// Whether operators declare it in a file, and change it there alone.
    pub is_predefined: bool,
    /// Users it is assigned to, as far as [`crate::count::MAX_EXACT_COUNT`]; counted for pages alone.
    pub user_count: i64,
    /// Projects it is assigned to, as far as [`crate::count::MAX_EXACT_COUNT`]; counted for pages alone.
    pub project_count: i64,
    /// Whether the default of its category is a predefined budget, so that no other one is chosen; read for pages alone.
    pub default_is_predefined: bool,
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
    /// When it resets, in a sentence.
    pub fn resets_in_words(&self) -> String {
        self.period.resets_in_words(self.calendar, &self.time_zone)
    }

    /// The fields of the form that edits it, which has no description.
    pub fn form_fields(&self) -> Vec<Field> {
        let draft = BudgetDraft {
            name: BudgetName::of_stored(&self.name),
            category: self.category,
            soft_limit: self.limits.soft(),
            hard_limit: self.limits.hard(),
            period: self.period,
            calendar: self.calendar,
            time_zone: TimeZoneName::of_stored(&self.time_zone),
            alert_at: self.alert_at.clone(),
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
    /// How long a window lasts.
    pub period: ResetPeriod,
    /// Whether windows begin with the day, the week or the month.
    pub calendar: bool,
    /// The time zone of that.
    pub time_zone: String,
    /// Whether it belongs to the project, so that it is deleted and never unassigned.
    pub is_own: bool,
    /// It is not assigned: it is the default of its category.
    pub is_default: bool,
    /// What is spent of it; `None` where the viewer may not see that.
    pub usage: Option<Usage>,
    /// Who assigned it.
    pub assigned_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

impl AssignedBudget {
    /// When it resets, in a sentence.
    pub fn resets_in_words(&self) -> String {
        self.period.resets_in_words(self.calendar, &self.time_zone)
    }
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
    /// What the holder has spent of it.
    pub usage: Usage,
    /// Who assigned it.
    pub assigned_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// What is spent of a budget in the windows of now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetTotals {
    /// By all holders.
    pub spent: Money,
    /// Holders at or above the soft limit and below the hard limit.
    pub over_soft: i64,
    /// Holders at or above the hard limit.
    pub over_hard: i64,
}

/// A window that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastWindow {
    /// Whose it was; `None` for a user or a project that was deleted since.
    pub holder: Option<Holder>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub starts_at: OffsetDateTime,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339")]
    pub ends_at: OffsetDateTime,
    /// The limits as they were.
    pub limits: Limits,
    /// What was spent.
    pub spent: Money,
}

/// Everything the page of a budget shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetDetail {
    /// Its facts.
    pub budget: BudgetRow,
    /// The latest assignments first, at most 50; the counts stand in `budget`.
    pub assignments: Vec<BudgetAssignment>,
    /// What is spent by all holders; `None` for more than [`crate::count::MAX_EXACT_COUNT`] users or projects, who are
    /// not summed up.
    pub totals: Option<BudgetTotals>,
    /// The windows that ended last, at most 10.
    pub past_windows: Vec<PastWindow>,
    /// The alerts that were raised last, at most 10.
    pub alerts: Vec<BudgetAlert>,
}
