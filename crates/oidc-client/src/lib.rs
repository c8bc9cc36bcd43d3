//! An OpenID Connect relying party: the authorization code flow with PKCE, refresh, userinfo and logout, for a server
//! whose users must be able to go on while the identity provider is slow, down or changing its keys.
//!
//! | What | Where |
//! |---|---|
//! | discovery, and signing keys that are read again | `discovery` |
//! | requests: where they go, their bounds, outages | `provider_http`, `exchange`, `contact` |
//! | authorization redirect, code, refresh token | `authorization`, `token_endpoint` |
//! | what is checked of each kind of token | `jwt`, `id_token`, `access_token`, `logout_token` |
//! | claims that the tokens lack | `userinfo` |
//! | logout that the relying party begins | `end_session` |
//!
//! [`OidcClient`] keeps what it knows of the provider in memory and nothing else: sessions, states and used-up tokens
//! are the caller's. Claims are returned as the provider wrote them.

mod access_token;
mod authorization;
mod code;
mod contact;
mod discovery;
mod end_session;
mod error;
mod exchange;
mod id_token;
mod jwt;
mod logout_token;
mod provider_http;
mod token_endpoint;
mod token_response;
mod userinfo;

pub use access_token::AccessTokenProfile;
pub use authorization::AuthorizationRequest;
pub use contact::{Outage, Purpose};
pub use error::Error;
pub use exchange::http_client;
pub use id_token::IdToken;
pub use jwt::{Claims, MAX_TOKEN_BYTES, check_size, claim_seconds, claim_text, unverified_claims};
pub use logout_token::{LOGOUT_TOKEN_LIFETIME, LogoutToken};
pub use token_response::TokenResponse;

use contact::Contact;
use discovery::Discovered;
use provider_http::Route;
use secrecy::SecretString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use time::{Duration, OffsetDateTime};

/// What the client has to know of the provider and of its registration there.
#[derive(Clone, Debug)]
pub struct Config {
    /// The issuer, exactly as it stands in tokens.
    pub issuer: String,
    /// What the operator calls the setting of the issuer, for messages.
    pub issuer_setting: &'static str,
    /// Scheme, host and port to reach the provider by from here, where that is not the issuer's.
    pub internal_url: Option<String>,
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Option<SecretString>,
    /// The redirect URI that is registered for the callback.
    pub redirect_uri: String,
    /// Scopes to request, beside `openid`.
    pub scopes: Vec<String>,
    /// By what the provider's access tokens are recognized.
    pub access_tokens: AccessTokenProfile,
    /// By how much the clocks may differ.
    pub leeway: Duration,
}

/// Tells the time.
type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// A relying party of one identity provider.
pub struct OidcClient {
    config: Config,
    http: reqwest::Client,
    clock: Clock,
    route: Route,
    known: RwLock<Option<Arc<Discovered>>>,
    contact: Arc<Mutex<Contact>>,
    reading: tokio::sync::Mutex<()>,
}

impl OidcClient {
    /// Sends nothing to the provider until it is needed. `http` is best made by [`http_client`].
    pub fn new(
        config: Config,
        http: reqwest::Client,
        clock: impl Fn() -> OffsetDateTime + Send + Sync + 'static,
    ) -> Self {
        let route = Route::new(&config);
        Self {
            config,
            http,
            clock: Arc::new(clock),
            route,
            known: RwLock::default(),
            contact: Arc::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// The configuration.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Checks that the provider answers and can be used, unless it answered a few seconds ago.
    ///
    /// # Errors
    /// [`Error::Unreachable`], after one time-out at most.
    pub async fn check_reachable(&self) -> Result<(), Error> {
        self.reach().await.map(drop)
    }

    /// The outage that lasts, if the provider did not answer the last time.
    pub fn outage(&self) -> Option<Outage> {
        self.contact().outage()
    }

    /// When the signing keys were last read.
    pub fn keys_read_at(&self) -> Option<OffsetDateTime> {
        self.known().map(|known| known.read_at)
    }

    /// How far the provider's clock is ahead of ours, if that is known.
    pub fn clock_ahead_seconds(&self) -> Option<i64> {
        self.contact().clock_ahead_seconds()
    }

    fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    fn contact(&self) -> MutexGuard<'_, Contact> {
        self.contact.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> Option<Arc<Discovered>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for OidcClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcClient").field("issuer", &self.config.issuer).finish_non_exhaustive()
    }
}
