//! Reads who holds which roles of a realm, for the access matrix.
//!
//! The number of requests depends on roles and groups, and on the number of users only by their pages: who holds a role
//! is asked once for each role, never for each user.

mod grants;

use domain::access_matrix::Snapshot;
use grants::Grants;
use keycloak_admin::{Error, Keycloak};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Users on a page of the list of users.
const USER_PAGE: usize = 1_000;
/// Holders of a role, or members of a group, on a page.
const MEMBER_PAGE: usize = 20_000;
/// Groups on a page.
const GROUP_PAGE: usize = 1_000;

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many users were read.
    Users(usize),
    /// The holders of so many roles were read, of so many.
    Roles(usize, usize),
    /// The members of so many groups were read, of so many.
    Groups(usize, usize),
}

/// Reads the grants of a realm. Where only a part cannot be read, the snapshot says so and is partial.
///
/// # Errors
/// Nothing can be read: Keycloak refuses the login, does not answer, or has no such realm.
pub async fn read(
    keycloak: &Keycloak,
    realm: &str,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Snapshot, Error> {
    let mut reader = Reader { keycloak, realm, requests: 0, unread: Vec::new() };
    let mut grants = Grants::default();
    reader.users(&mut grants, progress).await?;
    reader.roles(&mut grants).await?;
    reader.holders(&mut grants, progress).await?;
    reader.groups(&mut grants).await?;
    reader.members(&mut grants, progress).await?;
    Ok(grants.snapshot(realm, reader.unread, reader.requests))
}

/// Sends requests and counts them.
struct Reader<'a> {
    keycloak: &'a Keycloak,
    realm: &'a str,
    requests: usize,
    unread: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    username: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    enabled: bool,
}

#[derive(Deserialize)]
struct Role {
    id: String,
    name: String,
    #[serde(default)]
    composite: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    id: String,
    client_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    id: String,
    path: String,
    #[serde(default)]
    sub_group_count: usize,
    /// Filled by versions before 23; later ones have only the number.
    #[serde(default)]
    sub_groups: Vec<Self>,
    #[serde(default)]
    realm_roles: Vec<String>,
    #[serde(default)]
    client_roles: BTreeMap<String, Vec<String>>,
}

