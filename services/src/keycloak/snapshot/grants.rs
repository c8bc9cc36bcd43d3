//! What was read so far, found again by Keycloak's ids.

use super::{Client, Group, Role, User};
use domain::access_matrix::{Snapshot, SnapshotGroup, SnapshotRole, SnapshotUser};
use std::collections::HashMap;

/// How Keycloak names the users of clients, which the list of users leaves out.
const SERVICE_ACCOUNT: &str = "service-account-";

#[derive(Default)]
pub(super) struct Grants {
    pub(super) users: Vec<SnapshotUser>,
    user_ids: HashMap<String, usize>,
    pub(super) roles: Vec<FoundRole>,
    role_ids: HashMap<String, usize>,
    groups: Vec<(String, SnapshotGroup)>,
}

/// A role with what requests about it need.
#[derive(Clone)]
pub(super) struct FoundRole {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) title: String,
    /// The id of its client, which is not the client's name.
    pub(super) client: Option<String>,
    pub(super) is_composite: bool,
    role: SnapshotRole,
}

impl Grants {
    /// The index of a user, who is added unless known.
    pub(super) fn add_user(&mut self, user: User, is_service_account: bool) -> usize {
        if let Some(index) = self.user_ids.get(&user.id) {
            return *index;
        }
        let index = self.users.len();
        self.user_ids.insert(user.id.clone(), index);
        self.users.push(SnapshotUser {
            id: user.id,
            username: user.username,
            email: user.email,
            is_email_verified: user.email_verified,
            is_enabled: user.enabled,
            is_service_account,
            roles: Vec::new(),
            groups: Vec::new(),
        });
        index
    }

    /// A holder of a role or member of a group. The list of users leaves out service accounts, which have a fixed prefix.
    fn named(&mut self, user: User) -> Option<&mut SnapshotUser> {
        let is_service_account = user.username.starts_with(SERVICE_ACCOUNT);
        let index = self.add_user(user, is_service_account);
        self.users.get_mut(index)
    }

    pub(super) fn add_role(&mut self, role: Role, client: Option<&Client>) {
        let shown = SnapshotRole {
            client: client.map(|client| client.client_id.clone()),
            name: role.name.clone(),
            composites: Vec::new(),
        };
        self.role_ids.insert(role.id.clone(), self.roles.len());
        self.roles.push(FoundRole {
            id: role.id,
            name: role.name,
            title: shown.title(),
            client: client.map(|client| client.id.clone()),
            is_composite: role.composite,
            role: shown,
        });
    }

    pub(super) fn role(&self, index: usize) -> Option<FoundRole> {
        self.roles.get(index).cloned()
    }

    /// Whether Keycloak grants the role to every user.
    pub(super) fn is_default_role(&self, index: usize, realm: &str) -> bool {
        self.roles.get(index).is_some_and(|found| found.role.is_default_role(realm))
    }

    pub(super) fn set_composites(&mut self, index: usize, parts: &[Role]) {
        let parts = parts.iter().filter_map(|part| self.role_ids.get(&part.id).copied()).collect();
        if let Some(found) = self.roles.get_mut(index) {
            found.role.composites = parts;
        }
    }

    pub(super) fn add_holder(&mut self, role: usize, user: User) {
        if let Some(user) = self.named(user) {
            user.roles.push(role);
        }
    }

    pub(super) fn add_group(&mut self, group: Group, parent: Option<usize>) -> usize {
        let realm_roles = group.realm_roles.iter().map(|name| (None, name));
        let client_roles =
            group.client_roles.iter().flat_map(|(client, names)| names.iter().map(move |name| (Some(client), name)));
        let roles =
            realm_roles.chain(client_roles).filter_map(|(client, name)| self.role_named(client, name)).collect();
        self.groups.push((group.id, SnapshotGroup { path: group.path, parent, roles }));
        self.groups.len() - 1
    }

    fn role_named(&self, client: Option<&String>, name: &str) -> Option<usize> {
        self.roles.iter().position(|found| found.role.client.as_ref() == client && found.role.name == name)
    }

    /// The groups whose members hold roles by them, with their ids.
    pub(super) fn granting_groups(&self) -> Vec<(usize, String)> {
        let mut grants: Vec<bool> = Vec::new();
        // A group comes after the one that it lies in.
        for (_, group) in &self.groups {
            let inherits = group.parent.and_then(|parent| grants.get(parent).copied()).unwrap_or(false);
            grants.push(inherits || !group.roles.is_empty());
        }
        let granting = self.groups.iter().zip(grants).enumerate().filter(|(_, (_, grants))| *grants);
        granting.map(|(index, ((id, _), _))| (index, id.clone())).collect()
    }

    pub(super) fn group_path(&self, index: usize) -> &str {
        self.groups.get(index).map_or("", |(_, group)| &group.path)
    }

    pub(super) fn add_member(&mut self, group: usize, user: User) {
        if let Some(user) = self.named(user) {
            user.groups.push(group);
        }
    }

    pub(super) fn snapshot(mut self, realm: &str, unread: Vec<String>, requests: usize) -> Snapshot {
        let default_role = (0..self.roles.len()).find(|index| self.is_default_role(*index, realm));
        self.users.iter_mut().for_each(|user| user.roles.extend(default_role));
        self.users.sort_by(|one, other| one.username.cmp(&other.username));
        Snapshot {
            realm: realm.to_owned(),
            users: self.users,
            roles: self.roles.into_iter().map(|found| found.role).collect(),
            groups: self.groups.into_iter().map(|(_, group)| group).collect(),
            unread,
            requests,
        }
    }
}
