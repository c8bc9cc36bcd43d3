//! The userinfo endpoint (OpenID Connect Core 1.0, section 5.3).

use crate::OidcClient;
use crate::contact::Purpose;
use crate::error::{Error, untrusted};
use crate::exchange::HttpFault;
use crate::jwt::{Claims, is_for};
use ::http::StatusCode;
use ::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use openidconnect::HttpResponse;

impl OidcClient {
    /// The claims of the userinfo endpoint about `subject`; `None` when the provider has no such endpoint.
    ///
    /// # Errors
    /// [`Error::Declined`] when the access token does not open it; [`Error::Untrusted`], [`Error::TooLarge`] and
    /// [`Error::Unreachable`] as everywhere.
    pub async fn userinfo(&self, subject: &str, access_token: &str, purpose: Purpose) -> Result<Option<Claims>, Error> {
        let known = self.current().await?;
        let Some(endpoint) = known.metadata.userinfo_endpoint() else { return Ok(None) };
        let request = ::http::Request::get(endpoint.as_str())
            .header(ACCEPT, "application/json, application/jwt")
            .header(AUTHORIZATION, format!("Bearer {access_token}"))
            .body(Vec::new())
            .map_err(|_| untrusted("its userinfo endpoint is no address"))?;
        let answer = self.provider_http(purpose).send(request).await.map_err(|fault| match fault {
            HttpFault::TooLarge => Error::TooLarge(format!("userinfo: {fault}")),
            fault => Error::Unreachable(format!("userinfo: {fault}")),
        })?;
        let claims = self.userinfo_claims(&answer).await?;
        match claims.get("sub").and_then(serde_json::Value::as_str) {
            // Section 5.3.2: an access token that was exchanged for another one would tell of another user.
            Some(found) if found == subject => Ok(Some(claims)),
            Some(_) => Err(untrusted("userinfo: it is about another subject than the ID token")),
            None => Err(untrusted("userinfo: it has no sub")),
        }
    }

    async fn userinfo_claims(&self, answer: &HttpResponse) -> Result<Claims, Error> {
        match answer.status() {
            StatusCode::OK => {}
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Err(Error::Declined(format!("userinfo: it answered {status}")));
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
                let claims = self.verify_signed(token.trim()).await?.claims;
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
