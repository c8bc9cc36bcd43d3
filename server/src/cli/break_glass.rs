//! `bursar break-glass`: its arguments.

use clap::Args;
use domain::break_glass::{CODE_LIFETIME, MAX_CODE_LIFETIME, MAX_SESSION_LIFETIME, SESSION_LIFETIME};

/// What `bursar break-glass` issues or revokes.
#[derive(Debug, Args)]
pub struct BreakGlass {
    /// How many minutes the code can be used.
    #[arg(long, value_name = "MINUTES", default_value_t = CODE_LIFETIME.whole_minutes(),
        value_parser = clap::value_parser!(i64).range(1..=MAX_CODE_LIFETIME.whole_minutes()))]
    pub valid_minutes: i64,
    /// How many minutes the session lasts.
    #[arg(long, value_name = "MINUTES", default_value_t = SESSION_LIFETIME.whole_minutes(),
        value_parser = clap::value_parser!(i64).range(1..=MAX_SESSION_LIFETIME.whole_minutes()))]
    pub session_minutes: i64,
    /// Who does it, for the audit log. Without it: the user and the host of this process.
    #[arg(long, value_name = "NAME")]
    pub issued_by: Option<String>,
    /// Revoke the code that can be used, and end the sessions of codes that were used.
    #[arg(long, conflicts_with_all = ["valid_minutes", "session_minutes"])]
    pub revoke: bool,
}
