//! The userinfo endpoint (OpenID Connect Core 1.0, section 5.3), for providers whose tokens say little beyond the subject.

use super::claims::{RESTRICTING, roles_claim};
use super::contact::Purpose;
use super::fault::{Fault, untrusted};
use super::http::HttpFault;
use super::signed::{Claims, is_for};
use super::{Identity, IdentityConfig};
use crate::Services;
use domain::provider::ProviderKind;
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use openidconnect::HttpResponse;

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
        services: &Services,
        tokens: [&Claims; 2],
        subject: &str,
        access_token: &str,
        (purpose, held): (Purpose, Option<&Claims>),
    ) -> Result<Claims, Fault> {
        let missing = missing(&self.config, tokens, held);
        if missing == Missing::Nothing || self.config.kind == ProviderKind::Entra {
            return Ok(Claims::new());
        }
        let known = self.current(services).await?;
        let Some(endpoint) = known.metadata.userinfo_endpoint() else { return Ok(Claims::new()) };
        match self.read_userinfo(services, endpoint.as_str(), subject, access_token, purpose).await {
            Err(fault) if missing == Missing::Profile => {
                tracing::warn!(%fault, "the userinfo endpoint could not be used; nothing that is needed was missing");
                Ok(Claims::new())
            }
            read => read,
        }
    }

    async fn read_userinfo(
        &self,
        services: &Services,
        endpoint: &str,
        subject: &str,
        access_token: &str,
        purpose: Purpose,
    ) -> Result<Claims, Fault> {
        let request = http::Request::get(endpoint)
            .header(ACCEPT, "application/json, application/jwt")
            .header(AUTHORIZATION, format!("Bearer {access_token}"))
            .body(Vec::new())
            .map_err(|_| untrusted("its userinfo endpoint is no address"))?;
        let answer = self.line(services, purpose).send(request).await.map_err(|fault| match fault {
            HttpFault::TooLarge => Fault::TooLarge(format!("userinfo: {fault}")),
            fault => Fault::Unreachable(format!("userinfo: {fault}")),
        })?;
        let claims = self.userinfo_claims(services, &answer).await?;
        match claims.get("sub").and_then(serde_json::Value::as_str) {
            // Section 5.3.2: an access token that was exchanged for another one would tell of another user.
            Some(found) if found == subject => Ok(claims),
            Some(_) => Err(untrusted("userinfo: it is about another subject than the ID token")),
            None => Err(untrusted("userinfo: it has no sub")),
        }
    }

    async fn userinfo_claims(&self, services: &Services, answer: &HttpResponse) -> Result<Claims, Fault> {
        match answer.status() {
            StatusCode::OK => {}
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Err(Fault::Declined(format!("userinfo: it answered {status}")));
            }
            status => return Err(untrusted(format!("userinfo: it answered {status}"))),
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => serde_json::from_slice(answer.body())
                .map_err(|fault| untrusted(format!("userinfo: no JSON object at column {}", fault.column()))),
            "application/jwt" => {
                let token = str::from_utf8(answer.body()).map_err(|_| untrusted("userinfo: no token"))?;
                let claims = self.signed(services, token.trim()).await?.claims;
                let is_ours = !claims.contains_key("aud") || is_for(&claims, &self.config.client_id);
                if is_ours { Ok(claims) } else { Err(untrusted("userinfo: it is for another client")) }
            }
            other => {
                let other: String = other.chars().take(64).collect();
                Err(untrusted(format!("userinfo: it came as {other:?}, expected application/json or application/jwt")))
            }
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
