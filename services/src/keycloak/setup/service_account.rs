//! The roles of the service account that reads users for the import.

use super::writer::{Mode, Object, Writer};
use super::{Error, Keycloak, find_client};
use crate::keycloak::shell::change_roles;
use serde_json::{Value, json};

/// The client whose roles allow requests to the admin API of its realm.
const REALM_MANAGEMENT: &str = "realm-management";

/// What the service account may do: read the realm, and nothing else.
pub const ROLES: [&str; 10] = [
    "view-users",
    "view-clients",
    "view-authorization",
    "view-events",
    "view-realm",
    "view-identity-providers",
    "query-users",
    "query-clients",
    "query-groups",
    "query-realms",
];

/// Gives the service account of `client` the roles that it lacks. It may have more: those were given for a reason.
pub(super) async fn ensure(
    writer: &mut Writer<'_>,
    realm: &str,
    client_id: &str,
    client: Option<&str>,
) -> Result<(), Error> {
    let keycloak = writer.keycloak();
    let management = find_client(keycloak, realm, REALM_MANAGEMENT).await?;
    let (Some(client), Some(management)) = (with_account(keycloak, realm, client).await?, management) else {
        // What is planned has neither yet.
        if writer.mode() == Mode::Apply {
            require_management(keycloak, realm).await?;
            return Err(Error::NoServiceAccount { client_id: client_id.to_owned() });
        }
        let missing = Object::named("roles of the service account of", client_id);
        return writer.create(missing, json!(ROLES)).await.map(drop);
    };
    let user: Value = keycloak.get(&[realm, "clients", client, "service-account-user"], &[]).await?;
    let user = user["id"].as_str().unwrap_or_default();
    let path = [realm, "users", user, "role-mappings", "clients", &management];
    let name = |role: &Value| role["name"].as_str().unwrap_or_default().to_owned();
    let held: Vec<Value> = keycloak.get(&[&path[..], &["composite"]].concat(), &[]).await?;
    let held: Vec<String> = held.iter().map(name).collect();
    // Keycloak's list of available roles leaves out those that the administrator may not grant, as if none were missing.
    let all: Vec<Value> = keycloak.get(&[realm, "clients", &management, "roles"], &[]).await?;
    let is_missing = |role: &Value| ROLES.contains(&name(role).as_str()) && !held.contains(&name(role));
    let missing: Vec<Value> = all.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().filter_map(|role| role["name"].as_str()).collect();
    let name = format!("{client_id}: {}", names.join(", "));
    let undo = change_roles("remove-roles", realm, client_id, &names);
    let object = Object::named("roles of the service account of", &name).created_at(&path).undone_by(&undo);
    writer.create(object, json!(missing)).await.map(drop)
}

/// Refuses a realm in which no roles can be given to the service account.
///
/// # Errors
/// The realm has no client `realm-management`, as the realm `master`.
pub(super) async fn require_management(keycloak: &Keycloak, realm: &str) -> Result<(), Error> {
    match find_client(keycloak, realm, REALM_MANAGEMENT).await? {
        Some(_) => Ok(()),
        None => Err(Error::NoRealmManagement { realm: realm.to_owned() }),
    }
}

/// The client, once it has a service account: a plan leaves that off.
async fn with_account<'a>(keycloak: &Keycloak, realm: &str, client: Option<&'a str>) -> Result<Option<&'a str>, Error> {
    let Some(id) = client else { return Ok(None) };
    let found: Value = keycloak.get(&[realm, "clients", id], &[]).await?;
    Ok((found["serviceAccountsEnabled"] == true).then_some(id))
}
