//! What several commands begin with: a database, and the services on it.

use super::keycloak::KeycloakError;
use super::{CommandError, access_matrix, predefined_budgets};
use crate::config::{Config, IdentityProvider};
use crate::{database, manifest};
use domain::claims::ClaimRules;
use domain::keycloak_user::{OtherRolesClaim, REALM_ROLES_CLAIM, RealmRoles};
use domain::mode::Mode;
use domain::provider::ProviderKind;
use secrecy::SecretString;
use services::clock::Clock;
use services::identity::{self, Identity, IdentityConfig};
use services::keycloak::AdminApi;
use services::outbox::{Channels, LiteLlm, Mailer, Webhook};
use services::random::Random;
use services::{Services, Settings};
use std::num::NonZeroUsize;

/// The database of a command; a private one ends with it.
pub(super) struct Database {
    url: SecretString,
    #[cfg(feature = "embedded-postgres")]
    private: Option<embedded_postgres::Kept>,
}

impl Database {
    /// The configured one, or a private one.
    #[cfg(feature = "embedded-postgres")]
    pub(super) async fn open(config: &Config) -> Result<Self, CommandError> {
        if let Some(url) = &config.database_url {
            return Ok(Self { url: url.clone(), private: None });
        }
        let private = crate::postgres::start().await?;
        Ok(Self { url: private.url.as_str().into(), private: Some(private) })
    }

    /// The configured one.
    #[cfg(not(feature = "embedded-postgres"))]
    pub(super) async fn open(config: &Config) -> Result<Self, CommandError> {
        Ok(Self { url: config.database_url.clone().ok_or(CommandError::NoDatabase)? })
    }

    /// The one of a Bursar that runs on this machine, or else as [`Database::open`].
    pub(super) async fn open_beside(config: &Config) -> Result<Self, CommandError> {
        #[cfg(feature = "embedded-postgres")]
        if config.database_url.is_none()
            && let Some(url) = crate::postgres::running(config)
        {
            return Ok(Self { url, private: None });
        }
        Self::open(config).await
    }

    /// Puts the console on it.
    pub(super) fn services(&self, config: &Config) -> Result<Services, CommandError> {
        let database = database::open(config, &self.url).map_err(CommandError::DatabaseUrl)?;
        let settings = Settings { access_matrix: access_matrix::configured(config)?, ..settings(config) };
        let services = Services::new(database, Clock::system(), Random::system(), settings)?;
        let services = services.with_channels(channels(config)?);
        tracing::info!("data is kept in {}", database::description(config, services.pool()));
        Ok(match provider(config) {
            Some(provider) => {
                let identity = Identity::new(provider, identity::http_client()?, services.clock().clone());
                let services = services.with_identity(identity);
                match admin_api(config)? {
                    Some(api) => services.with_keycloak_admin(api),
                    None => services.without_keycloak_admin(config.missing_for_import()),
                }
            }
            None => services,
        })
    }

    /// Returns when a private one has ended although it was not stopped.
    pub(super) async fn lost(&mut self) {
        #[cfg(feature = "embedded-postgres")]
        if let Some(private) = &mut self.private {
            return private.ended().await;
        }
        std::future::pending().await
    }

    /// Stops a private one.
    pub(super) async fn close(self) {
        #[cfg(feature = "embedded-postgres")]
        if let Some(private) = self.private {
            private.stop().await;
        }
    }
}

/// Every fault of the configuration that `serve` meets after reading it, as far as this machine alone can tell.
pub(super) async fn faults(config: &Config) -> Vec<CommandError> {
    let pages = manifest::read(&config.site_dir).map(drop).map_err(CommandError::from);
    let provider = provider(config).map_or(Ok(()), |_| Ok(identity::http_client().map(drop)?));
    let matrix = access_matrix::configured(config).map(drop).map_err(CommandError::from);
    let budgets = predefined_budgets::configured(config).map(drop).map_err(CommandError::from);
    let channels = channels(config).map(drop);
    [pages, database_fault(config).await, provider, matrix, budgets, channels]
        .into_iter()
        .filter_map(Result::err)
        .collect()
}

async fn database_fault(config: &Config) -> Result<(), CommandError> {
    match &config.database_url {
        Some(url) => database::open(config, url).map(drop).map_err(CommandError::DatabaseUrl),
        #[cfg(feature = "embedded-postgres")]
        None => Ok(crate::postgres::check(config).await?),
        #[cfg(not(feature = "embedded-postgres"))]
        None => Err(CommandError::NoDatabase),
    }
}

/// The issuer of the identity provider, if there is one.
pub(super) fn issuer(config: &Config) -> Option<String> {
    provider(config).map(|provider| provider.issuer)
}

