//! The userinfo endpoint (OpenID Connect Core 1.0, section 5.3), for providers whose tokens say little beyond the subject.

use super::claims::roles_claim;
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
    /// The roles, or every address: without them the answer would be "no role" or "no address", perhaps wrongly.
    Needed,
}

fn missing(config: &IdentityConfig, tokens: [&Claims; 2]) -> Missing {
    let has = |name: &str| tokens.iter().any(|claims| claims.get(name).is_some_and(|value| !value.is_null()));
    let has_roles = tokens.iter().any(|claims| roles_claim(config, claims).is_some());
    match (has_roles && (has("email") || has("preferred_username")), has("email") && has("name")) {
        (false, _) => Missing::Needed,
        (true, false) => Missing::Profile,
        (true, true) => Missing::Nothing,
    }
}

impl Identity {
    /// The claims of the userinfo endpoint, if the tokens lack something and the provider has such an endpoint.
    ///
    /// Entra ID has one that knows neither roles nor more of the profile than its tokens.
    pub(super) async fn userinfo(
        &self,
        services: &Services,
        tokens: [&Claims; 2],
        subject: &str,
        access_token: &str,
        purpose: Purpose,
    ) -> Result<Claims, Fault> {
        let missing = missing(&self.config, tokens);
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
    fn userinfo_is_needed_without_roles_or_address_and_useful_without_name() {
        let config = IdentityConfig::for_tests(ProviderKind::Oidc, "groups");
        let claims = |value: Value| value.as_object().cloned().expect("an object");
        let lacks = |id, access| missing(&config, [&claims(id), &claims(access)]);
        let all = json!({ "sub": "1", "groups": [], "email": "a@example.com", "name": "Ada" });
        assert_eq!(lacks(all.clone(), json!({})), Missing::Nothing);
        assert_eq!(lacks(json!({ "sub": "1" }), all), Missing::Nothing, "the access token has it");
        let username = json!({ "groups": ["x"], "preferred_username": "ada", "name": "Ada" });
        assert_eq!(lacks(username, json!({})), Missing::Profile);
        assert_eq!(lacks(json!({ "groups": ["x"], "name": "Ada" }), json!({})), Missing::Needed);
        assert_eq!(lacks(json!({ "email": "a@example.com", "name": "Ada" }), json!({})), Missing::Needed);
        assert_eq!(lacks(json!({ "groups": null, "email": "a", "name": "Ada" }), json!({})), Missing::Needed);
    }
}
