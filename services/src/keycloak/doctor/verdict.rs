//! What a check returns.

use domain::doctor::{Outcome, Problem, Severity};

/// Why a check could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotChecked(pub(super) String);

/// Nothing, or what is wrong.
pub(super) type Verdict = Result<Option<Problem>, NotChecked>;

pub(super) fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Ok(None) => Outcome::Fine,
        Ok(Some(problem)) => Outcome::Found(problem),
        Err(NotChecked(why)) => Outcome::NotChecked(why),
    }
}

pub(super) fn not_checked(why: &str) -> Verdict {
    Err(NotChecked(why.to_owned()))
}

/// A problem without a command.
pub(super) fn problem(
    severity: Severity,
    title: impl Into<String>,
    found: impl Into<String>,
    mend: impl Into<String>,
) -> Problem {
    Problem { severity, title: title.into(), found: found.into(), mend: mend.into(), command: None }
}

/// A problem with the command that mends it.
pub(super) trait WithCommand {
    fn with_command(self, command: impl Into<String>) -> Self;
}

impl WithCommand for Problem {
    fn with_command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }
}
