//! Webhooks: JSON by a POST request, signed as Standard Webhooks describes (<https://www.standardwebhooks.com>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use https_client::{ClientError, handshake_failure};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use ring::hmac;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// What the secret begins with.
const SECRET_PREFIX: &str = "whsec_";
/// How many bytes a secret may have.
const SECRET_LENGTH: std::ops::RangeInclusive<usize> = 24..=64;

/// The secret that sender and receiver of webhooks share. Not printed.
#[derive(Clone)]
pub struct WebhookSecret(hmac::Key);

impl WebhookSecret {
    /// Reads `whsec_` and 24 to 64 bytes in base64.
    pub fn parse(raw: &str) -> Option<Self> {
        let bytes = STANDARD.decode(raw.strip_prefix(SECRET_PREFIX)?).ok()?;
        SECRET_LENGTH.contains(&bytes.len()).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The signature of a message, as the header `webhook-signature` has it.
    fn sign(&self, id: Uuid, timestamp: i64, body: &str) -> String {
        let signed = format!("{id}.{timestamp}.{body}");
        format!("v1,{}", STANDARD.encode(hmac::sign(&self.0, signed.as_bytes())))
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret")
    }
}

/// The receiver of webhooks.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
    url: Url,
    secret: WebhookSecret,
}

impl Webhook {
    /// Sends nothing yet.
    ///
    /// # Errors
    /// The system has no certificate authorities.
    pub fn new(url: Url, secret: WebhookSecret) -> Result<Self, ClientError> {
        // Another address than the configured one is never sent to.
        let client = https_client::build(Client::builder().redirect(Policy::none()))?;
        Ok(Self { client, url, secret })
    }

    /// The receiver, for people: without what may be secret in its address.
    pub fn recipient(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) async fn send(&self, id: Uuid, payload: &Value, now: OffsetDateTime) -> Result<(), String> {
        let (body, timestamp) = (payload.to_string(), now.unix_timestamp());
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", id.to_string())
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", self.secret.sign(id, timestamp, &body))
            .body(body);
        let answer = request.send().await.map_err(|fault| problem(&fault))?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("The receiver answered {}.", answer.status()))
    }
}

/// Without the address, which may hold a secret.
fn problem(fault: &reqwest::Error) -> String {
    match handshake_failure(fault) {
        Some(failure) => format!("{failure}."),
        None if fault.is_connect() => "The receiver cannot be reached.".to_owned(),
        None => "The connection to the receiver broke.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the test vectors of the Standard Webhooks libraries.
    #[test]
    fn signature_is_that_of_standard_webhooks() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signed = hmac::sign(&secret.0, br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#);
        assert_eq!(STANDARD.encode(signed), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let id = Uuid::from_u128(7);
        let expected = hmac::sign(&secret.0, format!("{id}.12.{{}}").as_bytes());
        assert_eq!(secret.sign(id, 12, "{}"), format!("v1,{}", STANDARD.encode(expected)));
    }

    #[test]
    fn secret_has_a_prefix_and_enough_bytes() {
        let secret = |bytes: usize| format!("{SECRET_PREFIX}{}", STANDARD.encode(vec![7; bytes]));
        for good in [24, 32, 64] {
            assert!(WebhookSecret::parse(&secret(good)).is_some(), "{good}");
        }
        for bad in [secret(23), secret(65), STANDARD.encode([7; 32]), "whsec_".to_owned(), "whsec_#".to_owned()] {
            assert!(WebhookSecret::parse(&bad).is_none(), "{bad}");
        }
    }
}
