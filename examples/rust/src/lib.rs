//! A client of Bursar's gateway API: reserve before a call, settle or release after it.
//!
//! Every request can be sent again when its answer is lost: the same key, or the same reservation, is the same request.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use std::time::Duration;

/// How often a request is sent when there is no answer.
const ATTEMPTS: u32 = 4;
/// How long to wait before the second time; three times as long before each one after it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Why a call was not reserved, settled or released.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call may not be made.
    #[error("{reason}")]
    Denied {
        /// To match on, for example `hard_limit_reached`.
        code: String,
        /// For the user who makes the call.
        reason: String,
        /// When the budget resets, where a limit is the reason.
        resets_at: Option<String>,
    },
    /// The request was refused.
    #[error("{code}: {message}")]
    Refused {
        /// To match on.
        code: String,
        /// What is wrong.
        message: String,
    },
    /// Bursar does not answer. The gateway decides what that means for the call.
    #[error("Bursar does not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// The answer is not that of this API.
    #[error("unexpected answer: {0}")]
    Unexpected(#[from] serde_json::Error),
}

/// A call that is about to be made.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Of the gateway's own choice and different for every call. Never one that its API clients can choose.
    pub key: String,
    /// The id, the e-mail address or the user name of the user who pays.
    pub user: Option<String>,
    /// The technical name of the project.
    pub project: Option<String>,
    /// `platform`, `cli` or `premium_models`.
    #[serde(rename = "budget_category")]
    pub category: String,
    /// The model that is called.
    pub model: Option<String>,
    /// The most that the call can cost, in US dollars.
    #[serde(serialize_with = "as_number")]
    pub amount: Decimal,
}

/// What a call did cost.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// In US dollars.
    #[serde(serialize_with = "as_number")]
    pub amount: Decimal,
    /// Sent to the model.
    pub input_tokens: u64,
    /// Received from the model.
    pub output_tokens: u64,
}

/// A gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    client: Client,
    address: String,
    token: String,
}

impl Gateway {
    /// A gateway at `origin`, for example `https://bursar.example.com`, with a token of Administration, Gateways.
    pub fn new(client: Client, origin: &str, token: &str) -> Self {
        Self { client, address: format!("{}/v1/gateway", origin.trim_end_matches('/')), token: token.to_owned() }
    }

    /// Holds the amount of a call. Returns the id of the reservation.
    ///
    /// # Errors
    /// [`Error::Denied`] when the call may not be made.
    pub async fn reserve(&self, call: &Call) -> Result<String, Error> {
        let decision: Decision = self.post("/reservations", &serde_json::to_string(call)?).await?;
        decision.reservation_id.ok_or(Error::Denied {
            code: decision.code.unwrap_or_default(),
            reason: decision.reason.unwrap_or_default(),
            resets_at: decision.resets_at,
        })
    }

    /// Records what a call did cost.
    ///
    /// # Errors
    /// Bursar refused it or does not answer.
    pub async fn settle(&self, reservation: &str, cost: &Cost) -> Result<(), Error> {
        let path = format!("/reservations/{reservation}/settle");
        self.post::<Done>(&path, &serde_json::to_string(cost)?).await.map(drop)
    }

    /// Gives back what was held for a call that was not made.
    ///
    /// # Errors
    /// Bursar refused it or does not answer.
    pub async fn release(&self, reservation: &str) -> Result<(), Error> {
        self.post::<Done>(&format!("/reservations/{reservation}/release"), "").await.map(drop)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &str) -> Result<T, Error> {
        let (mut attempt, mut pause) = (1, FIRST_PAUSE);
        loop {
            let fault = match self.send(path, body).await {
                Ok((status, text)) if status.is_success() => return Ok(serde_json::from_str(&text)?),
                Ok((status, text)) => {
                    let refused = refusal(status, &text);
                    if !is_passing(status) {
                        return Err(refused);
                    }
                    refused
                }
                Err(fault) => fault.into(),
            };
            if attempt == ATTEMPTS {
                return Err(fault);
            }
            tokio::time::sleep(pause).await;
            (attempt, pause) = (attempt + 1, pause * 3);
        }
    }

    async fn send(&self, path: &str, body: &str) -> Result<(StatusCode, String), reqwest::Error> {
        let request = self.client.post([&self.address, path].concat()).bearer_auth(&self.token);
        let answer = request.header(CONTENT_TYPE, "application/json").body(body.to_owned()).send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}

/// Whether the same request may be answered otherwise a moment later.
fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

/// The refusal of an answer, which a proxy before Bursar may have written.
fn refusal(status: StatusCode, text: &str) -> Error {
    match serde_json::from_str(text) {
        Ok(Refusal { error: Problem { code, message } }) => Error::Refused { code, message },
        Err(_) => Error::Refused { code: "no_answer".to_owned(), message: format!("status {status}") },
    }
}

/// Writes the digits themselves: a float has only 15 of them.
fn as_number<S: Serializer>(amount: &Decimal, to: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(amount.to_string()).map_err(serde::ser::Error::custom)?.serialize(to)
}

#[derive(Deserialize)]
struct Decision {
    reservation_id: Option<String>,
    code: Option<String>,
    reason: Option<String>,
    resets_at: Option<String>,
}

/// The answer to a settlement or a release, of which nothing is needed.
#[derive(Deserialize)]
struct Done {}

#[derive(Deserialize)]
struct Refusal {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    message: String,
}
