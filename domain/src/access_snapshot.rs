//! Snapshots of the grants of a Keycloak realm over time, and what changed between two of them.

mod grants;

pub use grants::Grants;

use crate::count::counted;
use crate::page::Params;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The most changes that a page shows.
pub const MAX_CHANGES: usize = 500;

/// How a snapshot is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SnapshotState {
    /// Requested; no instance has begun it.
    Waiting,
    /// An instance reads the realm.
    Running,
    /// Everything was read.
    Complete,
    /// A part could not be read.
    Partial,
    /// Nothing was stored.
    Failed,
}

impl SnapshotState {
    const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Complete, Self::Partial, Self::Failed];

    /// Its word in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }

    /// The state of a word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// Its name on screens.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Running => "Running",
            Self::Complete => "Complete",
            Self::Partial => "Partial",
            Self::Failed => "Failed",
        }
    }

    /// Whether grants were stored, so that the snapshot can be compared.
    pub const fn is_stored(self) -> bool {
        matches!(self, Self::Complete | Self::Partial)
    }
}

/// How much of a realm was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadProgress {
    /// Users that were read.
    pub users: i32,
    /// Roles whose holders were read.
    pub roles: i32,
    /// All roles; 0 before they are known.
    pub all_roles: i32,
    /// Groups whose members were read.
    pub groups: i32,
    /// All groups that grant roles; 0 before they are known.
    pub all_groups: i32,
}

impl ReadProgress {
    /// In words: "12,000 users, 3 of 20 roles".
    pub fn in_words(&self) -> String {
        let part = |done: i32, all: i32, noun: &str| (all > 0).then(|| format!("{done} of {}", counted(all, noun)));
        let parts = [part(self.roles, self.all_roles, "role"), part(self.groups, self.all_groups, "group")];
        std::iter::once(counted(self.users, "user")).chain(parts.into_iter().flatten()).collect::<Vec<_>>().join(", ")
    }
}

/// A snapshot as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRow {
    /// Its place in the order of snapshots.
    pub number: i64,
    /// How it is doing.
    pub state: SnapshotState,
    /// The name of the user who requested it; `None` for one of the daily job.
    pub requested_by: Option<String>,
    /// When it was requested or, after that, begun.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How much was read.
    pub progress: ReadProgress,
    /// Why it failed, or what could not be read.
    pub problem: Option<String>,
}

/// What became of a grant between two snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChangeKind {
    /// The user did not hold the role before.
    Gained,
    /// The user does not hold the role any longer.
    Lost,
    /// The user held the role before by other paths.
    PathAdded,
    /// The user still holds the role by other paths.
    PathRemoved,
}

impl ChangeKind {
    /// What became of it. `is_gain` is about the path; `holds_otherwise` tells whether the user has a path to the role in
    /// the snapshot that does not have this one.
    pub const fn new(is_gain: bool, holds_otherwise: bool) -> Self {
        match (is_gain, holds_otherwise) {
            (true, false) => Self::Gained,
            (false, false) => Self::Lost,
            (true, true) => Self::PathAdded,
            (false, true) => Self::PathRemoved,
        }
    }

    /// Its name on screens.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Gained => "Gained",
            Self::Lost => "Lost",
            Self::PathAdded => "Path added",
            Self::PathRemoved => "Path removed",
        }
    }
}

/// A grant that one of two snapshots has and the other one has not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GrantChange {
    /// The user name.
    pub username: String,
    /// The role with its client.
    pub role: String,
    /// How the user comes to the role.
    pub path: String,
    /// What became of it.
    pub kind: ChangeKind,
}

/// Two snapshots that are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The earlier one.
    pub from: SnapshotRow,
    /// The later one.
    pub to: SnapshotRow,
    /// The first changes, by user, role and path.
    pub changes: Vec<GrantChange>,
    /// Whether there are more than these.
    pub has_more: bool,
}

/// The snapshots of the realm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshots {
    /// The realm, or the variables without which there is no service account that reads it.
    pub realm: Result<String, Vec<String>>,
    /// The latest first.
    pub rows: Vec<SnapshotRow>,
    /// What changed; `None` before there are two snapshots.
    pub comparison: Option<Comparison>,
}

