//! What runs in the background.

use super::metrics::{JOB_RUNS, JOB_SUCCESS};
use metrics::{counter, gauge};
use services::clock::Clock;

/// Takes down how a run of a job ended.
pub fn ran<T>(job: &'static str, result: Result<T, services::Error>, clock: &Clock) {
    let outcome = match result {
        Ok(_) => {
            gauge!(JOB_SUCCESS, "job" => job).set(clock.now().unix_timestamp() as f64);
            "succeeded"
        }
        Err(fault) => {
            tracing::warn!(job, %fault, "a job failed; it will be tried again");
            "failed"
        }
    };
    counter!(JOB_RUNS, "job" => job, "outcome" => outcome).increment(1);
}
