//! Sets a realm up for Bursar: everything that the guides list by hand, and only what differs.

mod broker;
mod merge;
mod representations;
mod service_account;
mod undo;
mod writer;

pub use broker::{Broker, Endpoints};
pub use keycloak_admin::{Error, Keycloak, Login};
pub use merge::Difference;
pub use service_account::ROLES;
pub use writer::{Change, Mode, Step};

use domain::keycloak_user::{RealmRole, RealmRoles};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use writer::{Object, Writer};

/// How a realm is set up.
#[derive(Clone, Debug)]
pub struct RealmSetup {
    /// The realm's name.
    pub realm: String,
    /// Bursar's address, without a slash at its end.
    pub public_url: String,
    /// The client that Bursar is.
    pub client_id: String,
    /// The client whose service account the import and the checks use.
    pub service_client_id: String,
    /// The realm roles to create; none where the roles of users are read from another claim.
    pub roles: Option<RealmRoles>,
    /// Whether the claim `guest` marks external users.
    pub is_guest_mapped: bool,
    /// A directory behind Keycloak, such as Entra ID.
    pub broker: Option<Broker>,
}

/// What was, or would be, done.
#[derive(Debug)]
pub struct Outcome {
    /// In the order in which it was done; empty when the realm is as it should be.
    pub steps: Vec<Step>,
    /// The secret of the client that Bursar is; none when it was not created yet.
    pub client_secret: Option<SecretString>,
    /// The secret of the service account's client; none when it was not created yet.
    pub service_client_secret: Option<SecretString>,
}

/// Sets the realm up, or says what would be done. Repeating it changes nothing.
///
/// # Errors
/// Keycloak refuses or does not answer. What was done until then stays, and the next run goes on from there.
pub async fn run(keycloak: &Keycloak, setup: &RealmSetup, mode: Mode) -> Result<Outcome, Error> {
    let realm = setup.realm.as_str();
    let mut writer = Writer::new(keycloak, mode);
    let path = [realm];
    let object = Object::named("realm", realm).at(&path).created_at(&[]);
    // A realm in use keeps its settings; a new one begins with safe ones.
    match writer.find(&path).await? {
        Some(_) => {
            // Refused before anything is changed.
            service_account::require_management(keycloak, realm).await?;
            writer.ensure(object, representations::realm(realm)).await?;
        }
        None => writer.create(object, representations::new_realm(realm)).await.map(drop)?,
    }
    user_profile(&mut writer, realm).await?;
    for (name, role) in setup.roles.iter().flat_map(RealmRoles::iter) {
        let path = [realm, "roles", name];
        // A role in use keeps its description.
        if writer.find(&path).await?.is_none() {
            let object = Object::named("role", name).at(&path).created_at(&path[..2]);
            writer.create(object, representations::role(name, role)).await?;
        }
    }
    let (client, service) = clients(&mut writer, setup).await?;
    service_account::ensure(&mut writer, realm, &setup.service_client_id, service.as_deref()).await?;
    if let Some(broker) = &setup.broker {
        let developer = setup.roles.as_ref().and_then(|roles| roles.granted(RealmRole::Developer));
        broker::ensure(&mut writer, realm, broker, developer).await?;
    }
    Ok(Outcome {
        client_secret: secret(keycloak, realm, client.as_deref()).await?,
        service_client_secret: secret(keycloak, realm, service.as_deref()).await?,
        steps: writer.into_steps(),
    })
}

/// Declares the attributes that become claims, so that only administrators write them. Attributes of others stay.
async fn user_profile(writer: &mut Writer<'_>, realm: &str) -> Result<(), Error> {
    let path = [realm, "users", "profile"];
    let object = Object::named("user profile of", realm).at(&path).created_at(&path);
    writer.ensure(object, json!({ "attributes": representations::attributes() })).await
}

/// Creates or changes the client that Bursar is and the client of the service account, which may be the same; their ids
/// in Keycloak.
async fn clients(writer: &mut Writer<'_>, setup: &RealmSetup) -> Result<(Option<String>, Option<String>), Error> {
    let (realm, client_id, service_id) = (&setup.realm, &setup.client_id, &setup.service_client_id);
    let (mut required, service) = (representations::client(setup), representations::service_client(service_id));
    if client_id == service_id {
        merge::merge(&mut required, &service);
        let client = client(writer, realm, client_id, required.clone(), required).await?;
        return Ok((client.clone(), client));
    }
    let client = client(writer, realm, client_id, required.clone(), required).await?;
    let new_service = representations::new_service_client(service_id);
    let service = self::client(writer, realm, service_id, service, new_service).await?;
    Ok((client, service))
}

/// Creates a client as `new`, or changes what an existing one lacks of `required`; its id in Keycloak, which it has once
/// it is created.
async fn client(
    writer: &mut Writer<'_>,
    realm: &str,
    client_id: &str,
    required: Value,
    new: Value,
) -> Result<Option<String>, Error> {
    let parent = [realm, "clients"];
    let object = Object::named("client", client_id);
    match find_client(writer.keycloak(), realm, client_id).await? {
        Some(id) => {
            writer.ensure(object.at(&[realm, "clients", &id]).created_at(&parent), required).await?;
            Ok(Some(id))
        }
        None => writer.create(object.created_at(&parent), new).await,
    }
}

/// The id of a client in Keycloak, of which `client_id` is only a field.
async fn find_client(keycloak: &Keycloak, realm: &str, client_id: &str) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct Client {
        id: String,
    }
    match keycloak.get::<Vec<Client>>(&[realm, "clients"], &[("clientId", client_id)]).await {
        Err(Error::NoRealm { .. }) => Ok(None),
        found => Ok(found?.into_iter().next().map(|client| client.id)),
    }
}

async fn secret(keycloak: &Keycloak, realm: &str, client: Option<&str>) -> Result<Option<SecretString>, Error> {
    #[derive(Deserialize)]
    struct Secret {
        value: Option<String>,
    }
    let Some(id) = client else { return Ok(None) };
    let secret: Secret = keycloak.get(&[realm, "clients", id, "client-secret"], &[]).await?;
    Ok(secret.value.map(SecretString::from))
}
