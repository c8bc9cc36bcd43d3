//! What the page Overview shows: what needs a decision, what changed last, and how the platform is doing.

use crate::audit::{AuditEvent, AuditProof};
use crate::budget::{Holder, WaitingRequests};
use crate::delivery::Undelivered;
use crate::job::JobRow;
use crate::provider::ProviderHealth;
use crate::spending::MonthSpend;
use crate::usage::CategoryUsage;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How many holders at a hard limit, requests and anomalies are named.
pub const NAMED: usize = 4;
/// The most budgets at each limit that are counted.
pub const MAX_COUNTED: i64 = 1_000;
/// How many events are shown.
pub const EVENTS: u32 = 8;

/// All of it; a part that the viewer may not see is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Requests for budgets that wait; `None` also where budgets are switched off.
    pub requests: Option<WaitingRequests>,
    /// Who has reached a limit; `None` also where budgets are switched off.
    pub limits: Option<ReachedLimits>,
    /// Anomalies of the access matrix that need a decision.
    pub anomalies: Option<HighAnomalies>,
    /// What this month costs; `None` also where budgets are switched off.
    pub month: Option<MonthSpend>,
    /// What the console does by itself.
    pub work: Option<Work>,
    /// The identity provider; `None` also without one.
    pub provider: Option<ProviderHealth>,
    /// The audit log.
    pub audit: Option<AuditSummary>,
}

/// Open anomalies of high severity that are still checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HighAnomalies {
    /// How many there are, as far as [`crate::count::MAX_EXACT_COUNT`].
    pub count: i64,
    /// The titles of the newest.
    pub titles: Vec<String>,
}

/// Jobs and what one of them delivers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Every job with its last run.
    pub jobs: Vec<JobRow>,
    /// Messages that were not delivered.
    pub undelivered: Undelivered,
}

impl Work {
    /// The jobs whose last run failed or that are late.
    pub fn problems(&self, now: OffsetDateTime) -> impl Iterator<Item = &JobRow> {
        self.jobs.iter().filter(move |job| job.needs_attention(now))
    }
}

/// The end of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSummary {
    /// The newest events.
    pub events: Vec<AuditEvent>,
    /// The last verification of the chain; `None` before the first.
    pub proof: Option<AuditProof>,
}

/// Who has reached a limit of a budget in the window of now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedLimits {
    /// Whether all were counted; otherwise the counts are lower bounds, see [`MAX_COUNTED`].
    pub is_exact: bool,
    /// Users with their own budget or a default one.
    pub users: ReachedBy,
    /// Projects.
    pub projects: ReachedBy,
    /// Budgets that run out before they reset, the first one first; of those past their soft limit.
    pub running_out: Vec<RunsOut>,
    /// When budgets at or over a limit reset next, one for each of the next days in UTC.
    pub resets: Vec<Reset>,
    /// The job that notes who has reached a limit, where it stands still.
    pub stopped_job: Option<StoppedJob>,
}

/// A job that failed or is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedJob {
    /// When its last run ended; `None` before the first.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_run: Option<OffsetDateTime>,
    /// Whether that run failed.
    pub has_failed: bool,
}

impl StoppedJob {
    /// `None` for a job that runs as it should.
    pub fn of(job: &JobRow, now: OffsetDateTime) -> Option<Self> {
        let last_run = job.last.as_ref().map(|run| run.finished_at);
        job.needs_attention(now).then(|| Self { last_run, has_failed: job.has_failed() })
    }
}

/// Holders of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedBy {
    /// At a hard limit: calls are refused.
    pub at_hard_limit: i64,
    /// Over a soft limit of a budget whose hard limit is not reached.
    pub over_soft_limit: i64,
    /// Some of those at a hard limit, those that are refused longest first.
    pub named: Vec<LimitHolder>,
}

/// A holder of a budget, with what is spent of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitHolder {
    /// The user or the project.
    pub holder: Holder,
    /// What is spent.
    pub budget: CategoryUsage,
}

/// A budget that runs out before it resets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunsOut {
    /// Whose budget it is.
    pub of: LimitHolder,
    /// When, if the spend goes on as it did.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Budgets that reset on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// The first of them.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How many they are.
    pub count: i64,
}
