//! Metrics. Counting costs next to nothing while they are not collected.

use crate::error::Error;
use domain::error::Refusal;
use metrics::{counter, describe_counter, describe_gauge, gauge};

const SIGN_INS: &str = "bursar_sign_ins_total";
const HASH_JOBS: &str = "bursar_password_hashes";
const WAITING: &str = "waiting";
const RUNNING: &str = "running";

/// Describes the metrics; called once, by what collects them.
pub fn describe() {
    describe_counter!(SIGN_INS, "Sign-ins, by identity provider and outcome");
    describe_gauge!(HASH_JOBS, "Passwords being hashed, and those that wait for a worker");
    for state in [WAITING, RUNNING] {
        gauge!(HASH_JOBS, "state" => state).set(0.0);
    }
}

/// Counts a sign-in by its outcome, and returns its result.
pub(crate) fn sign_in<T, E: Outcome>(provider: &'static str, result: Result<T, E>) -> Result<T, E> {
    let outcome = result.as_ref().err().map_or("succeeded", Outcome::outcome);
    counter!(SIGN_INS, "provider" => provider, "outcome" => outcome).increment(1);
    result
}

/// Why a sign-in began no session.
pub(crate) trait Outcome {
    /// As a label: `too_many`, `refused`, or `failed`, which is not the user's fault.
    fn outcome(&self) -> &'static str;
}

impl Outcome for Error {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Refused(Refusal::TooMany(_) | Refusal::SignInBlocked { .. }) => "too_many",
            Self::Refused(_) => "refused",
            Self::Database(_)
            | Self::Broken(_)
            | Self::PredefinedBudget { .. }
            | Self::AccessSnapshot { .. }
            | Self::AuditEntriesLost(_)
            | Self::AuditBroken(..) => "failed",
        }
    }
}

/// A password on its way to a worker or with one, counted as long as this value lives.
pub(crate) struct HashJob(&'static str);

impl HashJob {
    /// Waits for a worker.
    pub(crate) fn waiting() -> Self {
        Self::counted(WAITING)
    }

    /// Has got one.
    pub(crate) fn runs(self) -> Self {
        drop(self);
        Self::counted(RUNNING)
    }

    fn counted(state: &'static str) -> Self {
        gauge!(HASH_JOBS, "state" => state).increment(1.0);
        Self(state)
    }
}

impl Drop for HashJob {
    fn drop(&mut self) {
        gauge!(HASH_JOBS, "state" => self.0).decrement(1.0);
    }
}
