//! Reading the users of a realm.

use crate::identity::Identity;
use crate::keycloak::attributes::{ATTRIBUTES, is_writable_by_users};
use crate::keycloak::issuer::is_issuer_of;
use domain::import::RealmUser;
use domain::provider::ProviderKind;
use domain::text::folded;
use keycloak_admin::{Error, Keycloak};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// Users a page, with all their attributes.
const PAGE: u32 = 500;
/// Rows a page where only ids or addresses are read.
const LARGE_PAGE: usize = 1_000;

/// The realm whose users are imported, and who reads it.
pub struct Realm {
    keycloak: Arc<Keycloak>,
    name: String,
}

/// A page of users.
pub(super) struct Page {
    /// The first of them is the last one of the page before, unless users were deleted or added meanwhile.
    pub(super) users: Vec<RealmUser>,
    /// Where the next page begins.
    pub(super) next: u32,
    /// Whether it has as many users as were requested. Keycloak pages first and filters then, so a page that has less need
    /// not be the last one.
    pub(super) is_full: bool,
}

impl Page {
    /// Whether there are no users here and on later pages.
    pub(super) const fn is_end(&self) -> bool {
        self.users.is_empty()
    }
}

/// A user in the short form.
#[derive(Deserialize)]
struct Address {
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    #[serde(default)]
    duplicate_emails_allowed: bool,
}

impl Realm {
    /// The realm of this name, read with this client.
    pub fn new(keycloak: impl Into<Arc<Keycloak>>, name: String) -> Self {
        Self { keycloak: keycloak.into(), name }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of Keycloak.
    pub fn address(&self) -> &str {
        self.keycloak.base().as_str()
    }

    /// The issuer of tokens, when it is this realm that users sign in through.
    pub(super) fn issuer<'a>(&self, identity: &'a Identity) -> Option<&'a str> {
        let is_it = identity.kind() == ProviderKind::Keycloak && is_issuer_of(identity.issuer(), &self.name);
        is_it.then(|| identity.issuer())
    }

    /// How many users there are, service accounts not counted.
    pub(super) async fn count(&self) -> Result<u32, Error> {
        self.keycloak.get(&[&self.name, "users", "count"], &[]).await
    }

    /// Whether users can write an attribute that becomes a right of theirs.
    pub(super) async fn is_writable_by_users(&self) -> Result<bool, Error> {
        let profile: Option<Value> = self.find(&["users", "profile"]).await?;
        let is_writable = |profile| ATTRIBUTES.iter().any(|known| is_writable_by_users(&profile, known.name));
        Ok(profile.is_some_and(is_writable))
    }

    /// The page that begins at a position, in Keycloak's order: by username. It is read together with the user before it.
    pub(super) async fn page(&self, position: u32) -> Result<Page, Error> {
        let first = position.saturating_sub(1);
        let next = position + PAGE;
        let requested = (next - first) as usize;
        let users: Vec<RealmUser> = self.page_of(&["users"], false, first as usize, requested).await?;
        Ok(Page { is_full: users.len() >= requested, users, next })
    }

    /// What is at a path below the realm.
    pub(super) async fn find<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Option<T>, Error> {
        self.keycloak.find(&self.below(path)).await
    }

    /// Every row of a list, two pages at a time.
    pub(super) async fn each<T: DeserializeOwned>(&self, path: &[&str], mut take: impl FnMut(T)) -> Result<(), Error> {
        let mut first = 0;
        loop {
            let page = |first| self.page_of(path, true, first, LARGE_PAGE);
            let (page, next) = tokio::try_join!(page(first), page(first + LARGE_PAGE))?;
            // Keycloak pages first and filters then: only an empty page is the last one.
            let is_end = page.is_empty() || next.is_empty();
            page.into_iter().chain(next).for_each(&mut take);
            if is_end {
                return Ok(());
            }
            first += 2 * LARGE_PAGE;
        }
    }

    /// The addresses that several users have, in lower case. Only a realm that allows it needs a look.
    pub(super) async fn duplicate_addresses(&self) -> Result<HashSet<String>, Error> {
        let settings: Settings = self.keycloak.get(&[&self.name], &[]).await?;
        let (mut seen, mut duplicates) = (HashSet::new(), HashSet::new());
        if settings.duplicate_emails_allowed {
            self.each(&["users"], |user: Address| {
                let address = folded(user.email.as_deref().unwrap_or_default().trim());
                if !seen.insert(address.clone()) {
                    duplicates.insert(address);
                }
            })
            .await?;
        }
        Ok(duplicates)
    }

    async fn page_of<T: DeserializeOwned>(
        &self,
        path: &[&str],
        is_brief: bool,
        first: usize,
        length: usize,
    ) -> Result<Vec<T>, Error> {
        let (first, length, is_brief) = (first.to_string(), length.to_string(), is_brief.to_string());
        let query = [("first", first.as_str()), ("max", &length), ("briefRepresentation", &is_brief)];
        self.keycloak.get(&self.below(path), &query).await
    }

    fn below<'a>(&'a self, path: &[&'a str]) -> Vec<&'a str> {
        std::iter::once(self.name.as_str()).chain(path.iter().copied()).collect()
    }
}

impl std::fmt::Debug for Realm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Realm").field("name", &self.name).finish_non_exhaustive()
    }
}
