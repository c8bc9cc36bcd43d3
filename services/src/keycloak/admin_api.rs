//! The service account by which Bursar uses the admin API of the realm.

use super::{import, snapshot};
use domain::access_matrix::Snapshot;
use keycloak_admin::{Keycloak, Login};
use oidc_client::Claims;
use reqwest::Url;
use secrecy::SecretString;
use serde_json::Value;
use std::sync::Arc;

/// The admin API, as the service account that `KEYCLOAK_ADMIN_URL` and the variables with it configure.
pub struct AdminApi {
    pub(super) keycloak: Arc<Keycloak>,
    pub(super) realm: String,
    pub(super) client_id: String,
}

impl AdminApi {
    /// Sends nothing yet.
    ///
    /// # Errors
    /// The system has no certificate authorities.
    pub fn new(
        url: Url,
        realm: String,
        client_id: String,
        secret: SecretString,
    ) -> Result<Self, https_client::ClientError> {
        let login = Login::ServiceAccount { realm: realm.clone(), client_id: client_id.clone(), secret };
        Ok(Self { keycloak: Arc::new(Keycloak::new(url, login)?), realm, client_id })
    }
}

impl AdminApi {
    /// The name of the realm.
    pub(crate) fn realm(&self) -> &str {
        &self.realm
    }

    /// Reads who holds which roles of the realm.
    pub(crate) async fn read_snapshot(
        &self,
        progress: &mut (dyn FnMut(snapshot::Progress) + Send),
    ) -> Result<Snapshot, keycloak_admin::Error> {
        snapshot::read(&self.keycloak, &self.realm, progress).await
    }

    /// The realm, to import its users.
    pub(super) fn realm_to_import(&self) -> import::Realm {
        import::Realm::new(Arc::clone(&self.keycloak), self.realm.clone())
    }
}

impl std::fmt::Debug for AdminApi {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AdminApi")
            .field("realm", &self.realm)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The roles of the client `realm-management` that count in a token, composites included.
pub(super) fn held_roles(account: &Claims) -> Vec<&str> {
    let roles = account.get("resource_access").map(|access| &access["realm-management"]["roles"]);
    roles.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
