//! Our side of the protocol: the library's client for what is known of the provider.

use super::Identity;
use super::fault::{Fault, untrusted};
use super::http::HttpFault;
use super::provider::Known;
use super::token_answer::TokenAnswer;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreRequestTokenError, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse,
};
use openidconnect::{
    AuthType, Client, ClientId, ClientSecret, EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    RedirectUrl, StandardErrorResponse,
};

/// `CoreClient` with [`TokenAnswer`].
pub(super) type ProviderClient = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
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

impl Identity {
    pub(super) fn client(&self, known: &Known) -> Result<ProviderClient, Fault> {
        let redirect = RedirectUrl::new(self.redirect_uri()).map_err(|fault| untrusted(fault.to_string()))?;
        let secret = self.config.client_secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.config.client_id.clone());
        let client =
            ProviderClient::from_provider_metadata(known.metadata.clone(), id, secret).set_redirect_uri(redirect);
        let methods = known.metadata.token_endpoint_auth_methods_supported();
        // Without a list, RFC 8414 says client_secret_basic.
        let takes_basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        Ok(client.set_auth_type(if takes_basic { AuthType::BasicAuth } else { AuthType::RequestBody }))
    }
}

/// The provider's refusal of a code or a refresh token, as a fault. `spent` says what it means that ours is not valid.
pub(super) fn refused(fault: CoreRequestTokenError<HttpFault>, spent: &'static str) -> Fault {
    use openidconnect::RequestTokenError::{Other, Parse, Request, ServerResponse};
    match fault {
        ServerResponse(response) if is_invalid_grant(&response) => Fault::Stale(spent),
        ServerResponse(response) => Fault::Declined(response.error().as_ref().to_owned()),
        Request(fault @ HttpFault::TooLarge) => Fault::TooLarge(fault.to_string()),
        Request(fault) => Fault::Unreachable(fault.to_string()),
        // The text of the answer may hold a token; only where it stopped making sense is told.
        Parse(fault, _) => untrusted(format!("its answer cannot be read at {}", fault.path())),
        Other(what) => untrusted(what),
    }
}

fn is_invalid_grant(response: &StandardErrorResponse<CoreErrorResponseType>) -> bool {
    *response.error() == CoreErrorResponseType::InvalidGrant
}
