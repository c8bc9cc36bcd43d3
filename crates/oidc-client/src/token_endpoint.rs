//! The token endpoint: codes and refresh tokens are exchanged for tokens.

use crate::OidcClient;
use crate::code::Code;
use crate::contact::Purpose;
use crate::discovery::Discovered;
use crate::error::{Error, untrusted};
use crate::exchange::HttpFault;
use crate::token_response::TokenResponse;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreRequestTokenError, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse,
};
use openidconnect::{
    AuthType, AuthorizationCode, Client, ClientId, ClientSecret, EmptyAdditionalClaims, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, PkceCodeVerifier, RedirectUrl, RefreshToken, StandardErrorResponse,
};
use secrecy::ExposeSecret as _;

/// `CoreClient` with [`TokenResponse`].
type ProviderClient = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl OidcClient {
    /// Exchanges the code that a browser brought back.
    ///
    /// # Errors
    /// [`Error::Stale`] when the code is malformed or the provider does not know it; otherwise see [`Error`].
    pub async fn exchange_code(&self, code: String, pkce_verifier: String) -> Result<TokenResponse, Error> {
        let code = AuthorizationCode::new(Code::parse(code)?.into_text());
        let client = self.protocol_client(&*self.current().await?)?;
        let request = client.exchange_code(code).map_err(|fault| untrusted(fault.to_string()))?;
        let answer = request
            .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier))
            .request_async(&self.provider_http(Purpose::Code))
            .await;
        answer.map_err(|fault| refused(fault, "the provider does not know the code any more"))
    }

    /// Exchanges a refresh token. `session` is a number by which the caller tells its sessions apart: one that fails is
    /// no outage, several are.
    ///
    /// # Errors
    /// [`Error::Stale`] when the provider has ended the session; otherwise see [`Error`].
    pub async fn refresh(&self, refresh_token: String, session: u128) -> Result<TokenResponse, Error> {
        let client = self.protocol_client(&*self.current().await?)?;
        let token = RefreshToken::new(refresh_token);
        let request = client.exchange_refresh_token(&token).map_err(|fault| untrusted(fault.to_string()))?;
        let answer = request.request_async(&self.provider_http(Purpose::Session(session))).await;
        answer.map_err(|fault| refused(fault, "its refresh token is not valid any more"))
    }

    /// The library's client for what is known of the provider.
    pub(crate) fn protocol_client(&self, known: &Discovered) -> Result<ProviderClient, Error> {
        let redirect =
            RedirectUrl::new(self.config.redirect_uri.clone()).map_err(|fault| untrusted(fault.to_string()))?;
        let secret = self.config.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let id = ClientId::new(self.config.client_id.clone());
        let client =
            ProviderClient::from_provider_metadata(known.metadata.clone(), id, secret).set_redirect_uri(redirect);
        let methods = known.metadata.token_endpoint_auth_methods_supported();
        // Without a list, RFC 8414 says client_secret_basic.
        let takes_basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        Ok(client.set_auth_type(if takes_basic { AuthType::BasicAuth } else { AuthType::RequestBody }))
    }
}

/// The provider's refusal of a code or a refresh token, as an error. `spent` says what it means that ours is not valid.
fn refused(fault: CoreRequestTokenError<HttpFault>, spent: &'static str) -> Error {
    use openidconnect::RequestTokenError::{Other, Parse, Request, ServerResponse};
    match fault {
        ServerResponse(response) if is_invalid_grant(&response) => Error::Stale(spent),
        ServerResponse(response) => Error::Declined(response.error().as_ref().to_owned()),
        Request(fault @ HttpFault::TooLarge) => Error::TooLarge(fault.to_string()),
        Request(fault) => Error::Unreachable(fault.to_string()),
        // The text of the answer may hold a token; only where it stopped making sense is told.
        Parse(fault, _) => untrusted(format!("its answer cannot be read at {}", fault.path())),
        Other(what) => untrusted(what),
    }
}

fn is_invalid_grant(response: &StandardErrorResponse<CoreErrorResponseType>) -> bool {
    *response.error() == CoreErrorResponseType::InvalidGrant
}
