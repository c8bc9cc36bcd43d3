//! The answer of the token endpoint, with the ID token as text.
//!
//! The library's own type reads the ID token's claims along with the answer, and one malformed claim, also one that
//! nothing needs, refuses the whole answer. `id_token` verifies the text instead.

use openidconnect::core::{
    CoreGenderClaim, CoreIdToken, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreTokenType,
};
use openidconnect::{
    AccessToken, EmptyAdditionalClaims, ExtraTokenFields, OAuth2TokenResponse, RefreshToken, Scope,
    StandardTokenResponse,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An answer of the token endpoint (RFC 6749, section 5.1).
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenResponse(pub(crate) StandardTokenResponse<Extra, CoreTokenType>);

#[derive(Serialize, Deserialize)]
pub(crate) struct Extra {
    id_token: Option<String>,
}

impl ExtraTokenFields for Extra {}

impl std::fmt::Debug for Extra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extra").finish_non_exhaustive()
    }
}

impl TokenResponse {
    /// The ID token, not verified.
    pub fn id_token(&self) -> Option<&str> {
        self.0.extra_fields().id_token.as_deref()
    }

    /// The access token.
    pub fn access_token(&self) -> &str {
        self.0.access_token().secret()
    }

    /// The refresh token.
    pub fn refresh_token(&self) -> Option<&str> {
        self.0.refresh_token().map(|token| token.secret().as_str())
    }

    /// For how long the access token is valid, if the provider says so.
    pub fn expires_in(&self) -> Option<time::Duration> {
        self.0.expires_in().and_then(|life| life.try_into().ok())
    }
}

impl OAuth2TokenResponse for TokenResponse {
    type TokenType = CoreTokenType;

    fn access_token(&self) -> &AccessToken {
        self.0.access_token()
    }

    fn token_type(&self) -> &CoreTokenType {
        self.0.token_type()
    }

    fn expires_in(&self) -> Option<Duration> {
        self.0.expires_in()
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.0.refresh_token()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.0.scopes()
    }
}

impl
    openidconnect::TokenResponse<
        EmptyAdditionalClaims,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    > for TokenResponse
{
    /// The library asks for this method and never calls it; see [`TokenResponse::id_token`].
    fn id_token(&self) -> Option<&CoreIdToken> {
        None
    }
}
