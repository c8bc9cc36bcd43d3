//! What can go wrong, in sentences that say what to do.

use reqwest::header::LOCATION;
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use url::Url;

/// Why Keycloak did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No HTTP address.
    #[error("{0} is no address of a Keycloak. It looks like https://auth.example.com.")]
    Address(String),
    /// No connection.
    #[error("Keycloak cannot be reached at {address}: {what}. Check the address, and that it is reachable from here.")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        what: String,
    },
    /// A connection that is not trusted.
    #[error("Keycloak at {address}: {what}. Install the authority that signed it, or let SSL_CERT_FILE name it.")]
    Tls {
        /// Where.
        address: String,
        /// Why.
        what: String,
    },
    /// No answer in time.
    #[error("Keycloak at {address} did not answer in time. Try again when it is less busy.")]
    Timeout {
        /// Where.
        address: String,
    },
    /// Another address answers in its place.
    #[error("{address} leads on to {target}. Set the address of Keycloak to that one.")]
    Redirect {
        /// Where.
        address: String,
        /// Where to.
        target: String,
    },
    /// Something else answers, or Keycloak under another path.
    #[error(
        "There is no Keycloak at {address}. If it is served under a path such as /auth, add it to the address; else leave it out."
    )]
    NoKeycloak {
        /// Where.
        address: String,
    },
    /// The realm does not exist.
    #[error("Keycloak has no realm {realm}. Names of realms are case-sensitive.")]
    NoRealm {
        /// Its name.
        realm: String,
    },
    /// The client's or the administrator's secret is wrong.
    #[error("Keycloak refused the secret of {name} in the realm {realm}. Copy it once more, or set a new one.")]
    Credentials {
        /// The client or the user.
        name: String,
        /// Its realm.
        realm: String,
    },
    /// The client has no service account.
    #[error("The client {client_id} has no service account. Turn on \"Service accounts roles\" in its settings.")]
    NoServiceAccount {
        /// The client.
        client_id: String,
    },
    /// The realm lacks the client whose roles allow its administration.
    #[error("The realm {realm} has no client realm-management. The realm master cannot be used: choose another one.")]
    NoRealmManagement {
        /// Its name.
        realm: String,
    },
    /// The login lacks a role.
    #[error("Keycloak refused {method} {path}: the role {role} of the client {client} is missing.")]
    MissingRole {
        /// What was to be done.
        method: String,
        /// What it was to be done with.
        path: String,
        /// The role that allows it.
        role: &'static str,
        /// The client that the role belongs to.
        client: String,
    },
    /// The login lacks a role that it wants to grant, or the right to grant any.
    #[error(
        "Keycloak refused {method} {path}: it needs the role manage-users of the client {client} and every role of that client that is granted. The role realm-admin contains all."
    )]
    MayNotGrant {
        /// What was to be done.
        method: String,
        /// Which roles of whom.
        path: String,
        /// The client that the roles belong to.
        client: String,
    },
    /// The login lacks the role that allows the creation of realms.
    #[error(
        "Keycloak refused to create the realm: the role create-realm of the realm master is missing. Only an administrator of that realm can have it."
    )]
    MayNotCreateRealm,
    /// The login was refused although Keycloak had just issued its token.
    #[error(
        "Keycloak at {address} refused a token that it had just issued. Its address and its host name setting differ."
    )]
    Token {
        /// Where.
        address: String,
    },
    /// No such thing.
    #[error("Keycloak knows no {path}.")]
    NotFound {
        /// What was looked for.
        path: String,
    },
    /// It exists already.
    #[error("Keycloak refused {path}: {said}")]
    Exists {
        /// What was to be created.
        path: String,
        /// Keycloak's words.
        said: String,
    },
    /// Too many requests, even after waiting.
    #[error("Keycloak at {address} asks to wait (status {status}), even after several tries.")]
    Busy {
        /// Where.
        address: String,
        /// 429 or 503.
        status: u16,
    },
    /// Another answer.
    #[error("Keycloak at {address} answered with status {status}. {said}")]
    Refused {
        /// Where.
        address: String,
        /// The status.
        status: u16,
        /// Keycloak's words.
        said: String,
    },
    /// An answer that is not Keycloak's, such as a page of a proxy.
    #[error("What answers at {address} is not Keycloak: {what}. Check for a proxy in between.")]
    Answer {
        /// Where.
        address: String,
        /// Why.
        what: String,
    },
}

impl Error {
    pub(crate) fn of_transport(address: &Url, fault: &reqwest::Error) -> Self {
        let address = address.to_string();
        if let Some(what) = https_client::handshake_failure(fault) {
            return Self::Tls { address, what: what.into_owned() };
        }
        if fault.is_timeout() && !fault.is_connect() {
            return Self::Timeout { address };
        }
        Self::Unreachable { address, what: cause(fault) }
    }

