//! A directory behind Keycloak, such as Microsoft Entra ID: Keycloak asks it, and Bursar asks Keycloak.

use super::Error;
use super::writer::{Object, Writer};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// A directory that signs users in to Keycloak by OpenID Connect.
#[derive(Clone, Debug)]
pub struct Broker {
    /// Its name in Keycloak, a part of its redirect address.
    pub alias: String,
    /// Its issuer, for Entra ID `https://login.microsoftonline.com/<tenant>/v2.0`.
    pub issuer: String,
    /// Keycloak's client there.
    pub client_id: String,
    /// The secret of that client.
    pub client_secret: SecretString,
    /// The app role there that gives the role developer here.
    pub developer_role: String,
    /// The endpoints that the directory's discovery document names.
    pub endpoints: Endpoints,
}

/// Where the directory answers.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Endpoints {
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where codes become tokens.
    pub token_endpoint: String,
    /// Its keys.
    pub jwks_uri: String,
    /// Where browsers sign out.
    pub end_session_endpoint: Option<String>,
}

/// Creates or changes the directory and its mappers. `developer` is the realm role that its app role gives.
pub(super) async fn ensure(
    writer: &mut Writer<'_>,
    realm: &str,
    broker: &Broker,
    developer: Option<&str>,
) -> Result<(), Error> {
    let alias = broker.alias.as_str();
    let parent = [realm, "identity-provider", "instances"];
    let path = [realm, "identity-provider", "instances", alias];
    let mut provider = provider(broker);
    if writer.find(&path).await?.is_some() {
        keep_choices(&mut provider);
    }
    writer.ensure(Object::named("identity provider", alias).at(&path).created_at(&parent), provider).await?;
    let mappers_path = [&path[..], &["mappers"]].concat();
    let existing = writer.find(&mappers_path).await?.unwrap_or_default();
    for mapper in mappers(broker, developer) {
        let named = existing.as_array().into_iter().flatten().find(|existing| existing["name"] == mapper["name"]);
        let id = named.and_then(|mapper| mapper["id"].as_str()).unwrap_or_default();
        let name = mapper["name"].as_str().unwrap_or_default().to_owned();
        let object = Object::named("identity provider mapper", &name).created_at(&mappers_path);
        if id.is_empty() {
            writer.create(object, mapper).await?;
        } else {
            writer.ensure(object.at(&[&mappers_path[..], &[id]].concat()), mapper).await?;
        }
    }
    Ok(())
}

fn provider(broker: &Broker) -> Value {
    let endpoints = &broker.endpoints;
    let mut config = json!({
        "issuer": broker.issuer,
        "authorizationUrl": endpoints.authorization_endpoint,
        "tokenUrl": endpoints.token_endpoint,
        "jwksUrl": endpoints.jwks_uri,
        "useJwksUrl": "true",
        "validateSignature": "true",
        "clientId": broker.client_id,
        "clientSecret": broker.client_secret.expose_secret(),
        "clientAuthMethod": "client_secret_post",
        "defaultScope": "openid profile email",
        "pkceEnabled": "true",
        "pkceMethod": "S256",
        "syncMode": "FORCE",
    });
    if let Some(address) = &endpoints.end_session_endpoint {
        config["logoutUrl"] = address.as_str().into();
    }
    json!({
        "alias": broker.alias,
        "displayName": "Company account",
        "providerId": "oidc",
        "enabled": true,
        "trustEmail": true,
        "firstBrokerLoginFlowAlias": "first broker login",
        "config": config,
    })
}

/// Leaves out what an existing identity provider keeps: its secret, its label, and how far its addresses and its users
/// are trusted, which may be stricter than for a new one.
fn keep_choices(provider: &mut Value) {
    // Keycloak shows a row of asterisks in place of the secret, and keeps it when that is written back.
    let _ = provider["config"].as_object_mut().map(|config| config.remove("clientSecret"));
    if let Some(fields) = provider.as_object_mut() {
        for field in ["displayName", "trustEmail", "firstBrokerLoginFlowAlias"] {
            fields.remove(field);
        }
    }
}

/// A user who loses the app role loses the role; the personal project is named once, and what is added later stays.
fn mappers(broker: &Broker, developer: Option<&str>) -> Vec<Value> {
    let mapper = |name: &str, kind: &str, config: Value| {
        json!({
            "name": name, "identityProviderAlias": broker.alias, "identityProviderMapper": kind, "config": config,
        })
    };
    let role = developer.map(|role| {
        let config =
            json!({ "syncMode": "INHERIT", "claim": "roles", "claim.value": broker.developer_role, "role": role });
        mapper("app role to developer", "oidc-role-idp-mapper", config)
    });
    let config = json!({ "syncMode": "IMPORT", "claim": "email", "user.attribute": "applications" });
    let project = mapper("e-mail to personal project", "oidc-user-attribute-idp-mapper", config);
    role.into_iter().chain([project]).collect()
}
