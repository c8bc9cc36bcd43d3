//! Access tokens: those that programs send us, and the one that came with a sign-in.
//!
//! A program's token is checked when it is first seen; from then on it is the secret of a session that ends with it.
//! So everything that holds for sessions holds for programs: rights are read on every request, changes name the session,
//! and whoever is deactivated or signed out by the provider is out at once.

use super::fault::{Fault, untrusted};
use super::seal::Tokens;
use super::sessions::{self, Grant};
use super::signed::{Claims, Signed, is_for, seconds};
use super::{Identity, claims};
use crate::Services;
use crate::change::commit;
use crate::error::Error;
use crate::provision::{self, Admission, Occasion};
use crate::session::{self, Client, SessionToken};
use domain::actor::Actor;
use domain::provider::ProviderKind;
use serde_json::{Map, Value};

/// Who sent a token, as the provider vouches for them.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    /// Its issuer.
    pub issuer: String,
    /// Whom it is about.
    pub subject: String,
    /// Claims in the shape that every part of the console reads.
    pub claims: Map<String, Value>,
}

/// Checks the access token of a program: signature, issuer, times, that it is an access token, and that it is for us.
///
/// # Errors
/// [`Fault::Untrusted`] saying what is wrong with it, [`Fault::Unreachable`] when the provider's keys cannot be had.
pub async fn verify(services: &Services, token: &str) -> Result<VerifiedToken, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    let claims = identity.access_claims(services, token).await?;
    let subject = text(&claims, "sub").ok_or_else(|| untrusted("it names nobody"))?.to_owned();
    let claims = claims::canonical(&identity.config, claims, Claims::new());
    Ok(VerifiedToken { issuer: identity.config.issuer.clone(), subject, claims })
}

/// Who is behind the access token of a program, with the rights that hold now. A token that means nothing, or somebody
/// who may not sign in, is `Ok(None)`.
///
/// # Errors
/// The database failed.
pub async fn authenticate(services: &Services, token: &str, client: &Client) -> Result<Option<Actor>, Error> {
    let secret = SessionToken::derived(token);
    if let Some(actor) = session::authenticate(services, &secret).await? {
        return Ok(Some(actor));
    }
    match begin(services, token, &secret, client).await {
        Ok(()) => session::authenticate(services, &secret).await,
        Err(Fault::Services(fault)) => Err(fault),
        Err(fault) => {
            tracing::warn!(%fault, "refused an access token");
            Ok(None)
        }
    }
}

async fn begin(services: &Services, token: &str, secret: &SessionToken, client: &Client) -> Result<(), Fault> {
    let verified = verify(services, token).await?;
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    let expires_at = seconds(&verified.claims, "exp").ok_or_else(|| untrusted("it never expires"))?;
    let mut transaction = services.pool.begin().await?;
    let vouched = identity.vouched(&verified.claims, "");
    let admission = provision::admit(services, &mut transaction, &vouched, Occasion::Refresh).await?;
    if let Admission::Admitted(user) = admission {
        let begun =
            session::begin_as(services, &mut transaction, secret, user, client, (services.clock.now(), expires_at))
                .await?;
        // Two requests may both have been the first; one of them began it.
        if let Some(session) = begun {
            let grant = Grant {
                subject: verified.subject,
                sid: text(&verified.claims, "sid").map(str::to_owned),
                tokens: Tokens { refresh: None, id: String::new() },
                expires_at,
                authenticated_at: None,
                claims: verified.claims,
            };
            sessions::keep(services, &mut transaction, identity, session, &grant).await?;
        }
    }
    Ok(commit(transaction).await?)
}

impl Identity {
    /// The claims of an access token that is for us.
    pub(super) async fn access_claims(&self, services: &Services, token: &str) -> Result<Claims, Fault> {
        let Signed { claims, kind } = self.signed(services, token).await?;
        if seconds(&claims, "exp").is_none() {
            return Err(untrusted("it never expires"));
        }
        if !is_access_token(self.config.kind, kind.as_deref(), &claims) {
            return Err(untrusted("it is not an access token"));
        }
        let client = self.config.client_id.as_str();
        // Keycloak names its client as the authorised party and, without a mapper, no audience.
        let is_ours = self.config.kind == ProviderKind::Keycloak && text(&claims, "azp") == Some(client);
        if is_ours || is_for(&claims, client) { Ok(claims) } else { Err(untrusted("it is for somebody else")) }
    }
}

impl Identity {
    /// The claims of the access token that came with an id token of Keycloak; elsewhere it is not ours to read.
    pub(super) async fn accompanying(&self, services: &Services, token: &str, subject: &str) -> Claims {
        if self.config.kind != ProviderKind::Keycloak {
            return Claims::new();
        }
        let claims = self.access_claims(services, token).await.unwrap_or_default();
        if text(&claims, "sub") == Some(subject) { claims } else { Claims::new() }
    }
}

/// Tells access tokens from id tokens, which look alike and are no permission to call anything.
fn is_access_token(provider: ProviderKind, kind: Option<&str>, claims: &Claims) -> bool {
    kind == Some("at+jwt")
        || match provider {
            ProviderKind::Keycloak => text(claims, "typ") == Some("Bearer"),
            ProviderKind::Entra => claims.contains_key("scp") && !claims.contains_key("nonce"),
            ProviderKind::Oidc => false,
        }
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_token_is_no_access_token() {
        let claims = |value: Value| value.as_object().cloned().expect("an object");
        let is = |provider, kind, value| is_access_token(provider, kind, &claims(value));
        assert!(is(ProviderKind::Oidc, Some("at+jwt"), json!({})));
        assert!(!is(ProviderKind::Oidc, Some("jwt"), json!({ "scope": "openid" })));
        assert!(is(ProviderKind::Keycloak, Some("jwt"), json!({ "typ": "Bearer" })));
        for typ in ["ID", "Refresh", "Logout", "Offline"] {
            assert!(!is(ProviderKind::Keycloak, Some("jwt"), json!({ "typ": typ })), "{typ}");
        }
        assert!(is(ProviderKind::Entra, Some("jwt"), json!({ "scp": "access" })));
        assert!(!is(ProviderKind::Entra, Some("jwt"), json!({ "scp": "access", "nonce": "n" })));
        assert!(!is(ProviderKind::Entra, Some("jwt"), json!({})));
    }
}
