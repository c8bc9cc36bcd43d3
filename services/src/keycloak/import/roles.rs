//! Who holds a realm role: directly, by a composite role, or by a group or one of its parents.
//!
//! The number of requests depends on the roles, clients and groups of the realm, and not on its users but for the pages
//! of members.

use super::realm::Realm;
use keycloak_admin::Error;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A realm role, or a role of a client.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Role {
    id: String,
    name: String,
    #[serde(default)]
    composite: bool,
    #[serde(default)]
    client_role: bool,
    /// The client of a role of a client.
    #[serde(default)]
    container_id: String,
}

/// Anything with an id.
#[derive(Deserialize)]
struct WithId {
    id: String,
}

impl Role {
    /// Its path below the realm.
    fn path<'a>(&'a self, last: &'a str) -> Vec<&'a str> {
        if self.client_role {
            vec!["clients", &self.container_id, "roles", &self.name, last]
        } else {
            vec!["roles", &self.name, last]
        }
    }
}

/// The ids of all users who hold a realm role. A role that does not exist has no holders.
pub(super) async fn holders(realm: &Realm, role: &str) -> Result<HashSet<Uuid>, Error> {
    let Some(role) = realm.find::<Role>(&["roles", role]).await? else { return Ok(HashSet::new()) };
    let (mut users, mut groups) = (HashSet::new(), Vec::new());
    let mut hold = |user: WithId| drop(user.id.parse().map(|id: Uuid| users.insert(id)));
    for role in granting(realm, role).await? {
        realm.each(&role.path("users"), &mut hold).await?;
        realm.each(&role.path("groups"), |group: WithId| groups.push(group.id)).await?;
    }
    for group in with_subgroups(realm, groups).await? {
        realm.each(&["groups", &group, "members"], &mut hold).await?;
    }
    Ok(users)
}

/// The role and every composite role that contains it, at any depth.
async fn granting(realm: &Realm, role: Role) -> Result<Vec<Role>, Error> {
    let mut parents: HashMap<String, Vec<Role>> = HashMap::new();
    for composite in composites(realm).await? {
        let children: Vec<WithId> =
            realm.find(&["roles-by-id", &composite.id, "composites"]).await?.unwrap_or_default();
        for child in children {
            parents.entry(child.id).or_default().push(composite.clone());
        }
    }
    let (mut found, mut next) = (HashSet::from([role.id.clone()]), 0);
    let mut granting = vec![role];
    while let Some(role) = granting.get(next) {
        let new = parents.get(&role.id).into_iter().flatten().filter(|parent| found.insert(parent.id.clone()));
        let new: Vec<Role> = new.cloned().collect();
        granting.extend(new);
        next += 1;
    }
    Ok(granting)
}

/// Every composite role of the realm and of its clients.
async fn composites(realm: &Realm) -> Result<Vec<Role>, Error> {
    let (mut composites, mut clients) = (Vec::new(), Vec::new());
    let mut keep = |role: Role| {
        if role.composite {
            composites.push(role);
        }
    };
    realm.each(&["roles"], &mut keep).await?;
    realm.each(&["clients"], |client: WithId| clients.push(client.id)).await?;
    for client in &clients {
        realm.each(&["clients", client, "roles"], &mut keep).await?;
    }
    Ok(composites)
}

/// The groups and all below them, whose members inherit their roles.
async fn with_subgroups(realm: &Realm, groups: Vec<String>) -> Result<HashSet<String>, Error> {
    let (mut found, mut open) = (HashSet::new(), groups);
    while let Some(group) = open.pop() {
        if found.insert(group.clone()) {
            realm.each(&["groups", &group, "children"], |child: WithId| open.push(child.id)).await?;
        }
    }
    Ok(found)
}
