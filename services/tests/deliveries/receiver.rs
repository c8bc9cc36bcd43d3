//! A receiver of webhooks: it verifies the signature of each request, and answers as the test says.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use services::outbox::{Channels, Webhook, WebhookSecret};
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

const KEY: [u8; 32] = [7; 32];

/// What the receiver does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Status(u16),
    /// It answers with the way to another address of its own.
    Redirect,
    /// It keeps the sender waiting for ever.
    Nothing,
    /// It keeps the sender waiting until [`Receiver::let_go`].
    Late,
}

/// A request whose signature was right.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) body: Value,
}

struct Kept {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<Answer>>,
    arrivals: Semaphore,
    late: Semaphore,
}

pub(crate) struct Receiver {
    url: String,
    kept: Arc<Kept>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook?token=s3cret", listener.local_addr().expect("an address"));
        let kept = Arc::new(Kept {
            received: Mutex::default(),
            answers: Mutex::default(),
            arrivals: Semaphore::new(0),
            late: Semaphore::new(0),
        });
        let app = Router::new().fallback(receive).with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, kept }
    }

    /// Channels that lead here.
    pub(crate) fn channels(&self) -> Channels {
        let secret = WebhookSecret::parse(&format!("whsec_{}", STANDARD.encode(KEY))).expect("a secret");
        let webhook = Webhook::new(self.url.parse().expect("an address"), secret).expect("a client");
        Channels { webhook: Some(webhook), ..Channels::default() }
    }

    /// What it does with the next requests; it takes those after them.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.kept.answers.lock().expect("no panic").extend(answers);
    }

    /// Waits until a request has arrived that was not waited for yet.
    pub(crate) async fn arrival(&self) {
        self.kept.arrivals.acquire().await.expect("open").forget();
    }

    /// Answers a request that is late.
    pub(crate) fn let_go(&self) {
        self.kept.late.add_permits(1);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.kept.received.lock().expect("no panic").clone()
    }
}

async fn receive(State(kept): State<Arc<Kept>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(received) = verified(&headers, &body) else { return StatusCode::UNAUTHORIZED.into_response() };
    kept.received.lock().expect("no panic").push(received);
    kept.arrivals.add_permits(1);
    let answer = kept.answers.lock().expect("no panic").pop_front();
    match answer.unwrap_or(Answer::Status(204)) {
        Answer::Status(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Answer::Redirect => (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response(),
        Answer::Nothing => std::future::pending().await,
        Answer::Late => {
            kept.late.acquire().await.expect("open").forget();
            StatusCode::NO_CONTENT.into_response()
        }
    }
}

/// The request, if its signature is that of <https://www.standardwebhooks.com>.
fn verified(headers: &HeaderMap, body: &[u8]) -> Option<Received> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let (id, timestamp) = (header("webhook-id")?, header("webhook-timestamp")?);
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).expect("any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let signature = STANDARD.decode(header("webhook-signature")?.strip_prefix("v1,")?).ok()?;
    mac.verify_slice(&signature).ok()?;
    (header("content-type")? == "application/json").then_some(())?;
    Some(Received { id: id.to_owned(), timestamp: timestamp.parse().ok()?, body: serde_json::from_slice(body).ok()? })
}
