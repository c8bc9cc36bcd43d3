//! Test support: users of an identity provider, without a provider.

use super::World;
use crate::client::{Client, SessionToken};
use crate::error::Error;
use crate::guard::Caller;
use crate::identity::{Identity, IdentityConfig, http_client, logout};
use crate::provision::{Admission, Occasion, VerifiedIdentity, admit};
use crate::session;
use domain::denial::Denied;
use domain::id::UserId;
use domain::provider::ProviderKind;
use serde_json::{Map, Value, json};
use time::Duration;
use uuid::Uuid;

/// The issuer of every token.
pub const ISSUER: &str = "https://id.example.com/realms/main";

/// Claims of somebody who may sign in, with `more` on top; the subject is a UUID of its own for each name.
///
/// The e-mail address is the username at example.com, and verified.
pub fn developer(username: &str, more: Value) -> Map<String, Value> {
    let subject = Uuid::from_u128(username.bytes().fold(1, |id, byte| id * 257 + u128::from(byte)));
    let mut claims = json!({
        "sub": subject.to_string(),
        "preferred_username": username,
        "email": format!("{username}@example.com"),
        "email_verified": true,
        "name": username,
        "realm_access": {"roles": ["developer"]},
    });
    let (Value::Object(claims), Value::Object(more)) = (&mut claims, more) else { panic!("claims are objects") };
    claims.extend(more);
    claims.clone()
}

impl World {
    /// With a provider that is configured and never answers.
    ///
    /// # Panics
    /// No HTTP client is available.
    #[must_use]
    pub fn behind_a_provider(self) -> Self {
        self.behind_a_provider_with(&[])
    }

    /// As [`World::behind_a_provider`], with this `OIDC_ROLE_MAP`.
    ///
    /// # Panics
    /// No HTTP client is available.
    #[must_use]
    pub fn behind_a_provider_with(mut self, role_map: &[(&str, &str)]) -> Self {
        let role_map = role_map.iter().map(|(theirs, ours)| ((*theirs).to_owned(), (*ours).to_owned()));
        let config = IdentityConfig {
            kind: ProviderKind::Keycloak,
            issuer: "http://127.0.0.1:9/realms/main".to_owned(),
            internal_url: None,
            client_id: "bursar".to_owned(),
            client_secret: None,
            scopes: Vec::new(),
            roles_claim: "realm_access.roles".to_owned(),
            role_map: role_map.collect(),
            public_url: "http://127.0.0.1".to_owned(),
            secret_key: "a key for tests, not for anything else".into(),
        };
        let identity = Identity::new(config, http_client().expect("a client"), self.services.clock.clone());
        self.services = self.services.clone().with_identity(identity);
        self
    }

    /// Signs a user in as the provider's answer does: admission, session and verified claims in one transaction.
    ///
    /// # Errors
    /// The user was refused.
    pub async fn sign_in(&self, claims: &Map<String, Value>) -> Result<Caller, Box<Denied>> {
        self.sign_in_at(ISSUER, claims).await
    }

    /// As [`World::sign_in`], at an issuer.
    ///
    /// # Errors
    /// The user was refused.
    pub async fn sign_in_at(&self, issuer: &str, claims: &Map<String, Value>) -> Result<Caller, Box<Denied>> {
        let token = self.begin_session_at(issuer, claims).await?;
        let caller = self.caller(&token).await.expect("admitted");
        self.tokens.lock().expect("no panic").insert(caller.actor.session_id, token.expose().to_owned());
        Ok(caller)
    }

    /// As [`World::sign_in`], for a user who may be deactivated at the same moment.
    ///
    /// # Errors
    /// The user was refused.
    pub async fn begin_session(&self, claims: &Map<String, Value>) -> Result<SessionToken, Box<Denied>> {
        self.begin_session_at(ISSUER, claims).await
    }

    async fn begin_session_at(&self, issuer: &str, claims: &Map<String, Value>) -> Result<SessionToken, Box<Denied>> {
        let mut transaction = self.services.pool().begin().await.expect("a transaction");
        let identity = VerifiedIdentity { issuer, ..verified(claims) };
        let admission = admit(&self.services, &mut transaction, &identity, Occasion::SignIn).await;
        let user = match admission.expect("usable claims") {
            Admission::Admitted(user) => user,
            Admission::Denied(denied) => {
                transaction.commit().await.expect("a commit");
                return Err(denied);
            }
        };
        let (_, token) = session::begin(&self.services, &mut transaction, user, &Client::default(), self.clock.now())
            .await
            .expect("a session");
        sqlx::query(
            "insert into provider_sessions
               (session_id, issuer, subject, claims, sealed_tokens, access_expires_at, refreshed_at)
             select id, $2, $3, $4, '', $5, $6 from sessions where token_hash = $1",
        )
        .bind(token.hash())
        .bind(issuer)
        .bind(claims["sub"].as_str())
        .bind(Value::Object(claims.clone()))
        .bind(self.clock.now() + Duration::hours(24))
        .bind(self.clock.now())
        .execute(&mut *transaction)
        .await
        .expect("a row beside the session");
        transaction.commit().await.expect("a commit");
        Ok(token)
    }

    /// Revokes the sessions of a subject, as a back-channel logout of the provider does.
    ///
    /// # Errors
    /// The database failed.
    pub async fn log_out_by_provider(&self, subject: &str) -> Result<u64, Error> {
        self.log_out_by_issuer(ISSUER, subject).await
    }

    /// As [`World::log_out_by_provider`], by an issuer.
    ///
    /// # Errors
    /// The database failed.
    pub async fn log_out_by_issuer(&self, issuer: &str, subject: &str) -> Result<u64, Error> {
        let mut transaction = self.services.pool().begin().await?;
        let ended = logout::end(&self.services, &mut transaction, issuer, None, Some(subject)).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// Goes on with a new token, as a refresh does; the session of a user who is refused ends.
    ///
    /// # Errors
    /// The user was refused.
    pub async fn refresh(&self, caller: &Caller, claims: &Map<String, Value>) -> Result<UserId, Box<Denied>> {
        let session = caller.actor.session_id.0;
        let mut transaction = self.services.pool().begin().await.expect("a transaction");
        let admission = admit(&self.services, &mut transaction, &verified(claims), Occasion::Refresh).await;
        let result = match admission.expect("usable claims") {
            Admission::Admitted(user) => {
                sqlx::query("update provider_sessions set claims = $2 where session_id = $1")
                    .bind(session)
                    .bind(Value::Object(claims.clone()))
                    .execute(&mut *transaction)
                    .await
                    .expect("an update");
                Ok(user)
            }
            Admission::Denied(denied) => {
                sqlx::query("delete from sessions where id = $1")
                    .bind(session)
                    .execute(&mut *transaction)
                    .await
                    .expect("an end");
                Err(denied)
            }
        };
        transaction.commit().await.expect("a commit");
        result
    }
}

const fn verified(claims: &Map<String, Value>) -> VerifiedIdentity<'_> {
    VerifiedIdentity { provider: "keycloak", issuer: ISSUER, claims, request_id: "test-request" }
}
