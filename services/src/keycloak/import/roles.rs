//! Who holds a realm role: directly, by a composite role, or by a group or one of its parents.
//!
//! The number of requests depends on the roles, clients and groups of the realm, and not on its users but for the pages
//! of members.

use super::realm::Realm;
use domain::keycloak_user::{RealmRole, RealmRoles};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use keycloak_admin::Error;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Requests at one time: Keycloak answers users meanwhile.
const CONCURRENT_REQUESTS: usize = 4;

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

const fn is_composite(role: &Role) -> bool {
    role.composite
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

/// Which composite roles contain which roles.
pub(super) struct Granting {
    /// By the id of a role, the composite roles that contain it directly.
    parents: HashMap<String, Vec<Role>>,
}

impl Granting {
    /// Of all roles of the realm and its clients.
    pub(super) async fn load(realm: &Realm) -> Result<Self, Error> {
        let composites = composites(realm).await?;
        let contents: Vec<_> = composites.into_iter().map(|composite| with_contents(realm, composite)).collect();
        let contents: Vec<_> = stream::iter(contents).buffered(CONCURRENT_REQUESTS).try_collect().await?;
        let mut parents: HashMap<String, Vec<Role>> = HashMap::new();
        for (composite, children) in contents {
            for child in children {
                parents.entry(child.id).or_default().push(composite.clone());
            }
        }
        Ok(Self { parents })
    }

    /// The ids of all users who hold a realm role that gives a role of Bursar.
    pub(super) async fn holders(
        &self,
        realm: &Realm,
        roles: &RealmRoles,
        role: RealmRole,
    ) -> Result<HashSet<Uuid>, Error> {
        let mut users = HashSet::new();
        for name in roles.giving(role) {
            users.extend(self.holders_of(realm, name).await?);
        }
        Ok(users)
    }

    /// A role that does not exist has no holders.
    async fn holders_of(&self, realm: &Realm, role: &str) -> Result<HashSet<Uuid>, Error> {
        let Some(role) = realm.find::<Role>(&["roles", role]).await? else { return Ok(HashSet::new()) };
        let (mut users, mut groups) = (HashSet::new(), Vec::new());
        let mut hold = |user: WithId| drop(user.id.parse().map(|id: Uuid| users.insert(id)));
        for role in self.granting(role) {
            realm.each(&role.path("users"), &mut hold).await?;
            realm.each(&role.path("groups"), |group: WithId| groups.push(group.id)).await?;
        }
        for group in with_subgroups(realm, groups).await? {
            realm.each(&["groups", &group, "members"], &mut hold).await?;
        }
        Ok(users)
    }

    /// The role and every composite role that contains it, at any depth.
    fn granting(&self, role: Role) -> Vec<Role> {
        let (mut found, mut next) = (HashSet::from([role.id.clone()]), 0);
        let mut granting = vec![role];
        while let Some(role) = granting.get(next) {
            let parents = self.parents.get(&role.id).into_iter().flatten();
            let new: Vec<Role> = parents.filter(|parent| found.insert(parent.id.clone())).cloned().collect();
            granting.extend(new);
            next += 1;
        }
        granting
    }
}

/// Every composite role of the realm and of its clients.
async fn composites(realm: &Realm) -> Result<Vec<Role>, Error> {
    let (mut composites, mut clients) = (Vec::new(), Vec::new());
    realm.each(&["roles"], |role: Role| composites.extend(Some(role).filter(is_composite))).await?;
    realm.each(&["clients"], |client: WithId| clients.push(client.id)).await?;
    let of_clients: Vec<_> = clients.into_iter().map(|client| composites_of_client(realm, client)).collect();
    let of_clients: Vec<_> = stream::iter(of_clients).buffered(CONCURRENT_REQUESTS).try_collect().await?;
    composites.extend(of_clients.into_iter().flatten());
    Ok(composites)
}

async fn composites_of_client(realm: &Realm, client: String) -> Result<Vec<Role>, Error> {
    let mut composites = Vec::new();
    realm.each(&["clients", &client, "roles"], |role: Role| composites.extend(Some(role).filter(is_composite))).await?;
    Ok(composites)
}

/// A composite role with the roles that it contains directly.
async fn with_contents(realm: &Realm, composite: Role) -> Result<(Role, Vec<WithId>), Error> {
    let contents: Option<Vec<WithId>> = realm.find(&["roles-by-id", &composite.id, "composites"]).await?;
    Ok((composite, contents.unwrap_or_default()))
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
