//! The effective grants of a realm as they are stored: users, paths, and which user has which path.

use crate::access_matrix::Snapshot;
use std::collections::{BTreeSet, HashMap};

/// The effective grants of a realm, without the roles that Keycloak gives every user for its own pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Keycloak's ids of the users, and their names.
    pub users: Vec<(String, String)>,
    /// Roles with paths to them, in words.
    pub paths: Vec<(String, String)>,
    /// Indices of users and paths.
    pub held: BTreeSet<(usize, usize)>,
}

impl Grants {
    /// What a snapshot says.
    pub fn new(snapshot: &Snapshot) -> Self {
        let mut grants = Self::default();
        let mut known: HashMap<(String, String), usize> = HashMap::new();
        for user in &snapshot.users {
            let index = grants.users.len();
            for (role, paths) in snapshot.effective(user) {
                let Some(role) = snapshot.roles.get(role).filter(|role| !role.is_built_in(&snapshot.realm)) else {
                    continue;
                };
                for path in paths {
                    let path = (role.title(), snapshot.in_words(&path));
                    let path = *known.entry(path).or_insert_with_key(|path| {
                        grants.paths.push(path.clone());
                        grants.paths.len() - 1
                    });
                    grants.held.insert((index, path));
                }
            }
            grants.users.push((user.id.clone(), user.username.clone()));
        }
        grants
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_matrix::{SnapshotGroup, SnapshotRole, SnapshotUser};

    #[test]
    fn each_path_is_kept_once_and_built_in_roles_are_left_out() {
        let role = |name: &str, composites: &[usize]| SnapshotRole {
            client: None,
            name: name.to_owned(),
            composites: composites.into(),
        };
        let user = |name: &str, roles: &[usize]| SnapshotUser {
            id: format!("id of {name}"),
            username: name.to_owned(),
            roles: roles.into(),
            groups: vec![0],
            ..SnapshotUser::default()
        };
        let snapshot = Snapshot {
            realm: "main".to_owned(),
            roles: vec![role("default-roles-main", &[1]), role("viewer", &[]), role("offline_access", &[])],
            groups: vec![SnapshotGroup { path: "/ops".to_owned(), parent: None, roles: vec![1] }],
            users: vec![user("ada", &[0, 1, 2]), user("ben", &[])],
            ..Snapshot::default()
        };
        let grants = Grants::new(&snapshot);
        let path = |path: &str| ("viewer".to_owned(), path.to_owned());
        assert_eq!(grants.paths, [path("default-roles-main → viewer"), path("viewer"), path("group /ops → viewer")]);
        assert_eq!(grants.users[1], ("id of ben".to_owned(), "ben".to_owned()));
        assert_eq!(grants.held, BTreeSet::from([(0, 0), (0, 1), (0, 2), (1, 2)]));
    }
}
