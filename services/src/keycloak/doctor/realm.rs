//! What the admin API tells of the realm, as far as the service account may read it.

use super::super::AdminApi;
use super::Deployment;
use super::verdict::NotChecked;
use crate::keycloak::admin_api::held_roles;
use keycloak_admin::Error;
use oidc_client::{Claims, claim_seconds, unverified_claims};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;

/// How many users are looked at for the largest access token.
const SAMPLED_USERS: &str = "100";

/// A part of the realm, or why it cannot be read.
pub(super) type Part<T> = Result<T, NotChecked>;

/// The parts, in Keycloak's own representation.
#[derive(Debug)]
pub(super) struct RealmState {
    /// The claims of the service account's token.
    pub(super) account: Claims,
    /// When that token arrived, by Bursar's clock.
    received_at: OffsetDateTime,
    pub(super) realm: Part<Value>,
    pub(super) profile: Part<Value>,
    /// Which of the roles that open Bursar do not exist.
    pub(super) missing_roles: Part<Vec<String>>,
    /// Bursar's client; none when there is no such one.
    pub(super) client: Part<Option<Value>>,
    /// Every client scope of the realm.
    pub(super) scopes: Part<Vec<Value>>,
    /// The realm roles that the client's tokens may have, while *Full scope allowed* is off.
    pub(super) role_scope: Part<Vec<Value>>,
    /// The access token of the sampled user with the most attribute values.
    pub(super) largest_token: Part<Option<LargestToken>>,
}

/// The claims of an access token as Keycloak would issue it.
#[derive(Debug)]
pub(super) struct LargestToken {
    pub(super) username: String,
    pub(super) claims: Value,
}

struct Reader<'a> {
    api: &'a AdminApi,
    /// The roles of the client `realm-management` in the service account's token.
    held: Vec<&'a str>,
}

impl RealmState {
    /// # Errors
    /// The service account cannot sign in, or Keycloak does not answer. What it may not read is left out.
    pub(super) async fn read(api: &AdminApi, deployment: &Deployment<'_>) -> Result<Self, Error> {
        let config = &deployment.identity.config;
        let token = api.keycloak.new_access_token().await?;
        let received_at = deployment.clock.now();
        let account = unverified_claims(token.expose_secret()).unwrap_or_default();
        let reader = Reader { api, held: held_roles(&account) };
        let (realm, profile, missing_roles, client, scopes) = tokio::join!(
            reader.get("view-realm", &[], &[]),
            reader.read(&["users", "profile"], &[]),
            reader.missing_roles(deployment),
            reader.client(&config.client_id),
            reader.get("view-clients", &["client-scopes"], &[]),
        );
        let id = client.as_ref().ok().and_then(Option::as_ref).and_then(|client| client["id"].as_str());
        let (role_scope, largest_token) = tokio::join!(
            async {
                Some(reader.get("view-realm", &["clients", id?, "scope-mappings", "realm", "composite"], &[]).await)
            },
            async { Some(reader.largest_token(id?, &config.scopes).await) },
        );
        let no_client = client.as_ref().err().cloned().unwrap_or_else(no_client);
        Ok(Self {
            account,
            received_at,
            realm,
            profile,
            missing_roles,
            scopes,
            role_scope: role_scope.unwrap_or_else(|| Err(no_client.clone())),
            largest_token: largest_token.unwrap_or(Err(no_client)),
            client,
        })
    }
}

impl RealmState {
    /// How far Keycloak's clock is ahead, by the time in the service account's token.
    pub(super) fn clock_ahead_seconds(&self) -> Option<i64> {
        claim_seconds(&self.account, "iat").map(|issued_at| (issued_at - self.received_at).whole_seconds())
    }
}

impl Reader<'_> {
    /// What is at a path, if the role that shows it is held. Without the role Keycloak leaves out what the service account
    /// may not see, as if it did not exist, or answers with a part.
    async fn get<T: DeserializeOwned>(&self, role: &str, path: &[&str], query: &[(&str, &str)]) -> Part<T> {
        self.require(role)?;
        self.read(path, query).await
    }

    async fn read<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Part<T> {
        let path = [&[self.api.realm.as_str()], path].concat();
        self.api.keycloak.get(&path, query).await.map_err(unread)
    }

    /// A role that allows changes also shows what it changes.
    fn require(&self, role: &str) -> Result<(), NotChecked> {
        let manage = role.replace("view-", "manage-");
        if self.held.iter().any(|held| *held == role || *held == manage) {
            return Ok(());
        }
        Err(NotChecked(format!("the service account lacks the role {role} of the client realm-management")))
    }

    /// The roles by which users sign in and that do not exist.
    async fn missing_roles(&self, deployment: &Deployment<'_>) -> Part<Vec<String>> {
        self.require("view-realm")?;
        let mut missing = Vec::new();
        for (name, _) in deployment.realm_roles()?.iter() {
            let path = [&self.api.realm, "roles", name];
            if self.api.keycloak.find::<Value>(&path).await.map_err(unread)?.is_none() {
                missing.push(name.to_owned());
            }
        }
        Ok(missing)
    }

    async fn client(&self, client_id: &str) -> Part<Option<Value>> {
        let found: Vec<Value> = self.get("view-clients", &["clients"], &[("clientId", client_id)]).await?;
        Ok(found.into_iter().next())
    }

    /// Has Keycloak show the access token that it would issue to the user with the most attribute values.
    async fn largest_token(&self, client: &str, scopes: &[String]) -> Part<Option<LargestToken>> {
        let query = [("max", SAMPLED_USERS), ("briefRepresentation", "false")];
        let users: Vec<Value> = self.get("view-users", &["users"], &query).await?;
        let Some(user) = users.iter().max_by_key(|user| user["attributes"].to_string().len()) else { return Ok(None) };
        let text = |field: &str| user[field].as_str().unwrap_or_default();
        let scope = format!("openid {}", scopes.join(" "));
        let path = ["clients", client, "evaluate-scopes", "generate-example-access-token"];
        let claims = self.get("view-clients", &path, &[("scope", &scope), ("userId", text("id"))]).await?;
        Ok(Some(LargestToken { username: text("username").to_owned(), claims }))
    }
}

/// Why a check of Bursar's client cannot be made.
pub(super) fn no_client() -> NotChecked {
    NotChecked("the client of Bursar does not exist or cannot be read".to_owned())
}

fn unread(fault: Error) -> NotChecked {
    NotChecked(fault.to_string())
}
