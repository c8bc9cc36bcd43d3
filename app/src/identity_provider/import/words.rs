//! Words for plans and imports.

use domain::figures::grouped;
use domain::import::{ImportKind, ImportRun, Outcome, RunState};
use time::{Duration, OffsetDateTime};

/// "1,204"
pub(super) fn figure(count: u32) -> String {
    grouped(&count.to_string())
}

/// What state a run is in, and since when: the words stand before the time.
pub(super) fn state(run: &ImportRun) -> (&'static str, OffsetDateTime) {
    let progress = &run.progress;
    match (progress.kind, run.state) {
        (ImportKind::Plan, RunState::UnderWay) => ("Planning, started ", progress.started_at),
        (ImportKind::Plan, RunState::Interrupted) => ("Plan interrupted ", progress.updated_at),
        (ImportKind::Plan, RunState::Finished) => ("Planned ", progress.finished_at.unwrap_or(progress.updated_at)),
        (ImportKind::Apply, RunState::UnderWay) => ("Importing, started ", progress.started_at),
        (ImportKind::Apply, RunState::Interrupted) => ("Import interrupted ", progress.updated_at),
        (ImportKind::Apply, RunState::Finished) => ("Imported ", progress.finished_at.unwrap_or(progress.updated_at)),
    }
}

/// " by Ada Lovelace", where a user started it.
pub(super) fn by(run: &ImportRun) -> Option<String> {
    let verb = if run.state == RunState::UnderWay { "" } else { ", started" };
    run.started_by.as_ref().map(|name| format!("{verb} by {name}"))
}

/// An outcome in the tally: what a plan would do, what an import did.
pub(super) const fn tallied(kind: ImportKind, outcome: Outcome) -> &'static str {
    match (kind, outcome) {
        (ImportKind::Plan, Outcome::Created) => "Create",
        (ImportKind::Plan, Outcome::Updated) => "Update",
        (ImportKind::Plan, Outcome::Skipped) => "Skip",
        (_, Outcome::Conflict) => "Conflict, left out until resolved",
        (_, outcome) => outcome.title(),
    }
}

/// "less than a second", "12 s", "3 min 20 s", "2 h 5 min"
pub(super) fn duration(length: Duration) -> String {
    let seconds = length.whole_seconds();
    match seconds {
        ..1 => "less than a second".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// "250 users per second", "30 users per minute"
pub(super) fn per_second(rate: f64) -> String {
    if rate >= 1.5 { format!("{rate:.0} users per second") } else { format!("{:.0} users per minute", rate * 60.0) }
}

/// "about 40 s left", "about 3 min left"
pub(super) fn time_left(left: Duration) -> String {
    let seconds = left.whole_seconds().max(1);
    match seconds {
        ..60 => format!("about {seconds} s left"),
        60..3_600 => format!("about {} min left", (seconds + 30) / 60),
        _ => format!("about {} h {} min left", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let seconds = |seconds| duration(Duration::seconds(seconds));
        assert_eq!([0, 12, 200, 7_500].map(seconds), ["less than a second", "12 s", "3 min 20 s", "2 h 5 min"]);
        assert_eq!([250.4, 1.0].map(per_second), ["250 users per second", "60 users per minute"]);
        let left = |seconds| time_left(Duration::seconds(seconds));
        assert_eq!(
            [0, 40, 170, 7_500].map(left),
            ["about 1 s left", "about 40 s left", "about 3 min left", "about 2 h 5 min left"]
        );
    }
}
