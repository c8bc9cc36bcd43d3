//! What should not be so: rules over a snapshot and the declaration that it is compared with.

mod rule;
mod rules;

pub use rule::AnomalyRule;

use super::live::Holder;
use super::snapshot::{GrantPath, Snapshot, SnapshotUser};
use super::{Matrix, MatrixRole};
use crate::doctor::Severity;
use serde::Serialize;
use std::collections::BTreeSet;

/// So many names are written out; of the others their number.
const NAMES: usize = 5;

/// A finding of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Anomaly {
    /// The rule, by a word that does not change.
    pub rule: &'static str,
    /// The role, the resource or the address that it is about: with the rule it identifies the finding, whichever
    /// users are concerned.
    pub about: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is so.
    pub title: String,
    /// Why that matters, and who is concerned.
    pub explanation: String,
    /// How a role is reached, where that is the matter.
    pub paths: Vec<String>,
    /// Who decides about it.
    pub owner: Option<String>,
    /// The users who are concerned, by Keycloak's ids.
    #[serde(skip)]
    pub users: BTreeSet<String>,
}

impl Anomaly {
    fn new(rule: AnomalyRule, about: String, severity: Severity, title: String, explanation: String) -> Self {
        let (rule, paths, owner, users) = (rule.key(), Vec::new(), None, BTreeSet::new());
        Self { rule, about, severity, title, explanation, paths, owner, users }
    }

    fn of<'a>(mut self, users: impl IntoIterator<Item = &'a SnapshotUser>) -> Self {
        self.users = users.into_iter().map(|user| user.id.clone()).collect();
        self
    }
}

/// What the rules look at.
struct Facts<'a> {
    matrix: &'a Matrix,
    snapshot: &'a Snapshot,
    holders: &'a [Holder<'a>],
}

/// Every finding, the most severe first.
pub(super) fn find(matrix: &Matrix, snapshot: &Snapshot, holders: &[Holder]) -> Vec<Anomaly> {
    let facts = Facts { matrix, snapshot, holders };
    let mut found: Vec<Anomaly> = rules::ALL.iter().flat_map(|rule| rule(&facts)).collect();
    found.sort_by_key(|anomaly| anomaly.severity);
    found
}

/// Some of the users who hold a role.
struct Group<'a> {
    role: &'a MatrixRole,
    holders: Vec<&'a Holder<'a>>,
    /// How they come to the role.
    paths: Vec<&'a GrantPath>,
}

impl Facts<'_> {
    /// The declared roles of the realm that have holders who match a condition, each with these holders. The condition
    /// gets the role, the holder, and the paths that grant the role to the holder.
    fn by_role(&self, picks: impl Fn(&MatrixRole, &Holder, &[GrantPath]) -> bool) -> Vec<Group<'_>> {
        let roles = self.matrix.roles.iter().enumerate().filter(|(_, role)| role.realm == self.snapshot.realm);
        let groups = roles.map(|(index, role)| {
            let held = self.holders.iter().filter_map(|holder| Some((holder, holder.roles.get(&index)?)));
            let held: Vec<_> = held.filter(|(holder, paths)| picks(role, holder, paths)).collect();
            Group {
                role,
                holders: held.iter().map(|(holder, _)| *holder).collect(),
                paths: held.iter().flat_map(|(_, paths)| paths.iter()).collect(),
            }
        });
        groups.filter(|group| !group.holders.is_empty()).collect()
    }

    /// The index of a role of the realm in the snapshot.
    fn snapshot_role(&self, role: &MatrixRole) -> Option<usize> {
        self.snapshot.roles.iter().position(|found| found.client == role.client && found.name == role.name)
    }
}

impl Group<'_> {
    fn count(&self) -> String {
        users(self.holders.len())
    }

    const fn hold(&self) -> &'static str {
        hold(self.holders.len())
    }

    fn names(&self) -> String {
        names(self.users())
    }

    fn users(&self) -> impl Iterator<Item = &SnapshotUser> {
        self.holders.iter().map(|holder| holder.user)
    }

    /// A finding about the role, for its owner.
    fn anomaly(&self, rule: AnomalyRule, severity: Severity, title: String, explanation: String) -> Anomaly {
        let found = Anomaly::new(rule, self.role.title(), severity, title, explanation);
        Anomaly { owner: self.role.owner.clone(), ..found.of(self.users()) }
    }
}

fn users(count: usize) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

const fn hold(count: usize) -> &'static str {
    if count == 1 { "holds" } else { "hold" }
}

/// The first names, and how many more there are.
fn names<'a>(all: impl IntoIterator<Item = &'a SnapshotUser>) -> String {
    let all: Vec<&str> = all.into_iter().map(|user| user.username.as_str()).collect();
    let shown = all.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
