//! How many requests a person may send in a minute, told in the headers that programs know
//! (`draft-ietf-httpapi-ratelimit-headers`, in the three fields in use).
//!
//! Counted in each process: the limit keeps one program from crowding out the rest, it guards no right.

use super::auth::Identity;
use super::error::ApiError;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const WINDOW_SECONDS: i64 = 60;

/// The requests of the present minute, by person or, where nobody is signed in, by address.
#[derive(Clone, Debug)]
pub struct RateLimit {
    per_minute: u32,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    window: i64,
    by_key: HashMap<String, u32>,
}

/// What is left of a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    remaining: u32,
    is_over: bool,
    seconds: u64,
}

impl RateLimit {
    /// So many requests a minute.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, counts: Arc::default() }
    }

    /// Counts one more at a moment in seconds.
    fn count(&self, key: String, now: i64) -> Left {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let window = now.div_euclid(WINDOW_SECONDS);
        if counts.window != window {
            *counts = Counts { window, by_key: HashMap::new() };
        }
        let count = counts.by_key.entry(key).or_default();
        *count = count.saturating_add(1);
        Left {
            remaining: self.per_minute.saturating_sub(*count),
            is_over: *count > self.per_minute,
            seconds: u64::try_from(WINDOW_SECONDS - now.rem_euclid(WINDOW_SECONDS)).unwrap_or_default(),
        }
    }
}

/// Refuses what is beyond the limit, and says on every answer how much is left.
pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let left = state.api_rate.count(key(&request), state.services.clock().now().unix_timestamp());
    let mut response =
        if left.is_over { ApiError::too_many(left.seconds).into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    for (name, number) in [
        ("ratelimit-limit", u64::from(state.api_rate.per_minute)),
        ("ratelimit-remaining", left.remaining.into()),
        ("ratelimit-reset", left.seconds),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
    }
    response
}

fn key(request: &Request) -> String {
    let Some(identity) = request.extensions().get::<Identity>() else { return String::new() };
    match &identity.caller {
        Some(caller) => caller.actor.user_id.to_string(),
        None => identity.client.address.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_limit_of_their_own_that_begins_anew_every_minute() {
        let limit = RateLimit::new(2);
        let of = |key: &str, now| limit.count(key.to_owned(), now);
        assert_eq!(of("ada", 130), Left { remaining: 1, is_over: false, seconds: 50 });
        assert_eq!(of("ada", 131), Left { remaining: 0, is_over: false, seconds: 49 });
        assert!(of("ada", 179).is_over);
        assert!(!of("bob", 179).is_over);
        assert_eq!(of("ada", 180), Left { remaining: 1, is_over: false, seconds: 60 });
    }
}
