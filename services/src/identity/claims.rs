//! From the claims of one provider to the shape that the rest of the console reads.

use super::IdentityConfig;
use domain::claims::{boolean, names};
use domain::provider::ProviderKind;
use oidc_client::Claims;
use serde_json::{Value, json};

/// Claims about the exchange rather than the person.
const OF_THE_EXCHANGE: [&str; 6] = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "typ"];
/// Claims that restrict what a user may do.
pub(super) const RESTRICTING: [&str; 2] = ["user_type", "guest"];
/// The most received role names that are kept for the page and the log, and the most characters of each.
const MAX_RECEIVED: usize = 20;
const MAX_RECEIVED_LENGTH: usize = 100;

/// Verified claims about a user, with roles at `realm_access.roles` in Bursar's words and with a definite
/// `email_verified`.
///
/// `first` wins; what it lacks is taken from `second`, for Keycloak writes roles into the access token alone unless a
/// mapper says otherwise.
pub(super) fn canonical(config: &IdentityConfig, first: Claims, second: Claims) -> Claims {
    let claims = merged(first, second).into_iter().map(|(name, value)| (name, without_nul(value)));
    let mut claims: Claims = claims.collect();
    for name in OF_THE_EXCHANGE {
        claims.remove(name);
    }
    claims.insert("realm_access".to_owned(), roles(config, &claims));
    claims.insert("email_verified".to_owned(), is_verified(config.kind, &claims).into());
    if config.kind == ProviderKind::Entra && !claims.contains_key("email") {
        // Tenants need not tell addresses; the name that people sign in with has the form of one.
        let name = claims.get("preferred_username").filter(|name| name.as_str().is_some_and(|name| name.contains('@')));
        if let Some(name) = name.cloned() {
            claims.insert("email".to_owned(), name);
        }
    }
    claims
}

/// Postgres keeps no NUL in texts or JSON. What it replaces is not dropped, because a claim may restrict.
fn without_nul(value: Value) -> Value {
    let replaced = |text: String| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
    match value {
        Value::String(text) => Value::String(replaced(text)),
        Value::Array(values) => values.into_iter().map(without_nul).collect(),
        Value::Object(values) => values.into_iter().map(|(name, value)| (replaced(name), without_nul(value))).collect(),
        other => other,
    }
}

/// One claim set of two. Where both state a claim that restricts and disagree, both values are kept as a list: it is
/// unclear then, and refused.
pub(super) fn merged(first: Claims, mut second: Claims) -> Claims {
    let email = first.get("email").or_else(|| second.get("email"));
    // Whether an address was verified is only known from a claim set that has this very address.
    let verified = |claims: &Claims| claims.get("email_verified").filter(|_| claims.get("email") == email).cloned();
    let mut strict = vec![("email_verified", both(verified(&first), verified(&second)))];
    strict.extend(RESTRICTING.map(|name| (name, both(first.get(name).cloned(), second.get(name).cloned()))));
    second.extend(first);
    for (name, value) in strict {
        match value {
            Some(value) => second.insert(name.to_owned(), value),
            None => second.remove(name),
        };
    }
    second
}

fn both(first: Option<Value>, second: Option<Value>) -> Option<Value> {
    let is_same = |a: &Value, b: &Value| a == b || boolean(a).is_some_and(|a| Some(a) == boolean(b));
    match (first.filter(|value| !value.is_null()), second.filter(|value| !value.is_null())) {
        (Some(first), Some(second)) if !is_same(&first, &second) => Some(Value::Array(vec![first, second])),
        (first, second) => first.or(second),
    }
}

/// Whether the address is known to be the user's. Keycloak always says so in `email_verified`, and OpenID Connect has no
/// other way to say it, so a missing claim means no. Entra ID never sends it: there the tenant's administrators set the
/// address, unless the optional claim `xms_edov` says that its domain was not verified.
fn is_verified(kind: ProviderKind, claims: &Claims) -> bool {
    let stated =
        |name: &str| claims.get(name).filter(|value| !value.is_null()).map(|value| boolean(value) == Some(true));
    match kind {
        ProviderKind::Entra => stated("email_verified").or_else(|| stated("xms_edov")).unwrap_or(true),
        ProviderKind::Keycloak | ProviderKind::Oidc => stated("email_verified").unwrap_or(false),
    }
}

/// The roles in Bursar's words, and what they were read from: for the page and the log when there are none.
fn roles(config: &IdentityConfig, claims: &Claims) -> Value {
    let found = roles_claim(config, claims);
    let received = found.map(names).unwrap_or_default();
    let mut roles: Vec<&str> = received.iter().flat_map(|name| translated(config, name)).collect();
    roles.sort_unstable();
    roles.dedup();
    let mut access = json!({ "roles": roles, "claim": config.roles_claim });
    if found.is_some() {
        access["received"] = shown(&received).into();
    } else if is_left_out(config, claims) {
        access["left_out"] = true.into();
    }
    access
}

/// The claim that `OIDC_ROLES_CLAIM` names.
pub(super) fn roles_claim<'a>(config: &IdentityConfig, claims: &'a Claims) -> Option<&'a Value> {
    find(claims, &config.roles_claim)
}

/// A claim by its name: the whole name first, then every way to read it as a path, for names of claims and clients
/// contain dots too (`https://example.com/roles`, `resource_access.my.client.roles`).
fn find<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    claims.get(name).filter(|value| !value.is_null()).or_else(|| {
        let mut dots = name.rmatch_indices('.');
        dots.find_map(|(dot, _)| find(claims.get(&name[..dot])?.as_object()?, &name[dot + 1..]))
    })
}

/// Without a map every name is its own role. With one, only what it names counts: where users make groups themselves,
/// they could otherwise call one `admin`.
fn translated<'a>(config: &'a IdentityConfig, name: &'a str) -> Vec<&'a str> {
    if config.role_map.is_empty() {
        return vec![name];
    }
    config.role_map.iter().filter(|(theirs, _)| theirs == name).map(|(_, ours)| ours.as_str()).collect()
}

/// Whether the claim is not in the token because it is too large (OpenID Connect Core 1.0, section 5.6.2; Entra ID also
/// writes `hasgroups`).
fn is_left_out(config: &IdentityConfig, claims: &Claims) -> bool {
    let elsewhere = claims.get("_claim_names").and_then(|names| names.get(&config.roles_claim)).is_some();
    elsewhere || config.roles_claim == "groups" && claims.get("hasgroups").and_then(boolean) == Some(true)
}

fn shown(received: &[String]) -> Vec<String> {
    let cut = |name: &String| name.chars().take(MAX_RECEIVED_LENGTH).collect();
    let mut shown: Vec<String> = received.iter().take(MAX_RECEIVED).map(cut).collect();
    shown.extend(received.len().checked_sub(MAX_RECEIVED + 1).map(|more| format!("and {} more", more + 1)));
    shown
}

#[cfg(test)]
mod tests;
