//! Commands that mend what was found.

use super::Deployment;
use crate::keycloak::issuer::is_issuer_of;
use crate::keycloak::quoted;
use crate::keycloak::shell::change_roles;
use crate::keycloak::written_role_map;
use domain::claims::{ClaimRules, DEVELOPER_ROLE};
use domain::keycloak_user::REALM_ROLES_CLAIM;
use std::fmt::Write as _;

/// The names that commands need, as they are configured.
pub(super) struct Commands<'a> {
    base: String,
    realm: &'a str,
    public_url: &'a str,
    client_id: &'a str,
    service_client_id: Option<&'a str>,
    /// The variables that name roles, where they are set.
    role_variables: String,
}

impl<'a> Commands<'a> {
    /// Keycloak's issuers are `<base>/realms/<realm>`.
    pub(super) fn new(deployment: &Deployment<'a>) -> Self {
        let config = &deployment.identity.config;
        let issuer = config.issuer.trim_end_matches('/');
        let (base, realm) = issuer.rsplit_once("/realms/").unwrap_or((issuer, ""));
        // In the issuer a name with a blank is escaped.
        let named = deployment.admin.map(|admin| admin.realm.as_str()).filter(|name| is_issuer_of(issuer, name));
        let realm = named.unwrap_or(realm);
        let admin = deployment.admin.map(|admin| admin.keycloak.base().as_str().trim_end_matches('/'));
        Self {
            base: admin.unwrap_or(base).to_owned(),
            realm,
            public_url: &config.public_url,
            client_id: &config.client_id,
            service_client_id: deployment.admin.map(|admin| admin.client_id.as_str()),
            role_variables: role_variables(deployment),
        }
    }

    pub(super) const fn realm(&self) -> &'a str {
        self.realm
    }

    /// Sets up all that Bursar needs of the realm.
    pub(super) fn setup(&self) -> String {
        let (base, realm, public_url) = (quoted(&self.base), quoted(self.realm), quoted(self.public_url));
        let mut command = self.role_variables.clone();
        let _ = write!(command, "bursar keycloak setup --url {base} --realm {realm} --public-url {public_url}");
        if self.client_id != "bursar" {
            let _ = write!(command, " --client-id {}", quoted(self.client_id));
        }
        if let Some(id) = self.service_client_id.filter(|id| *id != "bursar-import") {
            let _ = write!(command, " --service-client-id {}", quoted(id));
        }
        command
    }

    /// Changes fields of the realm.
    pub(super) fn update_realm(&self, fields: &str) -> String {
        format!("kcadm.sh update realms/{} {fields}", quoted(self.realm))
    }

    /// Changes fields of a client, by Keycloak's own id of it.
    pub(super) fn update_client(&self, id: &str, fields: &str) -> String {
        format!("kcadm.sh update {} -r {} {fields}", quoted(&format!("clients/{id}")), quoted(self.realm))
    }

    /// Removes roles of `realm-management` from the service account of a client.
    pub(super) fn remove_roles(&self, client_id: &str, roles: &[&str]) -> String {
        change_roles("remove-roles", self.realm, client_id, roles)
    }

    /// Has only administrators write attributes that are not declared.
    pub(super) fn close_unmanaged(&self) -> String {
        let realm = quoted(self.realm);
        format!(
            "kcadm.sh get users/profile -r {realm} | jq '.unmanagedAttributePolicy = \"ADMIN_EDIT\"' | kcadm.sh update users/profile -r {realm} -f -"
        )
    }
}

/// The variables that `bursar keycloak setup` reads, in front of a command.
fn role_variables(deployment: &Deployment<'_>) -> String {
    let (config, admin_role) = (&deployment.identity.config, &deployment.settings.claims.admin_role);
    let mut variables = String::new();
    let mut set = |name: &str, value: &str| variables += &format!("{name}={} ", quoted(value));
    if *admin_role != ClaimRules::default().admin_role {
        set("ADMIN_ROLE_NAME", admin_role);
    }
    if config.roles_claim != REALM_ROLES_CLAIM {
        set("OIDC_ROLES_CLAIM", &config.roles_claim);
    }
    if !config.role_map.is_empty() {
        let ours = |ours: &str| if ours == admin_role { "admin" } else { DEVELOPER_ROLE };
        let map: Vec<_> =
            config.role_map.iter().map(|(theirs, role)| (theirs.clone(), ours(role).to_owned())).collect();
        set("OIDC_ROLE_MAP", &written_role_map(&map));
    }
    variables
}