impl Reader<'_> {
    async fn get<T: DeserializeOwned>(&mut self, path: &[&str], query: &[(&str, &str)]) -> Result<T, Error> {
        self.requests += 1;
        let path: Vec<&str> = std::iter::once(self.realm).chain(path.iter().copied()).collect();
        self.keycloak.get(&path, query).await
    }

    /// Every row of a list, page after page.
    async fn all<T: DeserializeOwned>(
        &mut self,
        path: &[&str],
        is_brief: bool,
        length: usize,
        mut take: impl FnMut(T),
    ) -> Result<(), Error> {
        let (max, is_brief) = (length.to_string(), is_brief.to_string());
        for number in 0.. {
            let first = (number * length).to_string();
            let query = [("first", first.as_str()), ("max", &max), ("briefRepresentation", &is_brief)];
            let page: Vec<T> = self.get(path, &query).await?;
            let is_last = page.len() < length;
            page.into_iter().for_each(&mut take);
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// What was answered; `None` for a part that could not be read, which is noted.
    ///
    /// # Errors
    /// No other part can be read either.
    fn noted<T>(&mut self, what: impl FnOnce() -> String, answer: Result<T, Error>) -> Result<Option<T>, Error> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(
                error @ (Error::MissingRole { .. }
                | Error::NotFound { .. }
                | Error::Refused { .. }
                | Error::Answer { .. }),
            ) => {
                self.unread.push(format!("{} could not be read: {error}", what()));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn users(&mut self, grants: &mut Grants, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), Error> {
        let mut read = 0;
        let add = |user: User| {
            grants.add_user(user, false);
            read += 1;
            if read % USER_PAGE == 0 {
                progress(Progress::Users(read));
            }
        };
        let answer = self.all(&["users"], true, USER_PAGE, add).await;
        if self.noted(|| "The list of users".to_owned(), answer)?.is_none() {
            return Ok(());
        }
        progress(Progress::Users(read));
        // Pages shift when users are created or deleted meanwhile: a user may be missing then, and must not be so silently.
        let answer = self.get::<usize>(&["users", "count"], &[]).await;
        let count = self.noted(|| "The number of users".to_owned(), answer)?.unwrap_or_default();
        if let Some(missing) = count.checked_sub(grants.users.len()).filter(|missing| *missing > 0) {
            self.unread.push(format!("Users are missing: {missing}. The list of users changed while it was read."));
        }
        Ok(())
    }

    async fn roles(&mut self, grants: &mut Grants) -> Result<(), Error> {
        let answer = self.get::<Vec<Role>>(&["roles"], &[]).await;
        let roles = self.noted(|| "The roles of the realm".to_owned(), answer)?.unwrap_or_default();
        roles.into_iter().for_each(|role| grants.add_role(role, None));
        let answer = self.get::<Vec<Client>>(&["clients"], &[]).await;
        for client in self.noted(|| "The clients and their roles".to_owned(), answer)?.unwrap_or_default() {
            let answer = self.get::<Vec<Role>>(&["clients", &client.id, "roles"], &[]).await;
            let roles = self.noted(|| format!("The roles of the client {}", client.client_id), answer)?;
            roles.unwrap_or_default().into_iter().for_each(|role| grants.add_role(role, Some(&client)));
        }
        Ok(())
    }

    /// What each role contains and who holds it.
    async fn holders(&mut self, grants: &mut Grants, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), Error> {
        let count = grants.roles.len();
        for index in 0..count {
            let Some(role) = grants.role(index) else { continue };
            if role.is_composite {
                let answer = self.get::<Vec<Role>>(&["roles-by-id", &role.id, "composites"], &[]).await;
                let parts = self.noted(|| format!("What the role {} contains", role.title), answer)?;
                grants.set_composites(index, &parts.unwrap_or_default());
            }
            // The holders of the default role would be the list of users once more.
            if !grants.is_default_role(index, self.realm) {
                let path: Vec<&str> = match &role.client {
                    Some(client) => vec!["clients", client, "roles", &role.name, "users"],
                    None => vec!["roles", &role.name, "users"],
                };
                let answer = self.all(&path, true, MEMBER_PAGE, |user: User| grants.add_holder(index, user)).await;
                self.noted(|| format!("The users who hold the role {}", role.title), answer)?;
            }
            progress(Progress::Roles(index + 1, count));
        }
        Ok(())
    }

    /// Every group with the groups in it.
    async fn groups(&mut self, grants: &mut Grants) -> Result<(), Error> {
        let mut waiting: Vec<(Group, Option<usize>)> = Vec::new();
        let answer = self.all(&["groups"], false, GROUP_PAGE, |group| waiting.push((group, None))).await;
        self.noted(|| "The groups".to_owned(), answer)?;
        while let Some((mut group, parent)) = waiting.pop() {
            let nested = std::mem::take(&mut group.sub_groups);
            let has_more = nested.is_empty() && group.sub_group_count > 0;
            let (id, path) = (group.id.clone(), group.path.clone());
            let index = grants.add_group(group, parent);
            waiting.extend(nested.into_iter().map(|group| (group, Some(index))));
            if has_more {
                let add = |group| waiting.push((group, Some(index)));
                let answer = self.all(&["groups", &id, "children"], false, GROUP_PAGE, add).await;
                self.noted(|| format!("The groups in the group {path}"), answer)?;
            }
        }
        Ok(())
    }

    /// The members of each group that grants roles, itself or by the groups that it lies in.
    async fn members(&mut self, grants: &mut Grants, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), Error> {
        let granting = grants.granting_groups();
        let count = granting.len();
        for (number, (index, id)) in (1..).zip(granting) {
            let add = |user: User| grants.add_member(index, user);
            let answer = self.all(&["groups", &id, "members"], true, MEMBER_PAGE, add).await;
            self.noted(|| format!("The members of the group {}", grants.group_path(index)), answer)?;
            progress(Progress::Groups(number, count));
        }
        Ok(())
    }
}