impl Snapshots {
    /// The snapshot that is waiting or running.
    pub fn unfinished(&self) -> Option<&SnapshotRow> {
        self.rows.iter().find(|row| matches!(row.state, SnapshotState::Waiting | SnapshotState::Running))
    }
}

/// Which snapshots are compared; the last two unless the address names others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonQuery {
    /// The number of one.
    pub from: Option<i64>,
    /// The number of the other one.
    pub to: Option<i64>,
}

impl ComparisonQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        let number = |raw: &str| {
            let number = raw.trim().parse::<i64>().ok().filter(|number| *number > 0);
            number.ok_or_else(|| Violation::unknown_choice("a snapshot from the list"))
        };
        Self { from: params.take("from", number), to: params.take("to", number) }
    }

    /// The parameters of its address.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let pairs = [("from", self.from), ("to", self.to)];
        pairs.into_iter().filter_map(|(name, number)| Some((name, number?.to_string()))).collect()
    }

    /// The earlier and the later one of the stored snapshots that are meant; `rows` has the latest first.
    pub fn choose<'a>(&self, rows: &'a [SnapshotRow]) -> Option<(&'a SnapshotRow, &'a SnapshotRow)> {
        let stored = || rows.iter().filter(|row| row.state.is_stored());
        let named = |number: Option<i64>| stored().find(|row| Some(row.number) == number);
        let to = named(self.to).or_else(|| stored().find(|row| Some(row.number) != self.from))?;
        let before = || stored().find(|row| row.number < to.number);
        let from = named(self.from).or_else(before).filter(|from| from.number != to.number)?;
        Some(if from.number < to.number { (from, to) } else { (to, from) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn rows() -> Vec<SnapshotRow> {
        let row = |number, state| SnapshotRow {
            number,
            state,
            requested_by: None,
            at: datetime!(2026-03-02 09:00 UTC),
            progress: ReadProgress::default(),
            problem: None,
        };
        vec![
            row(9, SnapshotState::Running),
            row(7, SnapshotState::Partial),
            row(5, SnapshotState::Failed),
            row(4, SnapshotState::Complete),
            row(2, SnapshotState::Complete),
        ]
    }

    fn chosen(from: Option<i64>, to: Option<i64>) -> Option<(i64, i64)> {
        ComparisonQuery { from, to }.choose(&rows()).map(|(from, to)| (from.number, to.number))
    }

    #[test]
    fn last_two_stored_snapshots_are_compared_unless_others_are_named() {
        assert_eq!(chosen(None, None), Some((4, 7)));
        assert_eq!(chosen(Some(2), None), Some((2, 7)));
        assert_eq!(chosen(None, Some(4)), Some((2, 4)));
        assert_eq!(chosen(Some(7), Some(2)), Some((2, 7)), "the earlier one comes first");
        assert_eq!(chosen(Some(7), None), Some((4, 7)));
        assert_eq!(chosen(Some(5), Some(9)), Some((4, 7)), "without grants there is nothing to compare");
        assert_eq!(chosen(Some(4), Some(4)), None);
        assert_eq!(ComparisonQuery::default().choose(&rows()[4..]), None);
    }

    #[test]
    fn progress_names_what_is_known() {
        let progress = ReadProgress { users: 12_000, ..ReadProgress::default() };
        assert_eq!(progress.in_words(), "12,000 users");
        let progress = ReadProgress { roles: 3, all_roles: 20, groups: 1, all_groups: 1, ..progress };
        assert_eq!(progress.in_words(), "12,000 users, 3 of 20 roles, 1 of 1 group");
    }

    #[test]
    fn numbers_in_an_address_read_back_and_other_words_are_named() {
        let query = ComparisonQuery { from: Some(2), to: Some(4) };
        let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
        assert_eq!(ComparisonQuery::from_params(&mut Params::new(pairs)), query);
        let mut params = Params::new([("from", "0"), ("to", "x")].map(|(name, raw)| (name.to_owned(), raw.to_owned())));
        assert_eq!(ComparisonQuery::from_params(&mut params), ComparisonQuery::default());
        assert_eq!(params.into_ignored(), ["from", "to"]);
    }
}
