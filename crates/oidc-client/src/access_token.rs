//! Access tokens that are meant for this client.

use crate::OidcClient;
use crate::error::{Error, untrusted};
use crate::jwt::{Claims, Signed, check_size, claim_seconds, claim_text, is_for, shown};

/// By what a provider's access tokens are told from its other tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTokenProfile {
    /// The claim `typ` is `Bearer`; without a mapper, the client is named as the authorized party and no audience.
    Keycloak,
    /// The claim `scp`, and no nonce.
    Entra,
    /// The header `typ` is `at+jwt` (RFC 9068).
    Rfc9068,
}

impl OidcClient {
    /// Verifies the access token of an API client: its size, signature, issuer and times, that it is an access token,
    /// and that it is for this client.
    ///
    /// # Errors
    /// [`Error::Untrusted`] or [`Error::TooLarge`] saying what is wrong with it; [`Error::Unreachable`] when the
    /// provider's keys cannot be read.
    pub async fn verify_access_token(&self, token: &str) -> Result<Claims, Error> {
        check_size(token)?;
        self.verify_own_access_token(token).await
    }

    /// As [`Self::verify_access_token`], for a token that the provider itself has just answered, of whatever size.
    ///
    /// # Errors
    /// As [`Self::verify_access_token`].
    pub async fn verify_own_access_token(&self, token: &str) -> Result<Claims, Error> {
        let Signed { claims, kind, .. } = self.verify_signed(token).await?;
        if claim_seconds(&claims, "exp").is_none() {
            return Err(untrusted("it never expires"));
        }
        check_kind(self.config.access_tokens, kind.as_deref(), &claims).map_err(untrusted)?;
        let client = self.config.client_id.as_str();
        let is_party =
            self.config.access_tokens == AccessTokenProfile::Keycloak && claim_text(&claims, "azp") == Some(client);
        if is_party || is_for(&claims, client) {
            return Ok(claims);
        }
        Err(untrusted(format!("its audience (aud) is {}, expected {client}", shown(claims.get("aud")))))
    }
}

/// Tells access tokens of users from ID tokens, which look alike and are no permission to call anything, and from those
/// that an application was given for itself.
fn check_kind(profile: AccessTokenProfile, kind: Option<&str>, claims: &Claims) -> Result<(), String> {
    let (is_right, expected) = match profile {
        AccessTokenProfile::Keycloak => (claim_text(claims, "typ") == Some("Bearer"), "the claim typ with Bearer"),
        AccessTokenProfile::Entra if claim_text(claims, "idtyp") == Some("app") || is_of_application(claims) => {
            return Err("it is the token of an application (client credentials), not of a user".to_owned());
        }
        AccessTokenProfile::Entra => (claims.contains_key("scp") && !claims.contains_key("nonce"), "the claim scp"),
        AccessTokenProfile::Rfc9068 => (false, "the header typ with at+jwt (RFC 9068)"),
    };
    if is_right || kind == Some("at+jwt") {
        return Ok(());
    }
    Err(format!("it is not an access token: those of this provider have {expected}"))
}

/// Entra ID gives applications roles and no scopes, and marks ID tokens with a nonce.
fn is_of_application(claims: &Claims) -> bool {
    claims.contains_key("roles") && !claims.contains_key("scp") && !claims.contains_key("nonce")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn id_token_is_refused_as_access_token() {
        let claims = |value: Value| value.as_object().cloned().expect("an object");
        let is = |profile, kind, value| check_kind(profile, kind, &claims(value)).is_ok();
        assert!(is(AccessTokenProfile::Rfc9068, Some("at+jwt"), json!({})));
        assert!(!is(AccessTokenProfile::Rfc9068, Some("jwt"), json!({ "scope": "openid" })));
        assert!(is(AccessTokenProfile::Keycloak, Some("jwt"), json!({ "typ": "Bearer" })));
        for typ in ["ID", "Refresh", "Logout", "Offline"] {
            assert!(!is(AccessTokenProfile::Keycloak, Some("jwt"), json!({ "typ": typ })), "{typ}");
        }
        assert!(is(AccessTokenProfile::Entra, Some("jwt"), json!({ "scp": "access" })));
        assert!(!is(AccessTokenProfile::Entra, Some("jwt"), json!({ "scp": "access", "nonce": "n" })));
        assert!(!is(AccessTokenProfile::Entra, Some("jwt"), json!({})));
    }

    #[test]
    fn entra_token_of_an_application_is_told_from_an_id_token() {
        let why = |value: Value| {
            let claims = value.as_object().cloned().expect("an object");
            check_kind(AccessTokenProfile::Entra, Some("jwt"), &claims).expect_err("no access token of a user")
        };
        for of_application in [json!({ "idtyp": "app" }), json!({ "roles": ["Bursar.Read"] })] {
            assert!(why(of_application).contains("an application"));
        }
        assert!(why(json!({ "roles": ["developer"], "nonce": "n" })).contains("not an access token"));
    }
}
