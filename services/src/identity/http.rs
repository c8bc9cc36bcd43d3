//! Talking to the provider: bounded in time and size, never redirected.

use crate::https::{self, ClientError};
use openidconnect::{HttpRequest, HttpResponse};
use std::borrow::Cow;
use std::time::Duration;

/// The longest a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest a whole exchange may take.
const EXCHANGE: Duration = Duration::from_secs(5);
/// The most bytes of an answer, and so of every token in it; most are a few thousand.
pub(super) const LARGEST: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFault {
    #[error("{}", in_a_few_words(.0))]
    Transport(#[from] reqwest::Error),
    #[error("its answer is larger than {} kB", LARGEST / 1024)]
    TooLarge,
    #[error("it answered {0}")]
    Failing(http::StatusCode),
    #[error("its answer makes no sense")]
    Malformed(#[from] http::Error),
    #[error("it did not answer a moment ago")]
    Resting,
    #[error("it names an address that is none")]
    Address,
    #[error("it names an address without TLS, {0}, and OIDC_ISSUER_URL has https")]
    NotHttps(String),
}

impl HttpFault {
    /// No connection could be made, so nothing that was sent is the reason.
    pub(super) fn is_no_connection(&self) -> bool {
        matches!(self, Self::Transport(fault) if fault.is_connect())
    }

    /// It answers, or is configured, in a way that cannot be used.
    pub(super) const fn is_unusable(&self) -> bool {
        matches!(self, Self::TooLarge | Self::Malformed(_) | Self::Address | Self::NotHttps(_))
    }

    /// There was no whole answer.
    pub(super) const fn is_transport(&self) -> bool {
        matches!(self, Self::Transport(_))
    }
}

/// The client for [`super::Identity`].
///
/// # Errors
/// The system has no certificate authorities.
pub fn client() -> Result<reqwest::Client, ClientError> {
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(EXCHANGE)
        // A provider that sends us elsewhere could make us ask addresses of this network.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("bursar");
    https::build(builder)
}

/// Sends one request and reads the whole answer.
pub(super) async fn exchange(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
    let mut response = client.execute(request.try_into()?).await?;
    if response.status().is_server_error() {
        return Err(HttpFault::Failing(response.status()));
    }
    let mut answer = http::Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        headers.clone_from(response.headers());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Err(HttpFault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(answer.body(body)?)
}

/// Without the address, which stands in the configuration.
fn in_a_few_words(fault: &reqwest::Error) -> Cow<'static, str> {
    if fault.is_timeout() {
        "it did not answer in time".into()
    } else if let Some(what) = https::handshake_failure(fault) {
        what
    } else if fault.is_connect() {
        "no connection could be made".into()
    } else {
        "the connection broke off".into()
    }
}
