//! From the claims of one provider to the shape that the rest of the console reads.

use super::IdentityConfig;
use super::signed::Claims;
use domain::provider::ProviderKind;
use serde_json::{Value, json};

/// Claims about the exchange rather than the person.
const OF_THE_EXCHANGE: [&str; 6] = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "typ"];

/// Verified claims about a person, with roles at `realm_access.roles` in our words.
///
/// `first` wins; what it lacks is taken from `second`, for Keycloak writes roles into the access token alone unless a
/// mapper says otherwise.
pub(super) fn canonical(config: &IdentityConfig, first: Claims, second: Claims) -> Claims {
    let mut claims = second;
    claims.extend(first);
    for name in OF_THE_EXCHANGE {
        claims.remove(name);
    }
    let roles = roles(config, &claims);
    claims.insert("realm_access".to_owned(), json!({ "roles": roles }));
    if config.kind == ProviderKind::Entra && !claims.contains_key("email") {
        // Tenants need not tell addresses; the name that people sign in with has the form of one.
        let name = claims.get("preferred_username").filter(|name| name.as_str().is_some_and(|name| name.contains('@')));
        if let Some(name) = name.cloned() {
            claims.insert("email".to_owned(), name);
        }
    }
    claims
}

/// The claim that `OIDC_ROLES_CLAIM` names.
pub(super) fn roles_claim<'a>(config: &IdentityConfig, claims: &'a Claims) -> Option<&'a Value> {
    let mut levels = config.roles_claim.split('.');
    let first = levels.next().and_then(|name| claims.get(name));
    let found = levels.try_fold(first, |value, name| value.map(|value| value.get(name))).flatten();
    found.filter(|value| !value.is_null())
}

fn roles(config: &IdentityConfig, claims: &Claims) -> Vec<String> {
    let names = roles_claim(config, claims).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut roles: Vec<String> = names.map(|name| translated(config, name)).collect();
    roles.sort();
    roles.dedup();
    roles
}

fn translated(config: &IdentityConfig, name: &str) -> String {
    let pair = config.role_map.iter().find(|(theirs, _)| theirs == name);
    pair.map_or(name, |(_, ours)| ours).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: ProviderKind, claim: &str, map: &[(&str, &str)], first: Value, second: Value) -> Value {
        let config = IdentityConfig {
            role_map: map.iter().map(|(theirs, ours)| ((*theirs).to_owned(), (*ours).to_owned())).collect(),
            ..IdentityConfig::for_tests(kind, claim)
        };
        let claims = |value: Value| value.as_object().cloned().expect("an object");
        Value::Object(canonical(&config, claims(first), claims(second)))
    }

    #[test]
    fn roles_of_keycloak_may_stand_in_the_access_token_alone() {
        let id = json!({ "sub": "1", "name": "Ada", "nonce": "n" });
        let access = json!({ "name": "Other", "realm_access": { "roles": ["developer", "offline_access"] } });
        let claims = read(ProviderKind::Keycloak, "realm_access.roles", &[], id, access);
        let expected =
            json!({ "sub": "1", "name": "Ada", "realm_access": { "roles": ["developer", "offline_access"] } });
        assert_eq!(claims, expected);
    }

    #[test]
    fn groups_of_entra_are_roles_by_configuration() {
        let id = json!({ "sub": "1", "groups": ["3f1c", "77aa"], "preferred_username": "ada@example.com" });
        let map = [("3f1c", "admin"), ("9999", "developer")];
        let claims = read(ProviderKind::Entra, "groups", &map, id, json!({}));
        assert_eq!(claims["realm_access"]["roles"], json!(["77aa", "admin"]));
        assert_eq!(claims["email"], "ada@example.com");
    }

    #[test]
    fn a_role_claim_of_another_shape_gives_no_role() {
        for odd in [json!("admin"), json!({ "admin": true }), json!(7), json!(null), json!([["admin"], 7])] {
            let claims = read(ProviderKind::Oidc, "groups", &[], json!({ "groups": odd }), json!({}));
            assert_eq!(claims["realm_access"]["roles"], json!([]), "{odd}");
        }
    }

    #[test]
    fn a_claim_that_only_looks_mapped_gives_nothing() {
        let id = json!({ "realm_access": { "roles": ["admin"] } });
        assert_eq!(read(ProviderKind::Oidc, "groups", &[], id, json!({}))["realm_access"]["roles"], json!([]));
    }
}
