//! What Bursar needs of a realm, as Keycloak writes it (Keycloak, "Admin REST API", representations).

use super::Wanted;
use serde_json::{Value, json};

/// The roles that open sign-in.
pub(super) const ROLES: [(&str, &str); 2] = [
    ("admin", "Administers the whole platform"),
    ("developer", "May sign in; projects come from the attribute applications"),
];

/// The attributes that become claims, and whether they have several values.
const ATTRIBUTES: [(&str, &str, bool); 4] = [
    ("applications", "Projects", true),
    ("applications_admin", "Projects as project admin", true),
    ("user_type", "User type", false),
    ("guest", "Guest", false),
];

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
    let attribute = |(name, label, is_list): (&str, &str, bool)| {
        let attribute =
            json!({ "name": name, "displayName": label, "permissions": permissions, "multivalued": is_list });
        attribute
    };
    ATTRIBUTES.into_iter().map(attribute).collect()
}

/// The client that Bursar is.
pub(super) fn client(wanted: &Wanted) -> Value {
    let at = |path: &str| format!("{}{path}", wanted.public_url);
    json!({
        "clientId": wanted.client_id,
        "name": "Bursar",
        "protocol": "openid-connect",
        "enabled": true,
        "publicClient": false,
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
        "protocolMappers": mappers(wanted),
    })
}

/// What the import needs of the client whose service account reads the realm. The client may have other uses, and keeps
/// the flows that these take.
pub(super) fn service_client(client_id: &str) -> Value {
    json!({
        "clientId": client_id,
        "enabled": true,
        "publicClient": false,
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
fn mappers(wanted: &Wanted) -> Value {
    let mut mappers: Vec<Value> = ATTRIBUTES
        .into_iter()
        .filter(|(name, ..)| *name != "guest" || wanted.is_guest_mapped)
        .map(|(name, _, is_list)| attribute_mapper(name, if name == "guest" { "boolean" } else { "String" }, is_list))
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
        "config": { "included.client.audience": wanted.client_id, "access.token.claim": "true" },
    }));
    mappers.into()
}

fn attribute_mapper(name: &str, kind: &str, is_list: bool) -> Value {
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
