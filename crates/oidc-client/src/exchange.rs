//! Talking to the provider: bounded in time and size, never redirected.

use https_client::{ClientError, handshake_failure};
use openidconnect::{HttpRequest, HttpResponse};
use std::borrow::Cow;
use std::time::Duration;

/// The longest a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The longest a whole exchange may take.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of an answer, and so of every token in it; most are a few thousand.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpFault {
    #[error("{}", in_a_few_words(.0))]
    Transport(#[from] reqwest::Error),
    #[error("its answer is larger than {} kB", MAX_ANSWER_BYTES / 1024)]
    TooLarge,
    #[error("it answered {0}")]
    Failing(http::StatusCode),
    #[error("its answer makes no sense")]
    Malformed(#[from] http::Error),
    #[error("it did not answer a moment ago")]
    BackingOff,
    #[error("it names an invalid address")]
    Address,
    #[error("it names an address without TLS, {host}, and {issuer_setting} has https")]
    NotHttps { host: String, issuer_setting: &'static str },
}

impl HttpFault {
    /// No connection could be made, so nothing that was sent is the reason.
    pub(crate) fn is_no_connection(&self) -> bool {
        matches!(self, Self::Transport(fault) if fault.is_connect())
    }

    /// It answers, or is configured, in a way that cannot be used.
    pub(crate) const fn is_unusable(&self) -> bool {
        matches!(self, Self::TooLarge | Self::Malformed(_) | Self::Address | Self::NotHttps { .. })
    }

    /// There was no whole answer.
    pub(crate) const fn is_transport(&self) -> bool {
        matches!(self, Self::Transport(_))
    }
}

/// An HTTP client for [`crate::OidcClient`]: bounded in time, never redirected.
///
/// # Errors
/// The system has no certificate authorities.
pub fn http_client(user_agent: &str) -> Result<reqwest::Client, ClientError> {
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(EXCHANGE_TIMEOUT)
        // A provider that sends us elsewhere could make us ask addresses of this network.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(user_agent);
    https_client::build(builder)
}

/// Sends one request and reads the whole answer.
pub(crate) async fn exchange(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
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
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(HttpFault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(answer.body(body)?)
}

/// Without the address, which is in the configuration.
fn in_a_few_words(fault: &reqwest::Error) -> Cow<'static, str> {
    if fault.is_timeout() {
        "it did not answer in time".into()
    } else if let Some(what) = handshake_failure(fault) {
        what
    } else if fault.is_connect() {
        "no connection could be made".into()
    } else {
        "the connection broke off".into()
    }
}
