//! Users of the realm as pages show, create and change them, through the service account of `KEYCLOAK_ADMIN_URL`.
//!
//! Keycloak and the audit log have no common transaction. Each change is therefore an event that it began, committed before
//! anything is sent, and an event of what came of it. An event that began without a second one says that the instance was
//! stopped in between: Keycloak shows what became of it.

mod account;
mod create;
mod rights;

pub use create::create;
pub use rights::change_rights;

use super::realm::Existing;
use super::{Rules, edit};
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use crate::guard::{Caller, Can};
use account::Account;
use domain::claims::project_names;
use domain::error::Refusal;
use domain::id::{EventId, UserId};
use domain::keycloak_user::{Column, ListedUser, ManagedUser, Unavailable};
use domain::permission::ManageKeycloakUsers;
use domain::text::folded;
use serde_json::Value;

/// Users on a page of the list.
pub const ROWS: usize = 25;

/// Some users of the realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUsers {
    /// In the order of user names.
    pub rows: Vec<ListedUser>,
    /// Whether others follow.
    pub has_more: bool,
}

/// Whether users of the realm can be created and changed from here. Two requests.
///
/// # Errors
/// Why not, and what makes it possible.
pub async fn check(services: &Services, _: &Can<ManageKeycloakUsers>) -> Result<(), Unavailable> {
    Account::open(services).await.map(drop)
}

/// Users whose name, user name or address contains the text, after the first `skipped` ones. Two requests.
///
/// # Errors
/// They cannot be read.
pub async fn list(
    services: &Services,
    _: &Can<ManageKeycloakUsers>,
    text: &str,
    skipped: usize,
) -> Result<ListedUsers, Unavailable> {
    let account = Account::open(services).await?;
    let mut users = account.read(account.users().list(text, skipped, ROWS + 1)).await?;
    let has_more = users.len() > ROWS;
    users.truncate(ROWS);
    Ok(ListedUsers { rows: users.iter().map(listed).collect(), has_more })
}

/// A user with the rights that Keycloak has now. Four requests.
///
/// # Errors
/// [`Refusal::NotFound`]. The inner one says why no user can be read.
pub async fn load(
    services: &Services,
    _: &Can<ManageKeycloakUsers>,
    id: UserId,
) -> Result<Result<ManagedUser, Unavailable>, Error> {
    let account = match Account::open(services).await {
        Ok(account) => account,
        Err(why) => return Ok(Err(why)),
    };
    match account.read(account.users().find_by_id(&id.to_string())).await {
        Ok(Some(existing)) => Ok(Ok(managed(id, &existing, &account.rules))),
        Ok(None) => Err(Refusal::NotFound.into()),
        Err(why) => Ok(Err(why)),
    }
}

fn listed(user: &Value) -> ListedUser {
    let text = |field: &str| user[field].as_str().unwrap_or_default().to_owned();
    let username = text("username");
    let name = [text("firstName"), text("lastName")].join(" ").trim().to_owned();
    let mut projects = Vec::new();
    for column in [Column::Applications, Column::ApplicationsAdmin] {
        for name in project_names(user["attributes"].get(column.key())) {
            if !projects
                .iter()
                .any(|other: &domain::project::ProjectName| folded(other.as_str()) == folded(name.as_str()))
            {
                projects.push(name);
            }
        }
    }
    ListedUser {
        id: text("id").parse().ok(),
        name: if name.is_empty() { username.clone() } else { name },
        username,
        email: text("email"),
        enabled: user["enabled"] == true,
        projects,
    }
}

fn managed(id: UserId, existing: &Existing, rules: &Rules) -> ManagedUser {
    let user = &existing.user;
    ManagedUser {
        id,
        listed: listed(user),
        email_verified: user["emailVerified"] == true,
        is_external: edit::is_external(user, &rules.claims),
        rights: edit::rights(user, &existing.roles, &rules.roles),
    }
}

/// An event about a user of the realm.
fn entry(action: Action, user: UserId, username: &str) -> Entry {
    Entry::new(action, TargetType::User, user.0, username)
}

/// Carries work out to its end, also when the request that waits for it is dropped or the server is to stop. The event that
/// the work began is a part of it: of a request dropped between the two there would be an event to which nothing came.
fn to_its_end<T, W>(services: &Services, work: W) -> impl Future<Output = Result<T, Error>> + use<T, W>
where
    T: Send + 'static,
    W: Future<Output = Result<T, Error>> + Send + 'static,
{
    let ended = services.background.to_its_end(work);
    async move {
        let ended = ended.await;
        ended.ok_or_else(|| Error::Broken("a change of a user of Keycloak came to no end".to_owned()))?
    }
}

/// Writes what came of a change whose beginning is written already, whatever the caller may do by now.
async fn record_outcome(services: &Services, caller: &Caller, began: EventId, entry: Entry) -> Result<(), Error> {
    let mut transaction = services.pool.begin().await?;
    audit::write(services, &mut transaction, By::Caller(caller), entry.set("began", began)).await?;
    crate::change::commit(transaction).await
}
