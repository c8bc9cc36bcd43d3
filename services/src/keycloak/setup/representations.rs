//! What Bursar needs of a realm, as Keycloak writes it (Keycloak, "Admin REST API", representations).

use super::RealmSetup;
use crate::keycloak::attributes::{ATTRIBUTES, Attribute, GUEST};
use domain::keycloak_user::RealmRole;
use serde_json::{Value, json};

/// A realm role that gives a role of Bursar.
pub(super) fn role(name: &str, role: RealmRole) -> Value {
    let description = match role {
        RealmRole::Admin => "Administers the whole platform",
        RealmRole::Developer => "May sign in; projects come from the attribute applications",
    };
    json!({ "name": name, "description": description })
}

pub(super) fn realm(name: &str) -> Value {
    json!({ "realm": name, "enabled": true })
}

/// As [`realm`], with what Keycloak leaves off although passwords need it.
pub(super) fn new_realm(name: &str) -> Value {
    let mut realm = realm(name);
    realm["bruteForceProtected"] = true.into();
    realm
}

/// A user who edits these edits their own rights: administrators alone.
pub(super) fn attributes() -> Value {
    let permissions = json!({ "view": ["admin"], "edit": ["admin"] });
    let declared = |Attribute { name, label, is_list }: Attribute| json!({ "name": name, "displayName": label, "permissions": permissions, "multivalued": is_list });
    ATTRIBUTES.into_iter().map(declared).collect()
}

/// The client that Bursar is.
pub(super) fn client(setup: &RealmSetup) -> Value {
    let at = |path: &str| format!("{}{path}", setup.public_url);
    json!({
        "clientId": setup.client_id,
        "name": "Bursar",
        "protocol": "openid-connect",
        "enabled": true,
        "publicClient": false,
        "bearerOnly": false,
        "clientAuthenticatorType": "client-secret",
        // Keycloak sends no back-channel logout where this is on, as it is for clients that its console made.
        "frontchannelLogout": false,
        "standardFlowEnabled": true,
        "implicitFlowEnabled": false,
        "directAccessGrantsEnabled": false,
        "redirectUris": [at("/sign-in/callback")],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": at("/sign-in"),
            "backchannel.logout.url": at("/sign-in/back-channel-logout"),
            "backchannel.logout.session.required": "true",
        },
        "protocolMappers": mappers(setup),
    })
}

/// What the import needs of the client whose service account reads the realm. The client may have other uses, and keeps
/// the flows that these take.
pub(super) fn service_client(client_id: &str) -> Value {
    json!({
        "clientId": client_id,
        "enabled": true,
        "publicClient": false,
        "bearerOnly": false,
        "clientAuthenticatorType": "client-secret",
        "serviceAccountsEnabled": true,
        // Otherwise its token leaves out the roles that it was given.
        "fullScopeAllowed": true,
    })
}

/// As [`service_client`], for a client that has no other use: no user signs in with it.
pub(super) fn new_service_client(client_id: &str) -> Value {
    let mut client = service_client(client_id);
    client["name"] = "Bursar, reading users".into();
    client["protocol"] = "openid-connect".into();
    for flow in ["standardFlowEnabled", "implicitFlowEnabled", "directAccessGrantsEnabled"] {
        client[flow] = false.into();
    }
    client
}

/// The claims that Bursar reads. Roles stand in the access token already, and in the ID token only by a mapper. Tokens
/// that Bursar does not need a claim in are not named: Keycloak leaves the claim out, and a mapper in use keeps it.
fn mappers(setup: &RealmSetup) -> Value {
    let mut mappers: Vec<Value> = ATTRIBUTES
        .into_iter()
        .filter(|attribute| attribute.name != GUEST || setup.is_guest_mapped)
        .map(attribute_mapper)
        .collect();
    mappers.push(json!({
        "name": "realm roles in the ID token",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-realm-role-mapper",
        "config": {
            "claim.name": "realm_access.roles", "jsonType.label": "String", "multivalued": "true",
            "id.token.claim": "true", "userinfo.token.claim": "true",
        },
    }));
    mappers.push(json!({
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": { "included.client.audience": setup.client_id, "access.token.claim": "true" },
    }));
    mappers.into()
}

fn attribute_mapper(Attribute { name, is_list, .. }: Attribute) -> Value {
    let kind = if name == GUEST { "boolean" } else { "String" };
    json!({
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {
            "user.attribute": name, "claim.name": name, "jsonType.label": kind, "multivalued": is_list.to_string(),
            "id.token.claim": "true", "access.token.claim": "true", "userinfo.token.claim": "true",
        },
    })
}
