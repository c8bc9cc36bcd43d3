//! The authorization redirect and what its callback says of its sender.

use crate::error::{Error, untrusted};
use crate::{OidcClient, jwt};
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope};

/// What one authorization request binds to the browser that follows it. Each value is used once.
pub struct AuthorizationRequest {
    /// Comes back in the callback.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Proves to the token endpoint who began (RFC 7636).
    pub pkce_verifier: String,
    /// Has the user authenticate again, although the provider has a session.
    pub reauthenticate: bool,
}

impl OidcClient {
    /// The address to send a browser to, if the provider answers.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn authorization_url(&self, request: AuthorizationRequest) -> Result<String, Error> {
        let AuthorizationRequest { state, nonce, pkce_verifier, reauthenticate } = request;
        let known = self.reach().await?;
        let client = self.protocol_client(&known)?;
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(pkce_verifier));
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        if reauthenticate {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
        }
        Ok(request.url().0.to_string())
    }

    /// Checks the parameter `iss` of a callback (RFC 9207): an answer that names its issuer names the right one, and a
    /// provider that always does has done so.
    ///
    /// # Errors
    /// [`Error::Untrusted`]; [`Error::Unreachable`] when nothing is known of the provider.
    pub async fn check_callback_issuer(&self, iss: Option<&str>) -> Result<(), Error> {
        let is_required = self.current().await?.extras().authorization_response_iss_parameter_supported;
        match iss {
            Some(iss) if iss == self.config.issuer => Ok(()),
            None if !is_required => Ok(()),
            Some(iss) => Err(untrusted(format!(
                "the answer is of issuer {:?}, expected {:?}",
                jwt::shortened(iss),
                self.config.issuer
            ))),
            None => Err(untrusted("the answer does not name its issuer, which the provider always does")),
        }
    }
}
