//! Who holds which roles of a realm, and by which path, as it was when it was read.
//!
//! What is granted is kept as Keycloak keeps it: users hold roles and are members of groups, groups hold roles, roles
//! contain roles. What follows from it is computed here, so that a snapshot stays small.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// The grants of a realm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The realm.
    pub realm: String,
    /// Its users, by user name; service accounts too.
    pub users: Vec<SnapshotUser>,
    /// Its roles: of the realm and of its clients.
    pub roles: Vec<SnapshotRole>,
    /// Its groups.
    pub groups: Vec<SnapshotGroup>,
    /// What could not be read, in sentences. A snapshot with such parts is partial.
    pub unread: Vec<String>,
    /// How many requests it took.
    pub requests: usize,
}

/// A user of the realm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotUser {
    /// Keycloak's id.
    pub id: String,
    /// The user name.
    pub username: String,
    /// The address.
    pub email: Option<String>,
    /// Whether the address is verified.
    pub is_email_verified: bool,
    /// Whether the user may sign in.
    pub is_enabled: bool,
    /// Whether a client acts as this user.
    pub is_service_account: bool,
    /// The roles that the user holds directly.
    pub roles: Vec<usize>,
    /// The groups that the user is a member of.
    pub groups: Vec<usize>,
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRole {
    /// The client that it belongs to; a realm role has none.
    pub client: Option<String>,
    /// Its name.
    pub name: String,
    /// The roles that it contains.
    pub composites: Vec<usize>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotGroup {
    /// Its path, like `/platform/operators`.
    pub path: String,
    /// The group that it lies in, whose roles its members hold too.
    pub parent: Option<usize>,
    /// The roles that it grants.
    pub roles: Vec<usize>,
}

/// How a user comes to a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GrantPath {
    /// The group that the user is a member of, and the one of its parents, or itself, that grants the role.
    pub group: Option<(usize, usize)>,
    /// From the role that is granted to the one that is reached; composites lie between.
    pub roles: Vec<usize>,
}

impl GrantPath {
    /// Whether the role is assigned to the user itself: what the user's own page in Keycloak shows.
    pub fn is_direct(&self) -> bool {
        self.group.is_none() && self.roles.len() == 1
    }
}

impl Snapshot {
    /// Whether a part of it could not be read.
    pub const fn is_partial(&self) -> bool {
        !self.unread.is_empty()
    }

    /// The roles that a user holds in effect, each with the paths that grant it: the shortest one for each grant.
    pub fn effective(&self, user: &SnapshotUser) -> BTreeMap<usize, Vec<GrantPath>> {
        let direct = user.roles.iter().map(|role| (None, *role));
        let by_group = user.groups.iter().flat_map(|member| {
            let grants = self.with_parents(*member);
            grants.flat_map(move |(index, group)| group.roles.iter().map(move |role| (Some((*member, index)), *role)))
        });
        let mut found: BTreeMap<usize, Vec<GrantPath>> = BTreeMap::new();
        for (group, granted) in direct.chain(by_group) {
            for (role, roles) in self.contained(granted) {
                found.entry(role).or_default().push(GrantPath { group, roles });
            }
        }
        found
    }

    /// A group, the one that it lies in, and so on; the realm's file cannot make a circle of them.
    fn with_parents(&self, group: usize) -> impl Iterator<Item = (usize, &SnapshotGroup)> {
        let first = self.groups.get(group).map(|found| (group, found));
        let parent = |(_, group): &(usize, &SnapshotGroup)| {
            let parent = group.parent?;
            self.groups.get(parent).map(|found| (parent, found))
        };
        std::iter::successors(first, parent).take(self.groups.len())
    }

    /// A role and the roles that it contains, each with the shortest way to it. Composites may contain each other.
    fn contained(&self, role: usize) -> BTreeMap<usize, Vec<usize>> {
        let mut ways = BTreeMap::from([(role, vec![role])]);
        let mut waiting = VecDeque::from([role]);
        while let Some(next) = waiting.pop_front() {
            let way = ways.get(&next).cloned().unwrap_or_default();
            for part in self.roles.get(next).into_iter().flat_map(|role| &role.composites) {
                if !ways.contains_key(part) {
                    ways.insert(*part, way.iter().copied().chain([*part]).collect());
                    waiting.push_back(*part);
                }
            }
        }
        ways
    }

