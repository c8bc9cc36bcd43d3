//! What the console does by itself, again and again.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

macro_rules! jobs {
    ($($(#[doc = $doc:literal])* $job:ident $key:literal $title:literal every $minutes:literal: $purpose:literal;)*) => {
        /// Work of its own that the console does on a schedule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Job {
            $($(#[doc = $doc])* $job,)*
        }

        impl Job {
            /// All jobs, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$job,)*];

            /// Its name in the database, in metrics and in requests, which does not change.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$job => $key,)* }
            }

            /// What it does, as a heading.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$job => $title,)* }
            }

            /// Why it is done, as a sentence.
            pub const fn purpose(self) -> &'static str {
                match self { $(Self::$job => $purpose,)* }
            }

            const fn minutes(self) -> i64 {
                match self { $(Self::$job => $minutes,)* }
            }
        }
    };
}

jobs! {
    /// Chains new audit events.
    SealAudit "seal audit" "Seal the audit log" every 1:
        "Adds new events to a chain of hashes, so that a later change of them is found.";
    /// Verifies the chain of audit events.
    VerifyAudit "verify audit" "Verify the audit log" every 1440:
        "Computes the chain of hashes again, what is new once a day and all of it once a week, to find events that were \
         changed or removed.";
    /// Expires reservations.
    ExpireReservations "expire reservations" "Expire reservations" every 1:
        "Gives back what was reserved for calls that were neither settled nor released in time.";
    /// Raises alerts of budgets.
    RaiseAlerts "raise alerts" "Raise budget alerts" every 1:
        "Tells users and project admins when a budget has reached a limit at which it alerts.";
    /// Delivers messages.
    DeliverMessages "deliver messages" "Deliver messages" every 1:
        "Sends mails, webhooks and changes to LiteLLM that wait, and removes mails and webhooks after 30 days.";
    /// Finds what LiteLLM has to be told.
    PlanLiteLlm "plan litellm" "Find changes for LiteLLM" every 1:
        "Compares budgets, assignments and shares with what the LiteLLM proxy was told, so that it is told what has changed. \
         Needs LITELLM_URL.";
    /// Collects spend of LiteLLM.
    CollectLiteLlm "collect litellm" "Collect spend from LiteLLM" every 60:
        "Reads what each customer of the LiteLLM proxy has spent, and adds what is new to the ledger. Needs \
         LITELLM_COLLECT_SPEND.";
    /// Prepares the ledger of spend.
    PrepareLedger "prepare ledger" "Prepare the spend ledger" every 30:
        "Creates the tables of this month and the next, and removes idempotency keys that are older than 92 days.";
    /// Adds up spend.
    AddUpSpend "add up spend" "Add up the spend of past days" every 5:
        "Writes the sums of the days that are over, which the page of spending reads.";
    /// Removes deleted projects.
    PurgeProjects "purge projects" "Purge deleted projects" every 10:
        "Removes projects that were deleted 30 days ago, and frees their names.";
    /// Takes a snapshot of the grants in Keycloak.
    TakeAccessSnapshot "take access snapshot" "Take an access snapshot" every 1440:
        "Reads who holds which roles in Keycloak, so that changes are seen. Needs a service account of Keycloak.";
    /// Deletes sessions.
    ForgetSessions "forget sessions" "Delete expired sessions" every 10:
        "Removes sessions that have expired.";
    /// Deletes sign-ins under way.
    ForgetSignIns "forget sign-ins" "Delete unfinished sign-ins" every 10:
        "Removes sign-ins that did not come back from the identity provider.";
    /// Deletes one-time passwords.
    ForgetOneTimePasswords "forget one-time passwords" "Delete one-time passwords" every 10:
        "Removes one-time passwords that were not shown in time.";
    /// Deletes devices.
    ForgetDevices "forget devices" "Delete unused devices" every 10:
        "Removes browsers that no user has signed in from for a long time.";
    /// Deletes networks with failed sign-ins.
    ForgetTries "forget tries" "Reset sign-in limits of networks" every 10:
        "Removes failed sign-ins of networks that may try again.";
    /// Deletes addresses with failed sign-ins.
    ForgetAddresses "forget addresses" "Reset sign-in limits of addresses" every 10:
        "Removes failed sign-ins with e-mail addresses that no user has.";
    /// Deletes answers kept for repeated requests.
    ForgetAnswers "forget answers" "Delete stored API responses" every 10:
        "Removes responses that were stored for API requests sent twice.";
}

impl Job {
    /// From its [`key`](Self::key).
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|job| job.key() == key)
    }

    /// From the start of one run to that of the next.
    pub const fn interval(self) -> Duration {
        Duration::minutes(self.minutes())
    }

    /// When it runs without a schedule of the operator's, for example "Every 10 minutes".
    pub fn schedule(self) -> String {
        match self.minutes() {
            1 => "Every minute".to_owned(),
            60 => "Every hour".to_owned(),
            1440 => "Every day".to_owned(),
            minutes => format!("Every {minutes} minutes"),
        }
    }
}

/// A job and its last run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    /// The job.
    pub job: Job,
    /// When it runs, in words.
    pub schedule: String,
    /// When it runs next; in the past for a moment, until an instance takes it.
    #[serde(with = "time::serde::rfc3339")]
    pub next_at: OffsetDateTime,
    /// Whether an instance is running it.
    pub is_running: bool,
    /// The run that ended last; `None` before the first.
    pub last: Option<Run>,
}

/// How long after its time a job is late: an instance takes jobs that are due every few seconds.
const LATE_AFTER: Duration = Duration::minutes(5);

impl JobRow {
    /// Whether no instance has taken it although its time has passed.
    pub fn is_late(&self, now: OffsetDateTime) -> bool {
        !self.is_running && self.next_at + LATE_AFTER <= now
    }

    /// Whether the run that ended last failed.
    pub fn has_failed(&self) -> bool {
        self.last.as_ref().is_some_and(|run| run.problem.is_some())
    }

    /// Whether it failed or is late.
    pub fn needs_attention(&self, now: OffsetDateTime) -> bool {
        self.has_failed() || self.is_late(now)
    }
}

/// A run that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it ended.
    #[serde(with = "time::serde::rfc3339")]
    pub finished_at: OffsetDateTime,
    /// Why it failed; `None` when it succeeded.
    pub problem: Option<String>,
    /// How many runs in a row have failed.
    pub failures: i32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use time::macros::datetime;

    #[test]
    fn every_job_is_found_by_its_key_alone() {
        let keys: HashSet<_> = Job::ALL.iter().map(|job| job.key()).collect();
        assert_eq!(keys.len(), Job::ALL.len());
        for job in Job::ALL {
            assert_eq!(Job::from_key(job.key()), Some(*job));
        }
        assert_eq!(Job::from_key("forget everything"), None);
    }
    #[test]
    fn job_is_late_five_minutes_after_its_time_unless_it_runs() {
        let next_at = datetime!(2026-11-18 09:00 UTC);
        let late = |is_running, minutes| {
            JobRow { job: Job::SealAudit, schedule: Job::SealAudit.schedule(), next_at, is_running, last: None }
                .is_late(next_at + Duration::minutes(minutes))
        };
        assert_eq!(
            [(false, 4), (false, 5), (true, 5)].map(|(runs, minutes)| late(runs, minutes)),
            [false, true, false]
        );
    }
}
