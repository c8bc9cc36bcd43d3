//! A client of Keycloak's admin REST API that says what to do when Keycloak refuses.
//!
//! Representations are JSON values or types of the caller's: what a caller reads, changes and writes back keeps the
//! fields that it does not know. A token is kept until shortly before it expires, and an answer that means "later" is
//! tried again.

mod error;
mod login;
mod retry;

pub use error::Error;
pub use login::Login;

use login::Token;
use reqwest::header::LOCATION;
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::sync::Mutex;
use url::Url;

/// The longest a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest an answer may take: a busy Keycloak needs half a minute to create a realm.
const ANSWER: Duration = Duration::from_secs(90);

/// The admin REST API of one Keycloak, for one login.
pub struct Keycloak {
    http: reqwest::Client,
    base: Url,
    login: Login,
    token: Mutex<Option<Token>>,
}

impl Keycloak {
    /// A client of the Keycloak at `base`, its address with the path that it is served under (`https://auth.example.com` or
    /// `https://auth.example.com/auth`). Nothing is sent yet.
    ///
    /// # Errors
    /// The system has no certificate authorities.
    pub fn new(base: Url, login: Login) -> Result<Self, https_client::ClientError> {
        // A redirect would carry the token to an address that is not configured.
        let builder = reqwest::Client::builder().redirect(redirect::Policy::none());
        let http = https_client::build(builder.connect_timeout(CONNECT).timeout(ANSWER))?;
        Ok(Self { http, base, login, token: Mutex::default() })
    }

    /// Its address.
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// A new access token, which is used from then on: its claims say what the login may do now, and the time by
    /// Keycloak's clock.
    ///
    /// # Errors
    /// Keycloak refuses the login or does not answer.
    pub async fn new_access_token(&self) -> Result<SecretString, Error> {
        let token = self.login.request(&self.http, &self.base).await?;
        Ok(self.token.lock().await.insert(token).value().into())
    }

    /// Reads what is at a path below `admin/realms`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, Error> {
        let address = self.address(path)?;
        let response = self.send(&Method::GET, path, |request| request.query(query)).await?;
        response.json().await.map_err(|fault| Error::of_answer(&address, &fault))
    }

    /// As [`Keycloak::get`]; `None` when Keycloak itself says that it knows no such thing.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn find<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Option<T>, Error> {
        match self.get(path, &[]).await {
            Err(Error::NotFound { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Creates something below a path and returns its id, where Keycloak names it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn post(&self, path: &[&str], body: &impl Serialize) -> Result<Option<String>, Error> {
        let response = self.send(&Method::POST, path, |request| request.json(body)).await?;
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        Ok(location.and_then(|location| location.rsplit('/').next()).map(ToOwned::to_owned))
    }

    /// Replaces what is at a path.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn put(&self, path: &[&str], body: &impl Serialize) -> Result<(), Error> {
        self.send(&Method::PUT, path, |request| request.json(body)).await.map(drop)
    }

    /// Deletes what is at a path; `body` names the parts, where only parts of it are meant.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn delete(&self, path: &[&str], body: Option<&(impl Serialize + Sync)>) -> Result<(), Error> {
        let with_body = |request: RequestBuilder| match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.send(&Method::DELETE, path, with_body).await.map(drop)
    }

    /// Sends a request until it is answered with something other than "later", and once more when the token was refused:
    /// Keycloak may have been started again since it issued it.
    async fn send(
        &self,
        method: &Method,
        path: &[&str],
        fill: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Error> {
        let address = self.address(path)?;
        let (mut attempt, mut is_new_login) = (0, false);
        loop {
            let token = self.token().await?;
            let request = fill(self.http.request(method.clone(), address.clone())).bearer_auth(token);
            let answer = request.send().await;
            if let Some(pause) = retry::pause(method, &answer, attempt) {
                attempt += 1;
                tokio::time::sleep(pause).await;
                continue;
            }
            let response = answer.map_err(|fault| Error::of_transport(&address, &fault))?;
            if response.status() == StatusCode::UNAUTHORIZED && !is_new_login {
                is_new_login = true;
                *self.token.lock().await = None;
                continue;
            }
            return error::checked(self.login.realm(), method, path, &address, response).await;
        }
    }

    /// The token of the login, requested again shortly before it expires.
    async fn token(&self) -> Result<String, Error> {
        let mut kept = self.token.lock().await;
        match kept.as_ref().filter(|token| token.is_fresh()) {
            Some(token) => Ok(token.value()),
            None => Ok(kept.insert(self.login.request(&self.http, &self.base).await?).value()),
        }
    }

    fn address(&self, path: &[&str]) -> Result<Url, Error> {
        below(&self.base, ["admin", "realms"].iter().chain(path))
    }
}

/// The address of a path below another; what its parts contain is escaped.
fn below<'a>(base: &Url, path: impl IntoIterator<Item = &'a &'a str>) -> Result<Url, Error> {
    let mut address = base.clone();
    match address.path_segments_mut() {
        Ok(mut segments) => segments.pop_if_empty().extend(path),
        Err(()) => return Err(Error::Address(base.to_string())),
    };
    Ok(address)
}
