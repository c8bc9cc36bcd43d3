//! What the screen of the import shows: the last plan, the last import, and what a maintainer can do next.

use super::{ImportKind, ImportProgress};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// Whether an instance works on a plan or an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    /// An instance works on it.
    UnderWay,
    /// It stopped before the end, and goes on from there when it is started again.
    Interrupted,
    /// It is complete.
    Finished,
}

impl RunState {
    /// From what the row of the import says.
    pub fn at(now: OffsetDateTime, finished_at: Option<OffsetDateTime>, leased_until: Option<OffsetDateTime>) -> Self {
        match (finished_at, leased_until) {
            (Some(_), _) => Self::Finished,
            (None, Some(until)) if until > now => Self::UnderWay,
            (None, _) => Self::Interrupted,
        }
    }
}

/// A plan or an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRun {
    /// Its id.
    pub id: Uuid,
    /// How far it is.
    pub progress: ImportProgress,
    /// Whether an instance works on it.
    pub state: RunState,
    /// The name of the user who started it; `None` for the command line and for the start of the server.
    pub started_by: Option<String>,
}

/// The realm that can be imported, or why none can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportSource {
    /// A service account is configured.
    Ready {
        /// The address of Keycloak.
        address: String,
        /// The realm.
        realm: String,
    },
    /// These variables are not set.
    MissingVariables(Vec<String>),
    /// Keycloak keeps roles and projects, so Bursar has no place for them.
    KeycloakManaged,
    /// Another provider signs users in, or none.
    NoKeycloak,
}

/// The last plan and the last import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOverview {
    /// Where users come from.
    pub source: ImportSource,
    /// The last plan.
    pub plan: Option<ImportRun>,
    /// The last import.
    pub import: Option<ImportRun>,
}

/// What a maintainer can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NextImport {
    /// The first import of the realm.
    First,
    /// The rest of one that was interrupted.
    Resume,
    /// Another one, after one that is complete.
    Again,
}

impl ImportOverview {
    /// The plan or import of this kind.
    pub const fn of(&self, kind: ImportKind) -> Option<&ImportRun> {
        match kind {
            ImportKind::Plan => self.plan.as_ref(),
            ImportKind::Apply => self.import.as_ref(),
        }
    }

    /// The plan or import that an instance works on.
    pub fn under_way(&self) -> Option<&ImportRun> {
        [&self.import, &self.plan].into_iter().flatten().find(|run| run.state == RunState::UnderWay)
    }

    /// The plan or import that matters most: the one under way, else the one that began last.
    pub fn current(&self) -> Option<&ImportRun> {
        self.under_way().or_else(|| {
            let runs = [&self.plan, &self.import].into_iter().flatten();
            runs.max_by_key(|run| run.progress.started_at)
        })
    }

    /// The complete plan that was made after the last import began: what an import would do now.
    pub fn fresh_plan(&self) -> Option<&ImportRun> {
        let imported_at = self.import.as_ref().map(|import| import.progress.started_at);
        let is_fresh = |plan: &&ImportRun| {
            plan.state == RunState::Finished && imported_at.is_none_or(|at| plan.progress.started_at > at)
        };
        self.plan.as_ref().filter(is_fresh)
    }

    /// What can be started now; `None` while something is under way, and without a realm.
    pub fn next(&self) -> Option<NextImport> {
        if self.under_way().is_some() || !matches!(self.source, ImportSource::Ready { .. }) {
            return None;
        }
        Some(match self.import.as_ref().map(|import| import.state) {
            None => NextImport::First,
            Some(RunState::Finished) => NextImport::Again,
            Some(_) => NextImport::Resume,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ImportCounts;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-03-02 12:00 UTC);

    fn run(kind: ImportKind, minute: i64, state: RunState) -> ImportRun {
        let at = NOON + time::Duration::minutes(minute);
        ImportRun {
            id: Uuid::nil(),
            progress: ImportProgress {
                kind,
                realm: "main".to_owned(),
                total: 10,
                counts: ImportCounts::default(),
                has_attributes: true,
                is_writable_by_users: false,
                started_at: at,
                resumed_at: None,
                resumed_with: 0,
                updated_at: at,
                finished_at: (state == RunState::Finished).then_some(at),
                fault: None,
            },
            state,
            started_by: None,
        }
    }

    fn overview(plan: Option<ImportRun>, import: Option<ImportRun>) -> ImportOverview {
        let source = ImportSource::Ready { address: "https://auth.example.com".to_owned(), realm: "main".to_owned() };
        ImportOverview { source, plan, import }
    }

    #[test]
    fn expired_lease_means_interrupted() {
        let second = time::Duration::SECOND;
        assert_eq!(RunState::at(NOON, None, Some(NOON + second)), RunState::UnderWay);
        assert_eq!(RunState::at(NOON, None, Some(NOON)), RunState::Interrupted);
        assert_eq!(RunState::at(NOON, None, None), RunState::Interrupted);
        assert_eq!(RunState::at(NOON, Some(NOON), Some(NOON + second)), RunState::Finished);
    }

    #[test]
    fn plan_counts_until_an_import_begins() {
        use ImportKind::{Apply, Plan};
        let plan = || Some(run(Plan, 0, RunState::Finished));
        assert!(overview(plan(), None).fresh_plan().is_some());
        assert!(overview(plan(), Some(run(Apply, -1, RunState::Finished))).fresh_plan().is_some());
        assert_eq!(overview(plan(), Some(run(Apply, 1, RunState::Finished))).fresh_plan(), None);
        assert_eq!(overview(Some(run(Plan, 0, RunState::Interrupted)), None).fresh_plan(), None);
    }

    #[test]
    fn nothing_can_be_started_beside_a_run_under_way() {
        use ImportKind::{Apply, Plan};
        assert_eq!(overview(None, None).next(), Some(NextImport::First));
        assert_eq!(overview(None, Some(run(Apply, 0, RunState::Interrupted))).next(), Some(NextImport::Resume));
        assert_eq!(overview(None, Some(run(Apply, 0, RunState::Finished))).next(), Some(NextImport::Again));
        let planning = overview(Some(run(Plan, 1, RunState::UnderWay)), Some(run(Apply, 2, RunState::Finished)));
        assert_eq!(planning.next(), None);
        assert_eq!(planning.current().map(|run| run.progress.kind), Some(Plan));
        let source = ImportSource::MissingVariables(vec!["KEYCLOAK_ADMIN_URL".to_owned()]);
        assert_eq!(ImportOverview { source, plan: None, import: None }.next(), None);
    }
}