    /// A path in words: `/platform/operators → platform-operator`.
    pub fn in_words(&self, path: &GrantPath) -> String {
        let group = path.group.and_then(|(member, granting)| {
            let name = |index: usize| self.groups.get(index).map(|group| format!("group {}", group.path));
            let parent = (member != granting).then(|| name(granting)).flatten();
            Some([name(member)?].into_iter().chain(parent).collect::<Vec<_>>().join(" → "))
        });
        let roles = path.roles.iter().filter_map(|role| self.roles.get(*role)).map(SnapshotRole::title);
        group.into_iter().chain(roles).collect::<Vec<_>>().join(" → ")
    }
}

impl SnapshotRole {
    /// Its name with its client.
    pub fn title(&self) -> String {
        match &self.client {
            Some(client) => format!("{client} / {}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether Keycloak grants it to every user who is created in the realm.
    pub fn is_default_role(&self, realm: &str) -> bool {
        self.client.is_none() && self.name.strip_prefix("default-roles-") == Some(&realm.to_lowercase())
    }

    /// Whether Keycloak makes it itself in every realm, for its own account pages and its offline sessions.
    pub fn is_built_in(&self, realm: &str) -> bool {
        match self.client.as_deref() {
            Some("account" | "broker") => true,
            Some(_) => false,
            None => matches!(self.name.as_str(), "offline_access" | "uma_authorization") || self.is_default_role(realm),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str, composites: &[usize]) -> SnapshotRole {
        SnapshotRole { client: None, name: name.to_owned(), composites: composites.into() }
    }

    fn group(path: &str, parent: Option<usize>, roles: &[usize]) -> SnapshotGroup {
        SnapshotGroup { path: path.to_owned(), parent, roles: roles.into() }
    }

    /// Roles: 0 admin contains 1 operator, which contains 2 viewer, which contains 0 again.
    fn snapshot() -> Snapshot {
        Snapshot {
            realm: "main".to_owned(),
            roles: vec![role("admin", &[1]), role("operator", &[2]), role("viewer", &[0]), role("guest", &[])],
            groups: vec![group("/platform", None, &[1]), group("/platform/ops", Some(0), &[3])],
            ..Snapshot::default()
        }
    }

    fn paths(user: &SnapshotUser, role: usize) -> Vec<String> {
        let snapshot = snapshot();
        let effective = snapshot.effective(user);
        effective.get(&role).into_iter().flatten().map(|path| snapshot.in_words(path)).collect()
    }

    #[test]
    fn roles_of_parent_groups_and_of_composites_are_held_by_their_paths() {
        let user = SnapshotUser { roles: vec![2], groups: vec![1], ..SnapshotUser::default() };
        assert_eq!(
            paths(&user, 2),
            ["viewer", "group /platform/ops → group /platform → operator → viewer"],
            "one path for each grant, the shortest"
        );
        assert_eq!(paths(&user, 3), ["group /platform/ops → guest"]);
        let without_grants = SnapshotUser::default();
        assert_eq!(paths(&without_grants, 2), [""; 0]);
    }

    #[test]
    fn composites_that_contain_each_other_end() {
        let user = SnapshotUser { roles: vec![0], ..SnapshotUser::default() };
        assert_eq!(paths(&user, 0), ["admin"]);
        assert_eq!(paths(&user, 2), ["admin → operator → viewer"]);
    }

    #[test]
    fn only_an_assigned_role_is_direct() {
        let user = SnapshotUser { roles: vec![1], groups: vec![0], ..SnapshotUser::default() };
        let directness = |role| {
            let effective = snapshot().effective(&user);
            effective[&role].iter().map(GrantPath::is_direct).collect::<Vec<_>>()
        };
        assert_eq!(directness(1), [true, false]);
        assert_eq!(directness(2), [false, false]);
    }
}
