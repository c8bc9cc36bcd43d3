//! The one-time import of the users of a Keycloak realm: what becomes of each of them.
//!
//! A user of the realm is read as a first sign-in reads a token ([`ImportedUser::parse`]). A user who exists already is
//! compared field by field with what the last import wrote ([`compare`]): only what was not edited in Bursar is updated.

mod compare;
mod overview;
mod realm_user;
mod report;
mod report_query;
mod result;

pub use compare::{Comparison, FieldChange, Membership, Snapshot, compare, next_base};
pub use overview::{ImportOverview, ImportRun, ImportSource, NextImport, RunState};
pub use realm_user::{HeldRoles, ImportedUser, RealmUser};
pub use report::{CSV_HEADER, ReportRow};
pub use report_query::{ReportLine, ReportQuery, ReportTab};
pub use result::{ImportResult, Outcome};

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// Whether an import writes users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportKind {
    /// It only records what it would do.
    Plan,
    /// It creates and updates users.
    Apply,
}

/// How many users had each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// New in Bursar.
    pub created: u32,
    /// In Bursar before, and changed.
    pub updated: u32,
    /// Left as they are.
    pub skipped: u32,
    /// Left out until an administrator resolves the conflict.
    pub conflicts: u32,
    /// The database refused them.
    pub failed: u32,
    /// Created or updated, and in more shared projects than `USER_PROJECT_LIMIT` allows.
    pub over_limit: u32,
}

impl ImportCounts {
    /// Counts one user.
    pub const fn add(&mut self, outcome: Outcome, is_over_limit: bool) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Conflict => self.conflicts += 1,
            Outcome::Failed => self.failed += 1,
        }
        if is_over_limit {
            self.over_limit += 1;
        }
    }

    /// Users with any outcome.
    pub const fn total(self) -> u32 {
        self.created + self.updated + self.skipped + self.conflicts + self.failed
    }

    /// Users with this outcome.
    pub const fn of(self, outcome: Outcome) -> u32 {
        match outcome {
            Outcome::Created => self.created,
            Outcome::Updated => self.updated,
            Outcome::Skipped => self.skipped,
            Outcome::Conflict => self.conflicts,
            Outcome::Failed => self.failed,
        }
    }
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProgress {
    /// Whether it writes users.
    pub kind: ImportKind,
    /// The realm whose users it reads.
    pub realm: String,
    /// Users in the realm, as Keycloak counted them when it began.
    pub total: u32,
    /// What became of the users so far.
    pub counts: ImportCounts,
    /// Whether Keycloak showed an attribute of any user.
    pub has_attributes: bool,
    /// Whether users of the realm could write the attributes that become rights.
    pub is_writable_by_users: bool,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it went on after an interruption, the last time.
    pub resumed_at: Option<OffsetDateTime>,
    /// Users who had an outcome then.
    pub resumed_with: u32,
    /// When the last page was committed.
    pub updated_at: OffsetDateTime,
    /// When it completed.
    pub finished_at: Option<OffsetDateTime>,
    /// Why it stopped before the end; it goes on from the last page when it is started again.
    pub fault: Option<String>,
}

impl ImportProgress {
    /// Users per second, on average since it began or went on, so that an interruption does not count; `None` in the first
    /// second.
    pub fn rate(&self) -> Option<f64> {
        let since = self.resumed_at.unwrap_or(self.started_at);
        let seconds = (self.finished_at.unwrap_or(self.updated_at) - since).as_seconds_f64();
        (seconds >= 1.0).then(|| f64::from(self.counts.total().saturating_sub(self.resumed_with)) / seconds)
    }

    /// How long the rest takes at this rate.
    pub fn time_left(&self) -> Option<Duration> {
        let rate = self.rate().filter(|rate| *rate > 0.0)?;
        let left = self.total.saturating_sub(self.counts.total());
        self.finished_at.is_none().then(|| Duration::seconds_f64((f64::from(left) / rate).ceil()))
    }
}

#[cfg(test)]
mod tests;
