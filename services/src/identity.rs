//! Signing in through an identity provider: OpenID Connect's code flow with PKCE, and back-channel logout.
//!
//! The protocol is [`oidc_client`]'s; here its verified claims become users and sessions.
//!
//! | What | Where |
//! |---|---|
//! | authorization redirect and callback | [`flow`], [`destination`] |
//! | access tokens of API clients | [`access_token`] |
//! | when the userinfo endpoint is requested | `userinfo` |
//! | what a verified sign-in leaves in the database | `sessions` |
//! | refreshing a session's claims | `refresh` |
//! | signing out, and being signed out | [`logout`], `logged_out` |
//! | the issuer has another address | [`issuer_move`] |
//!
//! Verified claims go to the rest of the console in one shape: as the provider wrote them, with the roles that
//! `OIDC_ROLES_CLAIM` and `OIDC_ROLE_MAP` name at `realm_access.roles` (see `claims`).

pub mod access_token;
mod claims;
mod fault;
pub mod flow;
pub mod issuer_move;
mod logged_out;
pub mod logout;
mod refresh;
mod seal;
mod sessions;
mod state;
mod userinfo;

pub use fault::Fault;
pub(crate) use refresh::refresh_if_due;
pub use state::destination;

use crate::Services;
use crate::clock::Clock;
use crate::error::Error;
use crate::guard::Can;
use crate::provision::VerifiedIdentity;
use crate::sweep;
use domain::claims::ClaimRules;
use domain::keycloak_user::{OtherRolesClaim, RealmRoles};
use domain::permission::ViewIdentityProvider;
use domain::provider::{LEEWAY, Outage, ProviderHealth, ProviderKind, ProviderStatus};
use oidc_client::{AccessTokenProfile, OidcClient};
use seal::Sealer;
use secrecy::SecretString;

/// What an identity provider needs to be told and to tell.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// Which kind it is.
    pub kind: ProviderKind,
    /// Its issuer, exactly as it stands in tokens.
    pub issuer: String,
    /// Scheme, host and port to reach it by from here, where that is not the issuer's.
    pub internal_url: Option<String>,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: Option<SecretString>,
    /// What is asked for, beside `openid`.
    pub scopes: Vec<String>,
    /// Where roles stand in the claims, with dots between levels.
    pub roles_claim: String,
    /// Roles of the provider and what they mean here.
    pub role_map: Vec<(String, String)>,
    /// The origin that browsers see.
    pub public_url: String,
    /// Encrypts tokens at rest.
    pub secret_key: SecretString,
}

impl IdentityConfig {
    /// The realm roles by which users sign in.
    ///
    /// # Errors
    /// Roles are read from another claim.
    pub(crate) fn realm_roles(&self, rules: &ClaimRules) -> Result<RealmRoles, OtherRolesClaim> {
        RealmRoles::configured(&self.roles_claim, &self.role_map, rules)
    }
}

#[cfg(test)]
impl IdentityConfig {
    /// With nothing but what a unit test is about.
    fn for_tests(kind: ProviderKind, roles_claim: &str) -> Self {
        Self {
            kind,
            issuer: "https://id.example.com/realms/main".to_owned(),
            internal_url: None,
            client_id: "bursar".to_owned(),
            client_secret: None,
            scopes: vec![],
            roles_claim: roles_claim.to_owned(),
            role_map: vec![],
            public_url: String::new(),
            secret_key: SecretString::default(),
        }
    }
}

/// The HTTP client for [`Identity`].
///
/// # Errors
/// The system has no certificate authorities.
pub fn http_client() -> Result<reqwest::Client, https_client::ClientError> {
    oidc_client::http_client("bursar")
}

/// The identity provider through which users sign in.
#[derive(Debug)]
pub struct Identity {
    pub(crate) config: IdentityConfig,
    pub(crate) oidc: OidcClient,
    sealer: Sealer,
}

impl Identity {
    /// Sends nothing to the provider until a user signs in.
    pub fn new(config: IdentityConfig, http: reqwest::Client, clock: Clock) -> Self {
        let oidc = oidc_client::Config {
            issuer: config.issuer.clone(),
            issuer_setting: "OIDC_ISSUER_URL",
            internal_url: config.internal_url.clone(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            redirect_uri: format!("{}{}", config.public_url, flow::CALLBACK),
            scopes: config.scopes.clone(),
            access_tokens: match config.kind {
                ProviderKind::Keycloak => AccessTokenProfile::Keycloak,
                ProviderKind::Entra => AccessTokenProfile::Entra,
                ProviderKind::Oidc => AccessTokenProfile::Rfc9068,
            },
            leeway: LEEWAY,
        };
        let sealer = Sealer::new(&config.secret_key);
        Self { oidc: OidcClient::new(oidc, http, move || clock.now()), config, sealer }
    }

    /// Which kind of provider it is.
    pub const fn kind(&self) -> ProviderKind {
        self.config.kind
    }

    /// The issuer that its tokens name.
    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// The user of verified claims, for [`crate::provision`].
    fn verified<'a>(&'a self, claims: &'a oidc_client::Claims, request_id: &'a str) -> VerifiedIdentity<'a> {
        VerifiedIdentity { provider: self.kind().key(), issuer: &self.config.issuer, claims, request_id }
    }
}

/// What the last request to the provider found, without another one; `None` without a provider.
pub fn last_known(services: &Services, _: &Can<ViewIdentityProvider>) -> Option<ProviderHealth> {
    let identity = services.identity.as_ref()?;
    let (outage, keys_read_at) = (known_outage(identity), identity.oidc.keys_read_at());
    Some(ProviderHealth { kind: identity.kind(), outage, keys_read_at })
}

fn known_outage(identity: &Identity) -> Option<Outage> {
    let oidc_client::Outage { is_unusable, since, what } = identity.oidc.outage()?;
    Some(Outage { is_unusable, since, what })
}

/// Asks the provider whether it answers; `None` when it does. Waits no longer than one time-out.
pub async fn outage(services: &Services) -> Option<Outage> {
    let identity = services.identity.as_ref()?;
    identity.oidc.check_reachable().await.err()?;
    known_outage(identity)
}

/// How things stand with the provider; `None` without one. Asks it, unless it has answered just now.
///
/// # Errors
/// The database failed.
pub async fn status(services: &Services, _: &Can<ViewIdentityProvider>) -> Result<Option<ProviderStatus>, Error> {
    let Some(identity) = services.identity.as_ref() else { return Ok(None) };
    let outage = outage(services).await;
    let issuer = identity.config.issuer.clone();
    let news = sqlx::query!("select last_logout_at from provider_news where issuer = $1", issuer)
        .fetch_optional(&services.pool)
        .await?;
    Ok(Some(ProviderStatus {
        kind: identity.kind(),
        issuer,
        outage,
        keys_read_at: identity.oidc.keys_read_at(),
        clock_ahead_seconds: identity.oidc.clock_ahead_seconds(),
        last_back_channel_logout_at: news.map(|news| news.last_logout_at),
    }))
}

/// Forgets sign-ins that never came back and logout tokens that are too old anyway; called by a job.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    let now = services.clock.now();
    let flows = sweep::delete_until!(services, "sign_in_flows", "expires_at", now)?;
    let tokens = sweep::delete_until!(services, "logout_tokens", "expires_at", now)?;
    let logouts = sweep::delete_until!(services, "provider_logouts", "expires_at", now)?;
    Ok(flows + tokens + logouts)
}
