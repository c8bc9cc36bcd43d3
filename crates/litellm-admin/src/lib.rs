//! A client of the budgets and customers of a LiteLLM proxy (`/budget/*`, `/customer/*`).
//!
//! What is put is what is there afterwards, however often it is put: LiteLLM itself creates and updates by different
//! requests, and an update that repeats the duration of a budget postpones its reset.

mod budget;
mod customer;
mod error;

pub use budget::{Budget, StoredBudget};
pub use customer::{Customer, StoredCustomer};
pub use error::Error;

use reqwest::{Method, RequestBuilder, Response, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// The longest a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest an answer may take: the list of all customers is one answer.
const ANSWER: Duration = Duration::from_secs(60);

/// The management API of one LiteLLM proxy.
pub struct LiteLlm {
    http: reqwest::Client,
    base: Url,
    key: SecretString,
}

impl LiteLlm {
    /// A client of the proxy at `base`, with its master key or the key of an administrator. Nothing is sent yet.
    ///
    /// # Errors
    /// The system has no certificate authorities.
    pub fn new(base: Url, key: SecretString) -> Result<Self, https_client::ClientError> {
        // A redirect would carry the key to an address that is not configured.
        let builder = reqwest::Client::builder().redirect(redirect::Policy::none());
        let http = https_client::build(builder.connect_timeout(CONNECT).timeout(ANSWER))?;
        Ok(Self { http, base, key })
    }

    /// Its address, without what may be secret in it.
    pub fn address(&self) -> String {
        let path = self.base.path().trim_end_matches('/');
        format!("{}{path}", self.base.origin().ascii_serialization())
    }

    async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, Error> {
        let response = self.send(&Method::GET, path, |request| request.query(query)).await?;
        self.read(response).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &[&str], body: &impl Serialize) -> Result<T, Error> {
        let response = self.send(&Method::POST, path, |request| request.json(body)).await?;
        self.read(response).await
    }

    async fn send(
        &self,
        method: &Method,
        path: &[&str],
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Error> {
        let mut address = self.base.clone();
        match address.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(path),
            Err(()) => return Err(Error::NoLiteLlm { address: self.address() }),
        };
        let request = self.http.request(method.clone(), address).bearer_auth(self.key.expose_secret());
        let response = fill(request).send().await.map_err(|fault| Error::of_transport(self.address(), &fault))?;
        error::checked(self.address(), response).await
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, Error> {
        response.json().await.map_err(|fault| Error::of_answer(self.address(), &fault))
    }
}

impl std::fmt::Debug for LiteLlm {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiteLlm").field("address", &self.address()).finish_non_exhaustive()
    }
}
