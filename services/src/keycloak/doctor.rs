//! Checks whether Keycloak and Bursar fit: every fault of the set-up that is known, and how to mend it.
//!
//! | What | Where |
//! |---|---|
//! | what Keycloak answers without a login | `contact` |
//! | what the admin API tells the service account | `realm` |
//! | the checks, each a function of what was read | `checks` |
//! | commands that mend | `commands` |
//!
//! Reading comes first and is bounded in time; the checks send nothing. The outcomes are [`domain::doctor`]'s.

mod checks;
mod commands;
mod contact;
mod realm;
mod verdict;

use super::AdminApi;
use crate::Services;
use crate::clock::Clock;
use crate::guard::Can;
use crate::identity::{Identity, http_client};
use crate::settings::Settings;
use commands::Commands;
use contact::Contact;
use domain::doctor::{Check, Report};
use domain::keycloak_user::RealmRoles;
use domain::permission::ViewIdentityProvider;
use domain::provider::ProviderKind;
use realm::RealmState;
use std::time::Duration;
use verdict::{NotChecked, outcome};

/// The longest that Keycloak's admin API may take to tell all that is read from it.
const ADMIN_TIMEOUT: Duration = Duration::from_secs(10);

/// What the doctor looks at.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'a> {
    /// The connection to the provider that signs users in.
    pub identity: &'a Identity,
    /// Bursar's settings.
    pub settings: &'a Settings,
    /// Bursar's clock.
    pub clock: &'a Clock,
    /// The service account, if one is configured.
    pub admin: Option<&'a AdminApi>,
}

impl Deployment<'_> {
    /// The realm roles by which users sign in.
    fn realm_roles(&self) -> Result<RealmRoles, NotChecked> {
        let roles = self.identity.config.realm_roles(&self.settings.claims);
        roles.map_err(|claim| NotChecked(claim.to_string()))
    }
}

/// All that was read, for the checks.
struct Facts<'a> {
    deployment: Deployment<'a>,
    contact: Contact,
    realm: Result<RealmState, NotChecked>,
    /// Why the service account cannot be used, if Keycloak says so.
    refused: Option<keycloak_admin::Error>,
    /// How far Keycloak's clock is ahead, in seconds, as the service account's token tells.
    account_clock: Option<i64>,
    commands: Commands<'a>,
}

/// Runs every check. What cannot be checked says why; nothing takes longer than some seconds.
pub async fn examine(deployment: Deployment<'_>) -> Report {
    let commands = Commands::new(&deployment);
    let (contact, realm) = tokio::join!(contact(deployment.identity), realm(&deployment, commands.realm()));
    let (realm, refused) = match realm {
        Ok(realm) => (Ok(realm), None),
        Err(Unread::Refused(fault)) => {
            (Err(NotChecked("the service account cannot be used, see its own check".to_owned())), Some(fault))
        }
        Err(Unread::NotChecked(why)) => (Err(why), None),
    };
    let account_clock = realm.as_ref().ok().and_then(RealmState::clock_ahead_seconds);
    let facts = Facts { deployment, contact, realm, refused, account_clock, commands };
    Report(Check::ALL.iter().map(|check| (*check, outcome(checks::run(*check, &facts)))).collect())
}

/// Runs every check of the Keycloak that signs users in; `None` where another provider does, or none.
pub async fn report(services: &Services, _: &Can<ViewIdentityProvider>) -> Option<Report> {
    let identity = services.identity().filter(|identity| identity.kind() == ProviderKind::Keycloak)?;
    let (settings, clock, admin) = (services.settings(), &services.clock, services.keycloak_admin.as_deref());
    Some(examine(Deployment { identity, settings, clock, admin }).await)
}

async fn contact(identity: &Identity) -> Contact {
    match http_client() {
        Ok(http) => Contact::read(identity, &http).await,
        Err(fault) => Contact::unavailable(&fault.to_string()),
    }
}

/// Why nothing was read by the admin API.
enum Unread {
    Refused(keycloak_admin::Error),
    NotChecked(NotChecked),
}

async fn realm(deployment: &Deployment<'_>, realm: &str) -> Result<RealmState, Unread> {
    let admin = deployment.admin.ok_or_else(|| {
        Unread::NotChecked(NotChecked(
            "no service account is configured: set KEYCLOAK_ADMIN_URL, KEYCLOAK_ADMIN_REALM, KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_SECRET"
                .to_owned(),
        ))
    })?;
    if admin.realm != realm {
        let why = "the service account belongs to another realm, see its own check";
        return Err(Unread::NotChecked(NotChecked(why.to_owned())));
    }
    match tokio::time::timeout(ADMIN_TIMEOUT, RealmState::read(admin, deployment)).await {
        Ok(read) => read.map_err(Unread::Refused),
        Err(_) => Err(Unread::Refused(keycloak_admin::Error::Timeout { address: admin.keycloak.base().to_string() })),
    }
}
