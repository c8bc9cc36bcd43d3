//! How many requests a user may send in a minute, in the headers that API clients know
//! (`draft-ietf-httpapi-ratelimit-headers`, in the three fields in use), and how many may come from one network.
//!
//! Counted in each process: the limit keeps one API client from crowding out the rest, it guards no right.

use super::auth::Identity;
use super::error::ApiError;
use crate::middleware::peer;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::id::UserId;
use http::{HeaderName, HeaderValue};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

const WINDOW_SECONDS: i64 = 60;
/// So many users at their limit may share a network: an office, or a gateway that sends the tokens of many.
const USERS_PER_NETWORK: u32 = 20;

/// The requests of the present minute.
#[derive(Clone, Debug)]
pub struct RateLimit {
    per_minute: Option<NonZeroU32>,
    counts: Arc<Mutex<Counts>>,
}

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    User(UserId),
    /// Requests without authentication.
    Anonymous(Network),
    /// All requests of a network, before they are authenticated.
    All(Network),
}

/// One IPv4 address or the /64 of an IPv6 one, which is what one machine has; `None` where it is not known.
type Network = Option<IpAddr>;

#[derive(Debug, Default)]
struct Counts {
    window: i64,
    by_key: HashMap<Key, u32>,
}

/// What is left of a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    limit: u32,
    remaining: u32,
    is_over: bool,
    seconds: u64,
}

impl RateLimit {
    /// So many requests a minute; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: NonZeroU32::new(per_minute), counts: Arc::default() }
    }

    /// Counts one more at a moment in seconds; `None` without a limit.
    fn count(&self, key: Key, now: i64) -> Option<Left> {
        let per_minute = self.per_minute?.get();
        let limit = if matches!(key, Key::All(_)) { per_minute.saturating_mul(USERS_PER_NETWORK) } else { per_minute };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let window = now.div_euclid(WINDOW_SECONDS);
        if counts.window != window {
            *counts = Counts { window, by_key: HashMap::new() };
        }
        let count = counts.by_key.entry(key).or_default();
        *count = count.saturating_add(1);
        Some(Left {
            limit,
            remaining: limit.saturating_sub(*count),
            is_over: *count > limit,
            seconds: u64::try_from(WINDOW_SECONDS - now.rem_euclid(WINDOW_SECONDS)).unwrap_or_default(),
        })
    }
}

/// Refuses what is beyond the limit of a user, and says on every answer how much is left.
pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(left) = state.api_rate.count(key(&request), now(&state)) else { return next.run(request).await };
    let mut response = if left.is_over { too_many(left) } else { next.run(request).await };
    left.tell(&mut response);
    response
}

/// Refuses what is beyond the limit of a network, before a token costs a signature and a look-up.
pub async fn limit_network(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let address = peer::client(&state.web, request.extensions(), request.headers());
    match state.api_rate.count(Key::All(network(address)), now(&state)) {
        Some(left) if left.is_over => {
            let mut response = too_many(left);
            left.tell(&mut response);
            response
        }
        _ => next.run(request).await,
    }
}

fn now(state: &AppState) -> i64 {
    state.services.clock().now().unix_timestamp()
}

fn too_many(left: Left) -> Response {
    ApiError::too_many(left.seconds).into_response()
}

impl Left {
    fn tell(self, response: &mut Response) {
        let headers = response.headers_mut();
        for (name, number) in [
            ("ratelimit-limit", u64::from(self.limit)),
            ("ratelimit-remaining", self.remaining.into()),
            ("ratelimit-reset", self.seconds),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
        }
    }
}

fn key(request: &Request) -> Key {
    let identity = request.extensions().get::<Identity>();
    match identity.and_then(|identity| identity.caller.as_ref()) {
        Some(caller) => Key::User(caller.actor.user_id),
        None => {
            let address = identity.and_then(|identity| identity.client.address.as_ref()?.parse().ok());
            Key::Anonymous(network(address))
        }
    }
}

fn network(address: Option<IpAddr>) -> Network {
    Some(match address?.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u128) -> Key {
        Key::User(UserId(uuid::Uuid::from_u128(number)))
    }

    fn at(address: &str) -> Network {
        network(Some(address.parse().expect("an address")))
    }

    #[test]
    fn each_user_has_a_limit_that_starts_again_every_minute() {
        let limit = RateLimit::new(2);
        let left = |remaining, is_over, seconds| Some(Left { limit: 2, remaining, is_over, seconds });
        assert_eq!(limit.count(user(1), 130), left(1, false, 50));
        assert_eq!(limit.count(user(1), 131), left(0, false, 49));
        assert_eq!(limit.count(user(1), 179), left(0, true, 1));
        assert_eq!(limit.count(user(2), 179), left(1, false, 1));
        assert_eq!(limit.count(user(1), 180), left(1, false, 60));
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        assert_eq!(at("2001:db8:0:7::1"), at("2001:db8:0:7:ffff:ffff:ffff:ffff"));
        assert_ne!(at("2001:db8:0:7::1"), at("2001:db8:0:8::1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        let limit = RateLimit::new(1);
        let is_over = |address| limit.count(Key::Anonymous(at(address)), 0).is_some_and(|left| left.is_over);
        assert!(!is_over("2001:db8::1") && is_over("2001:db8::2") && !is_over("2001:db8:0:1::1"));
    }

    #[test]
    fn network_may_send_the_requests_of_twenty_users() {
        let limit = RateLimit::new(2);
        let over = (1..=50).position(|_| limit.count(Key::All(at("192.0.2.1")), 0).is_some_and(|left| left.is_over));
        assert_eq!(over, Some(40));
    }

    #[test]
    fn rate_0_is_no_limit() {
        let limit = RateLimit::new(0);
        assert!((0..1000).all(|_| limit.count(user(1), 0).is_none()));
    }
}