    pub(crate) fn of_answer(address: &Url, fault: &reqwest::Error) -> Self {
        if fault.is_decode() {
            return Self::Answer { address: address.to_string(), what: cause(fault) };
        }
        Self::of_transport(address, fault)
    }

    pub(crate) fn of_redirect(address: &Url, response: &Response) -> Self {
        let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
        Self::Redirect { address: address.to_string(), target: target.unwrap_or("another address").to_owned() }
    }
}

/// The innermost reason, which the outer ones only wrap.
fn cause(fault: &reqwest::Error) -> String {
    let chain = std::iter::successors(Some(fault as &dyn std::error::Error), |fault| fault.source());
    chain.last().map_or_else(String::new, ToString::to_string)
}

/// The answer to a request of a login of `login_realm`, when it is a success.
pub(crate) async fn checked(
    login_realm: &str,
    method: &Method,
    path: &[&str],
    address: &Url,
    response: Response,
) -> Result<Response, Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status.is_redirection() {
        return Err(Error::of_redirect(address, &response));
    }
    let said: Option<Said> = response.json().await.ok();
    let is_keycloak = said.is_some();
    let (text, name) = (said.unwrap_or_default().text(), path.join("/"));
    let address = address.to_string();
    Err(match status {
        StatusCode::FORBIDDEN if path.is_empty() => Error::MayNotCreateRealm,
        StatusCode::FORBIDDEN
            if *method != Method::GET && matches!(path, [_, "users", _, "role-mappings", "clients", ..]) =>
        {
            Error::MayNotGrant { method: method.to_string(), path: name, client: management_client(login_realm, path) }
        }
        StatusCode::FORBIDDEN => Error::MissingRole {
            method: method.to_string(),
            path: name,
            role: role(method, path),
            client: management_client(login_realm, path),
        },
        StatusCode::UNAUTHORIZED => Error::Token { address },
        StatusCode::NOT_FOUND if text.contains("Realm not found") => {
            Error::NoRealm { realm: path.first().copied().unwrap_or_default().to_owned() }
        }
        // A proxy that hides the admin API must not look like a realm in which nothing exists, nor a Keycloak without it.
        StatusCode::NOT_FOUND if !is_keycloak || text.contains("matching target resource") => {
            let what = if is_keycloak { "the admin API is turned off" } else { "status 404 without Keycloak's reason" };
            Error::Answer { address, what: what.to_owned() }
        }
        StatusCode::NOT_FOUND => Error::NotFound { path: name },
        StatusCode::CONFLICT => Error::Exists { path: name, said: text },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Error::Busy { address, status: status.as_u16() }
        }
        _ => Error::Refused { address, status: status.as_u16(), said: text },
    })
}

/// The client whose roles allow the administration of a realm: administrators of the realm `master` have another one than
/// those of the realm itself.
fn management_client(login_realm: &str, path: &[&str]) -> String {
    match path.first() {
        Some(realm) if *realm != login_realm => format!("{realm}-realm of the realm {login_realm}"),
        _ => "realm-management".to_owned(),
    }
}

/// The role of that client that allows a request (Keycloak, "Admin REST API", roles of a realm).
fn role(method: &Method, path: &[&str]) -> &'static str {
    let reads = method == Method::GET;
    match path.get(1).copied().unwrap_or_default() {
        "users" if path.get(2) != Some(&"profile") => {
            if reads {
                "view-users"
            } else {
                "manage-users"
            }
        }
        "groups" => {
            if reads {
                "query-groups"
            } else {
                "manage-users"
            }
        }
        "clients" | "client-scopes" => {
            if reads {
                "view-clients"
            } else {
                "manage-clients"
            }
        }
        "identity-provider" => {
            if reads {
                "view-identity-providers"
            } else {
                "manage-identity-providers"
            }
        }
        "events" => "view-events",
        _ => {
            if reads {
                "view-realm"
            } else {
                "manage-realm"
            }
        }
    }
}

/// A refusal in Keycloak's words, of the admin API and of the token endpoint.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    pub(crate) error: String,
    pub(crate) error_description: String,
    #[serde(rename = "errorMessage")]
    message: String,
    /// The attribute of a user that a rule of the user profile refuses.
    field: String,
    /// One for each attribute, where rules refuse several.
    errors: Vec<Said>,
}

impl Said {
    pub(crate) fn text(&self) -> String {
        let field = if self.field.is_empty() { String::new() } else { format!("{}:", self.field) };
        let parts = [&field, &self.message, &self.error, &self.error_description];
        let own = parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
        let others = self.errors.iter().map(Self::text);
        std::iter::once(own).chain(others).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    }
}
