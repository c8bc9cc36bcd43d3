//! What the console was configured to do; the server reads it from the environment.

use std::num::NonZeroUsize;
use time::Duration;

/// Settings that rules depend on. Pages ask the server for them, so both cannot disagree.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `USER_PROJECT_LIMIT`: how many shared projects a regular user may be assigned to.
    pub project_limit: u32,
    /// `ENABLE_BUDGET_MANAGEMENT`: without it budgets are nowhere to be seen.
    pub budgets: bool,
    /// A session ends this long after sign-in.
    pub session_life: Duration,
    /// A session ends when it was not used for this long.
    pub session_idle: Duration,
    /// Tries an account has before it is locked.
    pub account_tries: u16,
    /// Tries a network has within one lock period.
    pub network_tries: u16,
    /// How long a lock lasts.
    pub lock_period: Duration,
    /// Passwords hashed at the same time; the rest waits.
    pub hash_workers: NonZeroUsize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            project_limit: 3,
            budgets: true,
            session_life: Duration::hours(24),
            session_idle: Duration::hours(8),
            account_tries: 5,
            network_tries: 50,
            lock_period: Duration::minutes(15),
            hash_workers: NonZeroUsize::MIN,
        }
    }
}
