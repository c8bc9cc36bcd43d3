//! The service account: whether it is there, and whether it may do what pages offer.

use super::super::realm::Prepared;
use super::super::{RealmUsers, Rules, RunError};
use crate::Services;
use crate::keycloak::AdminApi;
use crate::keycloak::admin_api::held_roles;
use crate::keycloak::issuer::is_issuer_of;
use crate::keycloak::shell::change_roles;
use domain::keycloak_user::Unavailable;
use domain::provider::ProviderKind;
use domain::violation::Violation;
use keycloak_admin::Error;
use oidc_client::unverified_claims;
use secrecy::ExposeSecret as _;
use std::time::Duration;

/// The longest that a page waits for Keycloak.
const PATIENCE: Duration = Duration::from_secs(10);
/// What reading and writing users takes, of the roles of the client `realm-management`.
const NEEDED: [&str; 3] = ["manage-users", "view-users", "view-realm"];

/// A service account that may manage the users of the realm.
pub(super) struct Account<'a> {
    api: &'a AdminApi,
    pub(super) rules: Rules,
}

impl<'a> Account<'a> {
    /// The service account, when the token that it gets now holds every role that is needed.
    pub(super) async fn open(services: &'a Services) -> Result<Self, Unavailable> {
        let identity = services.identity().filter(|identity| identity.kind() == ProviderKind::Keycloak);
        let identity = identity.ok_or_else(|| Unavailable {
            why: "Users do not sign in through Keycloak here".to_owned(),
            mend: "Create users where they sign in.".to_owned(),
            command: None,
        })?;
        let api =
            services.keycloak_admin.as_deref().ok_or_else(|| not_configured(&services.missing_admin_variables))?;
        let issuer = identity.config.issuer.trim_end_matches('/');
        if !is_issuer_of(issuer, &api.realm) {
            let realm = issuer.rsplit_once("/realms/").map_or("", |(_, realm)| realm);
            return Err(Unavailable {
                why: format!("KEYCLOAK_ADMIN_REALM is {}, and users sign in in {realm}", api.realm),
                mend: "Set it to the realm of OIDC_ISSUER_URL, and the variables with it to a client of that realm."
                    .to_owned(),
                command: None,
            });
        }
        let claims = services.settings.claims.clone();
        let roles = identity.config.realm_roles(&claims).map_err(|other| Unavailable {
            why: sentence(&other.to_string()),
            mend: "Change the roles where that claim comes from.".to_owned(),
            command: None,
        })?;
        let account = Self { api, rules: Rules { claims, roles, are_emails_verified: false } };
        let token = account.read(api.keycloak.new_access_token()).await?;
        let claims = unverified_claims(token.expose_secret()).unwrap_or_default();
        let held = held_roles(&claims);
        let missing: Vec<&str> = NEEDED.into_iter().filter(|role| !held.contains(role)).collect();
        if missing.is_empty() { Ok(account) } else { Err(missing_roles(api, &missing)) }
    }

    pub(super) fn users(&self) -> RealmUsers<'a> {
        RealmUsers::new(&self.api.keycloak, &self.api.realm)
    }

    /// What the realm has that users need, read in time.
    pub(super) async fn prepared(&self, is_mail_needed: bool) -> Result<Prepared, RunError> {
        let users = self.users();
        match tokio::time::timeout(PATIENCE, users.prepared(&self.rules, is_mail_needed)).await {
            Ok(prepared) => prepared,
            Err(_) => Err(Error::Timeout { address: self.api.keycloak.base().to_string() }.into()),
        }
    }

    /// What is read in time.
    pub(super) async fn read<T>(&self, reading: impl Future<Output = Result<T, Error>>) -> Result<T, Unavailable> {
        match tokio::time::timeout(PATIENCE, reading).await {
            Ok(read) => read.map_err(|fault| self.unavailable(&fault)),
            Err(_) => Err(self.unavailable(&Error::Timeout { address: self.api.keycloak.base().to_string() })),
        }
    }

    fn unavailable(&self, fault: &Error) -> Unavailable {
        if let Error::MissingRole { role, .. } = fault {
            return missing_roles(self.api, &[role]);
        }
        Unavailable {
            why: sentence(&fault.to_string()),
            mend: "The page Identity provider checks the connection and the service account.".to_owned(),
            command: None,
        }
    }
}

fn not_configured(missing: &[&str]) -> Unavailable {
    Unavailable {
        why: format!("Bursar has no service account in Keycloak: {} not set", match missing {
            [] => "KEYCLOAK_ADMIN_URL, KEYCLOAK_ADMIN_REALM, KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_SECRET are".to_owned(),
            [one] => format!("{one} is"),
            several => format!("{} are", several.join(", ")),
        }),
        mend: "bursar keycloak setup creates the service account and prints the variables. Start Bursar with them.".to_owned(),
        command: None,
    }
}

fn missing_roles(api: &AdminApi, missing: &[&str]) -> Unavailable {
    let (names, realm, client_id) = (missing.join(", "), &api.realm, &api.client_id);
    Unavailable {
        why: format!("The service account of {client_id} lacks {names} of the client realm-management"),
        mend: "An administrator of Keycloak assigns it. It takes effect when this page is loaded again.".to_owned(),
        command: Some(change_roles("add-roles", realm, client_id, missing)),
    }
}

/// A text without the full stop at its end, to go on with.
pub(super) fn sentence(text: &str) -> String {
    text.trim().trim_end_matches('.').to_owned()
}

/// Why nothing was sent.
pub(super) fn refused(why: &Unavailable) -> Violation {
    Violation::KeycloakUnavailable { why: sentence(&format!("{}. {}", why.why, why.mend)) }
}

/// Why the realm cannot take users.
pub(super) fn unprepared(fault: &RunError) -> Violation {
    Violation::KeycloakUnavailable { why: sentence(&fault.to_string()) }
}
