//! Signing in through an identity provider: OpenID Connect's code flow with PKCE (field.md S2), back-channel logout (S3).
//!
//! | What | Where |
//! |---|---|
//! | leaving for the provider and coming back | [`flow`], [`destination`] |
//! | what is checked of each kind of token | `id_token`, `signed`, [`access_token`] |
//! | what the tokens lack | `userinfo` |
//! | what a verified sign-in leaves in the database | `sessions` |
//! | keeping a session's claims fresh | `refresh` |
//! | signing out, and being signed out | [`logout`], `logged_out` |
//! | discovery and signing keys | `provider` |
//! | where requests go, and outages | `line`, `contact` |
//!
//! Verified claims go to the rest of the console in one shape: as the provider wrote them, with the roles that
//! `OIDC_ROLES_CLAIM` and `OIDC_ROLE_MAP` name at `realm_access.roles` (see `claims`).

pub mod access_token;
mod claims;
mod client;
mod code;
mod contact;
mod fault;
pub mod flow;
mod http;
mod id_token;
mod line;
mod logged_out;
pub mod logout;
mod provider;
mod refresh;
mod seal;
mod sessions;
mod signed;
mod state;
mod token_answer;
mod userinfo;

pub use self::http::client as http_client;
pub use fault::Fault;
pub(crate) use refresh::refresh_if_due;
pub use state::destination;

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::provision::Vouched;
use crate::sweep::{self, BATCH};
use contact::Contact;
use domain::permission::ViewIdentityProvider;
use domain::provider::{LEEWAY, Outage, ProviderKind, ProviderStatus};
use line::Route;
use seal::Sealer;
use std::sync::{Arc, Mutex, RwLock};

/// What an identity provider needs to be told and to tell.
#[derive(Clone)]
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
    pub client_secret: Option<String>,
    /// What is asked for, beside `openid`.
    pub scopes: Vec<String>,
    /// Where roles stand in the claims, with dots between levels.
    pub roles_claim: String,
    /// Roles of the provider and what they mean here.
    pub role_map: Vec<(String, String)>,
    /// The origin that browsers see.
    pub public_url: String,
    /// Encrypts tokens at rest.
    pub secret_key: String,
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
            secret_key: String::new(),
        }
    }
}

/// The identity provider, as far as it is known: its addresses, its keys, whether it answers.
pub struct Identity {
    config: IdentityConfig,
    http: reqwest::Client,
    sealer: Sealer,
    route: Route,
    known: RwLock<Option<Arc<provider::Known>>>,
    contact: Arc<Mutex<Contact>>,
    reading: tokio::sync::Mutex<()>,
}

impl Identity {
    /// Nothing is asked of the provider until somebody signs in.
    pub fn new(config: IdentityConfig, http: reqwest::Client) -> Self {
        let sealer = Sealer::new(&config.secret_key);
        let route = Route::new(&config.issuer, config.internal_url.as_deref());
        Self {
            config,
            http,
            sealer,
            route,
            known: RwLock::default(),
            contact: Arc::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// Which kind of provider it is.
    pub const fn kind(&self) -> ProviderKind {
        self.config.kind
    }

    /// Verified claims for [`crate::provision`].
    fn vouched<'a>(&'a self, claims: &'a signed::Claims, request_id: &'a str) -> Vouched<'a> {
        Vouched { provider: self.kind().key(), issuer: &self.config.issuer, claims, request_id }
    }

    /// Where the provider sends people back to.
    fn redirect_uri(&self) -> String {
        format!("{}{}", self.config.public_url, flow::CALLBACK)
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("issuer", &self.config.issuer).finish_non_exhaustive()
    }
}

/// Asks the provider whether it answers; `None` when it does. Waits no longer than one time-out.
pub async fn outage(services: &Services) -> Option<Outage> {
    let identity = services.identity.as_ref()?;
    identity.reach(services).await.err()?;
    identity.contact().outage()
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
        keys_read_at: identity.known().map(|known| known.read_at),
        clock_ahead_seconds: identity.contact().clock_ahead_seconds(),
        last_back_channel_logout_at: news.map(|news| news.last_logout_at),
    }))
}

/// Forgets sign-ins that never came back and logout tokens that are too old anyway; called by a job.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    let now = services.clock.now();
    let flows = sweep::in_batches(|| {
        sqlx::query!(
            "delete from sign_in_flows where ctid = any(array(
               select ctid from sign_in_flows where expires_at <= $1 order by expires_at limit $2 for update skip locked))",
            now,
            BATCH
        )
        .execute(&services.pool)
    })
    .await?;
    let tokens = sweep::in_batches(|| {
        sqlx::query!(
            "delete from logout_tokens where ctid = any(array(
               select ctid from logout_tokens where expires_at <= $1 order by expires_at limit $2 for update skip locked))",
            now,
            BATCH
        )
        .execute(&services.pool)
    })
    .await?;
    let logouts = sweep::in_batches(|| {
        sqlx::query!(
            "delete from provider_logouts where ctid = any(array(
               select ctid from provider_logouts where expires_at <= $1 order by expires_at limit $2 for update skip locked))",
            now,
            BATCH
        )
        .execute(&services.pool)
    })
    .await?;
    Ok(flows + tokens + logouts)
}