/// The identity provider, if there is one; [`Config::read`] has seen to it that nothing is missing.
pub(super) fn provider(config: &Config) -> Option<IdentityConfig> {
    let (kind, roles_claim, scopes) = match config.identity_provider {
        IdentityProvider::Local => return None,
        IdentityProvider::Keycloak => (ProviderKind::Keycloak, REALM_ROLES_CLAIM, "openid profile email"),
        IdentityProvider::Oidc => (ProviderKind::Oidc, "groups", "openid profile email"),
        IdentityProvider::Entra => (ProviderKind::Entra, "roles", "openid profile email offline_access"),
    };
    let tenant = || Some(format!("https://login.microsoftonline.com/{}/v2.0", config.entra_tenant_id.as_ref()?));
    let scopes = config.oidc_scopes.as_deref().unwrap_or(scopes);
    Some(IdentityConfig {
        kind,
        issuer: config.oidc_issuer_url.as_ref().map(|url| url.as_str().to_owned()).or_else(tenant)?,
        internal_url: config.oidc_internal_url.as_ref().map(|url| url.as_str().to_owned()),
        client_id: config.oidc_client_id.clone()?,
        client_secret: config.oidc_client_secret.clone(),
        // The library adds it itself.
        scopes: scopes.split_whitespace().filter(|scope| *scope != "openid").map(str::to_owned).collect(),
        roles_claim: config.oidc_roles_claim.clone().unwrap_or_else(|| roles_claim.to_owned()),
        role_map: role_map(config),
        public_url: config.public_url.as_ref()?.origin().to_owned(),
        secret_key: config.secret_key.clone()?,
    })
}

/// Where messages to other systems go; [`Config::read`] has seen to it that nothing is missing.
fn channels(config: &Config) -> Result<Channels, CommandError> {
    let webhook = config.alert_webhook_url.as_ref().zip(config.alert_webhook_secret.clone());
    let webhook = webhook.map(|(url, secret)| Webhook::new(url.url().clone(), secret));
    let mail = config.smtp_url.as_ref().zip(config.mail_from.as_ref());
    let mail = mail.map(|(url, from)| Mailer::new(url.as_str(), from.as_str()));
    let litellm = config.litellm_url.as_ref().zip(config.litellm_master_key.clone());
    let litellm = litellm.map(|(url, key)| LiteLlm::new(url.url().clone(), key));
    Ok(Channels {
        mail: mail.transpose()?,
        webhook: webhook.transpose().map_err(CommandError::Webhook)?,
        litellm: litellm.transpose().map_err(CommandError::LiteLlm)?,
        collects_litellm: config.litellm_collect_spend,
        alert_mail_to: config.alert_mail_to.clone(),
    })
}

/// The service account of Keycloak's admin API, if all its variables are set.
pub(super) fn admin_api(config: &Config) -> Result<Option<AdminApi>, KeycloakError> {
    let variables = (
        &config.keycloak_admin_url,
        &config.keycloak_admin_realm,
        &config.keycloak_admin_client_id,
        &config.keycloak_admin_client_secret,
    );
    let (Some(url), Some(realm), Some(client_id), Some(secret)) = variables else { return Ok(None) };
    Ok(Some(AdminApi::new(url.url().clone(), realm.clone(), client_id.clone(), secret.clone())?))
}

/// The map with the role that means admin under its configured name.
fn role_map(config: &Config) -> Vec<(String, String)> {
    let pairs = config.oidc_role_map.0.iter().map(|(theirs, ours)| {
        let ours = if ours == "admin" { &config.admin_role } else { ours };
        (theirs.clone(), ours.clone())
    });
    pairs.collect()
}

/// The realm roles of Keycloak that give the roles of Bursar.
pub(super) fn realm_roles(config: &Config) -> Result<RealmRoles, OtherRolesClaim> {
    let claim = config.oidc_roles_claim.as_deref().unwrap_or(REALM_ROLES_CLAIM);
    RealmRoles::configured(claim, &role_map(config), &claim_rules(config))
}

/// How claims of tokens and attributes of Keycloak's users are read.
pub(super) fn claim_rules(config: &Config) -> ClaimRules {
    ClaimRules {
        admin_role: config.admin_role.clone(),
        admin_subject: config.admin_subject.clone(),
        external_type: config.external_type.clone(),
    }
}

pub(super) fn settings(config: &Config) -> Settings {
    // Hashing a password keeps a core busy; half of them stay free for pages.
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Settings {
        mode: config.mode,
        claims: claim_rules(config),
        external_projects: config.external_projects.clone(),
        project_limit: config.project_limit,
        project_admins_set_shares: config.project_admins_set_shares,
        password_policy: config.password_policy,
        // Budgets are the maintainers', whom only the database knows.
        budgets: config.budgets && config.mode == Mode::Platform,
        missing_for_import: config.missing_for_import(),
        break_glass: config.break_glass,
        collection_schedule: config.litellm_collection_schedule.clone(),
        hash_workers: NonZeroUsize::new(cores / 2).unwrap_or(NonZeroUsize::MIN),
        ..Settings::default()
    }
}
