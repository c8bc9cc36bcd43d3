//! When the userinfo endpoint is requested: for providers whose tokens say little beyond the subject.

use super::claims::{RESTRICTING, roles_claim};
use super::fault::Fault;
use super::{Identity, IdentityConfig};
use domain::provider::ProviderKind;
use oidc_client::{Claims, Purpose};

/// What the tokens lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Nothing,
    /// A name; the user can sign in without it.
    Profile,
    /// The roles, every address, or what restricts: without them the answer would be "no role", "no address" or "regular
    /// user", perhaps wrongly.
    Needed,
}

/// `held` are the claims of the session that is refreshed. Where they do not restrict the user, the userinfo endpoint did
/// not at the sign-in either, and need not be requested at every refresh.
fn missing(config: &IdentityConfig, tokens: [&Claims; 2], held: Option<&Claims>) -> Missing {
    let states = |claims: &Claims, name: &str| claims.get(name).is_some_and(|value| !value.is_null());
    let has = |name: &str| tokens.iter().any(|claims| states(claims, name));
    let has_roles = tokens.iter().any(|claims| roles_claim(config, claims).is_some());
    let restricts = |claims: &Claims| RESTRICTING.iter().any(|name| states(claims, name));
    let has_restrictions = tokens.iter().any(|claims| restricts(claims)) || held.is_some_and(|held| !restricts(held));
    let has_needed = has_roles && has_restrictions && (has("email") || has("preferred_username"));
    match (has_needed, has("email") && has("name")) {
        (false, _) => Missing::Needed,
        (true, false) => Missing::Profile,
        (true, true) => Missing::Nothing,
    }
}

impl Identity {
    /// The claims of the userinfo endpoint, if the tokens lack something and the provider has such an endpoint. At a
    /// refresh, `held` are the claims that the session has so far.
    ///
    /// Entra ID has one that knows neither roles nor more of the profile than its tokens.
    pub(super) async fn userinfo(
        &self,
        tokens: [&Claims; 2],
        subject: &str,
        access_token: &str,
        (purpose, held): (Purpose, Option<&Claims>),
    ) -> Result<Claims, Fault> {
        let missing = missing(&self.config, tokens, held);
        if missing == Missing::Nothing || self.config.kind == ProviderKind::Entra {
            return Ok(Claims::new());
        }
        match self.oidc.userinfo(subject, access_token, purpose).await {
            Err(fault) if missing == Missing::Profile => {
                tracing::warn!(%fault, "the userinfo endpoint could not be used; nothing that is needed was missing");
                Ok(Claims::new())
            }
            read => Ok(read?.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn userinfo_is_needed_without_roles_address_or_restriction_and_useful_without_name() {
        let config = IdentityConfig::for_tests(ProviderKind::Oidc, "groups");
        let claims = |value: Value| value.as_object().cloned().expect("an object");
        let lacks = |id, access| missing(&config, [&claims(id), &claims(access)], None);
        let all = json!({ "sub": "1", "groups": [], "email": "a@example.com", "name": "Ada", "user_type": "regular" });
        assert_eq!(lacks(all.clone(), json!({})), Missing::Nothing);
        assert_eq!(lacks(json!({ "sub": "1" }), all.clone()), Missing::Nothing, "the access token has it");
        let username = json!({ "groups": ["x"], "preferred_username": "ada", "name": "Ada", "guest": false });
        assert_eq!(lacks(username, json!({})), Missing::Profile);
        for needed in ["groups", "email", "user_type"] {
            for value in [None, Some(Value::Null)] {
                let mut without = all.clone();
                let object = without.as_object_mut().expect("an object");
                object.remove(needed);
                object.extend(value.map(|value| (needed.to_owned(), value)));
                assert_eq!(lacks(without, json!({})), Missing::Needed, "{needed}");
            }
        }
    }

    #[test]
    fn refresh_requests_userinfo_for_a_restriction_that_it_stated_before() {
        let config = IdentityConfig::for_tests(ProviderKind::Oidc, "groups");
        let claims = |value: Value| value.as_object().cloned().expect("an object");
        let token = claims(json!({ "groups": [], "email": "a@example.com", "name": "Ada" }));
        let at_refresh = |held: Value| missing(&config, [&token, &Claims::new()], Some(&claims(held)));
        assert_eq!(at_refresh(json!({ "user_type": "external" })), Missing::Needed);
        assert_eq!(at_refresh(json!({ "guest": true })), Missing::Needed);
        assert_eq!(at_refresh(json!({ "user_type": null })), Missing::Nothing);
    }
}
