//! Who calls: a service account or an administrator with a password.

use crate::error::Said;
use crate::{Error, retry};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// A token is replaced this long before it expires, because the request that carries it takes time.
const MARGIN: Duration = Duration::from_secs(10);

/// Who calls the admin REST API.
#[derive(Clone, Debug)]
pub enum Login {
    /// The service account of a confidential client (OAuth 2.0, RFC 6749 section 4.4).
    ServiceAccount {
        /// The realm that the client belongs to.
        realm: String,
        /// The client's id.
        client_id: String,
        /// The client's secret.
        secret: SecretString,
    },
    /// An administrator of the realm `master`, by Keycloak's own client `admin-cli` (RFC 6749 section 4.3).
    Administrator {
        /// The user name.
        username: String,
        /// The password.
        password: SecretString,
    },
}

impl Login {
    /// The realm that issues the token.
    pub fn realm(&self) -> &str {
        match self {
            Self::ServiceAccount { realm, .. } => realm,
            Self::Administrator { .. } => "master",
        }
    }

    pub(crate) async fn request(&self, http: &reqwest::Client, base: &Url) -> Result<Token, Error> {
        let path = ["realms", self.realm(), "protocol", "openid-connect", "token"];
        let address = crate::below(base, &path)?;
        let form = match self {
            Self::ServiceAccount { client_id, secret, .. } => vec![
                ("grant_type", "client_credentials"),
                ("client_id", client_id),
                ("client_secret", secret.expose_secret()),
            ],
            Self::Administrator { username, password } => vec![
                ("grant_type", "password"),
                ("client_id", "admin-cli"),
                ("username", username),
                ("password", password.expose_secret()),
            ],
        };
        let mut attempt = 0;
        let (sent, answer) = loop {
            let sent = Instant::now();
            let answer = http.post(address.clone()).form(&form).send().await;
            let Some(pause) = retry::pause(&Method::POST, &answer, attempt) else { break (sent, answer) };
            attempt += 1;
            tokio::time::sleep(pause).await;
        };
        let response = answer.map_err(|fault| Error::of_transport(&address, &fault))?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(&address, response).await);
        }
        let granted: Granted = response.json().await.map_err(|fault| Error::of_answer(&address, &fault))?;
        let lifetime = Duration::from_secs(granted.expires_in).saturating_sub(MARGIN);
        Ok(Token { value: SecretString::from(granted.access_token), stale_at: sent + lifetime })
    }

    async fn refusal(&self, address: &Url, response: reqwest::Response) -> Error {
        let status = response.status();
        if status.is_redirection() {
            return Error::of_redirect(address, &response);
        }
        let said: Said = response.json().await.unwrap_or_default();
        match (status, said.error.as_str()) {
            (StatusCode::NOT_FOUND, error) if error.contains("Realm") => {
                Error::NoRealm { realm: self.realm().to_owned() }
            }
            (StatusCode::NOT_FOUND, _) => Error::NoKeycloak { address: address.to_string() },
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
                Error::Busy { address: address.to_string(), status: status.as_u16() }
            }
            (_, "unauthorized_client") if said.error_description.contains("service account") => {
                Error::NoServiceAccount { client_id: self.name().to_owned() }
            }
            (_, "invalid_client" | "unauthorized_client" | "invalid_grant") => {
                Error::Credentials { name: self.name().to_owned(), realm: self.realm().to_owned() }
            }
            _ => Error::Refused { address: address.to_string(), status: status.as_u16(), said: said.text() },
        }
    }

    /// The name that it gives Keycloak.
    fn name(&self) -> &str {
        match self {
            Self::ServiceAccount { client_id, .. } => client_id,
            Self::Administrator { username, .. } => username,
        }
    }
}

/// A token that Keycloak issued.
pub(crate) struct Token {
    value: SecretString,
    stale_at: Instant,
}

impl Token {
    pub(crate) fn is_fresh(&self) -> bool {
        Instant::now() < self.stale_at
    }

    pub(crate) fn value(&self) -> String {
        self.value.expose_secret().to_owned()
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}
