//! What Keycloak answers without a login, and whether Bursar answers at the address that Keycloak is told.

use crate::identity::Identity;
use crate::identity::logout::BACK_CHANNEL;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde_json::Value;

/// The most bytes of an answer that are read.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// A code that no provider issued. Keycloak authenticates the client before it looks at the code.
const UNKNOWN_CODE: &str = "bursar-keycloak-doctor";

/// An answer over HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Where it leads on to.
    pub(super) location: Option<String>,
    /// Its body, when that is JSON.
    pub(super) body: Value,
}

/// What became of the requests; a text says why there was no answer.
#[derive(Debug)]
pub(super) struct Contact {
    /// The answer where the description of the realm should be.
    pub(super) description: Result<Answer, String>,
    /// An issuer under another path, where the description is instead.
    pub(super) other_issuer: Option<String>,
    /// What the token endpoint says of the client and its secret.
    pub(super) client: Result<(), oidc_client::Error>,
    /// How far Keycloak's clock is ahead, as tokens of users told.
    pub(super) clock_ahead_seconds: Option<i64>,
    /// The answer to a back-channel logout without a token.
    pub(super) back_channel: Result<StatusCode, String>,
}

impl Contact {
    pub(super) async fn read(identity: &Identity, http: &Client) -> Self {
        let issuer = &identity.config.issuer;
        let back_channel = http
            .post(format!("{}{BACK_CHANNEL}", identity.config.public_url))
            .header("content-type", "application/x-www-form-urlencoded");
        let (description, client, back_channel) = tokio::join!(
            description(identity, http, issuer),
            identity.oidc.exchange_code(UNKNOWN_CODE.to_owned(), UNKNOWN_CODE.repeat(2)),
            answer(back_channel),
        );
        let other_issuer = match &description {
            Ok(answer) if answer.status == StatusCode::NOT_FOUND && !says_no_realm(answer) => {
                other_issuer(identity, http, issuer).await
            }
            _ => None,
        };
        Self {
            description,
            other_issuer,
            client: match client {
                Ok(_) | Err(oidc_client::Error::Stale(_)) => Ok(()),
                Err(fault) => Err(fault),
            },
            clock_ahead_seconds: identity.oidc.clock_ahead_seconds(),
            back_channel: back_channel.map(|answer| answer.status),
        }
    }

    /// No request can be sent.
    pub(super) fn unavailable(why: &str) -> Self {
        Self {
            description: Err(why.to_owned()),
            other_issuer: None,
            client: Err(oidc_client::Error::Unreachable(why.to_owned())),
            clock_ahead_seconds: None,
            back_channel: Err(why.to_owned()),
        }
    }
}

/// Whether Keycloak itself says that it has no such realm, or none that is enabled.
pub(super) fn says_no_realm(answer: &Answer) -> bool {
    answer.body["error"].as_str().is_some_and(|error| error.starts_with("Realm"))
}

async fn description(identity: &Identity, http: &Client, issuer: &str) -> Result<Answer, String> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    answer(http.get(identity.oidc.route_to(&address)?)).await
}

/// The issuer with `/auth` where it has none, or without it, if Keycloak describes a realm there.
async fn other_issuer(identity: &Identity, http: &Client, issuer: &str) -> Option<String> {
    let (base, realm) = issuer.rsplit_once("/realms/")?;
    let base = base.strip_suffix("/auth").map_or_else(|| format!("{base}/auth"), ToOwned::to_owned);
    let other = format!("{base}/realms/{realm}");
    let answer = description(identity, http, &other).await.ok()?;
    (answer.status.is_success() && answer.body["issuer"].is_string()).then_some(other)
}

async fn answer(request: RequestBuilder) -> Result<Answer, String> {
    let mut response = request.send().await.map_err(|fault| in_words(&fault))?;
    let location = response.headers().get("location").and_then(|target| target.to_str().ok()).map(ToOwned::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|fault| in_words(&fault))? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status(), location, body: serde_json::from_slice(&body).unwrap_or_default() })
}

/// Why there was no answer.
fn in_words(fault: &reqwest::Error) -> String {
    if let Some(what) = https_client::handshake_failure(fault) {
        what.into_owned()
    } else if fault.is_timeout() {
        "it did not answer in time".to_owned()
    } else if fault.is_connect() {
        "no connection could be made".to_owned()
    } else {
        "the connection broke off".to_owned()
    }
}

/// The host of an address, for comparison.
pub(super) fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(ToOwned::to_owned)
}
