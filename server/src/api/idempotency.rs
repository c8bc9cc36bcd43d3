//! `Idempotency-Key` on creating calls: a call sent twice is done once and answered the same.

use super::auth::Identity;
use super::body::LARGEST;
use super::code::Code;
use super::error::{ApiError, Part};
use crate::state::AppState;
use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use services::idempotency::{self, Answer, Claim, Key};
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Headers that belong to the answer; the others belong to the request it was given to.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];
/// The most characters of a key.
pub const LONGEST: usize = 255;

/// Answers a POST that carries a key, once.
pub async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut lines = request.headers().get_all(&HEADER).iter().map(|line| line.to_str().unwrap_or_default());
    // Several keys are no key: a proxy may have kept another one of them.
    let named = lines.next().map(|name| if lines.next().is_some() { String::new() } else { name.to_owned() });
    let owner = request.extensions().get::<Identity>().and_then(|identity| identity.caller.clone());
    let (Method::POST, Some(name), Some(owner)) = (request.method().clone(), named, owner) else {
        return next.run(request).await;
    };
    if name.is_empty() || name.len() > LONGEST {
        let reason = format!("Send one key of 1 to {LONGEST} characters.");
        return ApiError::field("Idempotency-Key", &reason).found_in(Part::Header).into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let address = parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |uri| uri.0.clone());
    let hash = Sha256::new().chain_update(address.to_string()).chain_update([0]).chain_update(&body).finalize();
    let key = Key::new(owner.actor.user_id, &name, &hash);
    match idempotency::claim(&state.services, &key).await {
        Err(fault) => ApiError::from(fault).into_response(),
        Ok(Claim::Done(answer)) => replay(answer),
        Ok(Claim::UnderWay) => ApiError::busy("The same call is being answered at this moment.").into_response(),
        Ok(Claim::OfAnotherRequest) => {
            ApiError::new(Code::IdempotencyKeyReused, "This Idempotency-Key was used for another request.")
                .helped("Use a new key for a new request, and the same one only to send a request again.")
                .into_response()
        }
        Ok(Claim::New) => {
            // Also when the client hangs up: a call that was begun leaves its answer.
            let work = answer(state, key, next.run(Request::from_parts(parts, Body::from(body))));
            tokio::spawn(work.in_current_span())
                .await
                .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

async fn answer(state: AppState, key: Key, answered: impl Future<Output = Response>) -> Response {
    let response = answered.await;
    let kept = if response.status().is_success() {
        let (parts, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, usize::MAX).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers =
            KEPT.iter().filter_map(|name| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned())));
        let answer = Answer { status: parts.status.as_u16(), headers: headers.collect(), body: bytes.to_vec() };
        let kept = idempotency::keep(&state.services, &key, &answer).await;
        (kept, Response::from_parts(parts, Body::from(bytes)))
    } else if response.status() == StatusCode::GATEWAY_TIMEOUT {
        // Nobody knows whether it was done: the key stays with it.
        return response;
    } else {
        (idempotency::give_back(&state.services, &key).await, response)
    };
    if let Err(fault) = kept.0 {
        // The call itself is done; a client that repeats it before the claim is old is told that it is under way.
        tracing::warn!(%fault, "the answer to a creating call could not be kept");
    }
    kept.1
}

fn replay(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
