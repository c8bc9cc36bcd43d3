//! How many requests a user or a gateway may send in a minute, and how many may come from one network.
//!
//! Counted in each process: the limit keeps one API client from crowding out the rest, it guards no right.

use domain::id::{GatewayId, UserId};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const WINDOW_SECONDS: i64 = 60;
/// So many users at their limit may share a network: an office, or a proxy that sends the tokens of many.
const USERS_PER_NETWORK: u32 = 20;
/// A gateway sends two requests for each call of every user behind it: at the default, 1,000 requests a second.
const USERS_PER_GATEWAY: u32 = 100;
/// So many gateways at their limit may share a network.
const GATEWAYS_PER_NETWORK: u32 = 5;

/// The requests of the present minute.
#[derive(Clone, Debug)]
pub struct RateLimit {
    per_minute: Option<NonZeroU32>,
    counts: Arc<Mutex<Counts>>,
}

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Requests of a user.
    User(UserId),
    /// Requests of a gateway.
    Gateway(GatewayId),
    /// Requests without authentication.
    Anonymous(Network),
    /// All requests of a network without the token of a gateway, before they are authenticated.
    All(Network),
    /// All requests of a network with what looks like the token of a gateway, before they are authenticated.
    AllGateways(Network),
    /// Requests with one gateway token that was refused, by the token's hash.
    RefusedToken(Vec<u8>),
    /// Different gateway tokens of a network that were refused.
    RefusedTokens(Network),
}

impl Key {
    /// How many users' requests may be counted under it.
    const fn users(&self) -> u32 {
        match self {
            Self::User(_) | Self::Anonymous(_) | Self::RefusedToken(_) => 1,
            Self::All(_) | Self::RefusedTokens(_) => USERS_PER_NETWORK,
            Self::Gateway(_) => USERS_PER_GATEWAY,
            Self::AllGateways(_) => USERS_PER_GATEWAY * GATEWAYS_PER_NETWORK,
        }
    }
}

/// One IPv4 address or the /64 of an IPv6 one, which is what one machine has; `None` where it is not known.
pub type Network = Option<IpAddr>;

#[derive(Debug, Default)]
struct Counts {
    window: i64,
    by_key: HashMap<Key, u32>,
}

/// What is left of a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Of a whole minute.
    pub limit: u32,
    /// Without the requests so far.
    pub remaining: u32,
    /// Whether there have been more already.
    pub is_over: bool,
    /// Until the next minute begins.
    pub seconds: u64,
}

impl RateLimit {
    /// So many requests a minute; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: NonZeroU32::new(per_minute), counts: Arc::default() }
    }

    /// Counts one more at a moment in seconds; `None` without a limit.
    pub fn count(&self, key: Key, now: i64) -> Option<Left> {
        let limit = self.limit(&key)?;
        let mut counts = self.counts(now);
        let count = counts.by_key.entry(key).or_default();
        *count = count.saturating_add(1);
        Some(Left::of(limit, *count, now))
    }

    /// What is left, when there is nothing left at a moment in seconds: for requests that are counted after their answer.
    pub fn used_up(&self, key: &Key, now: i64) -> Option<Left> {
        let limit = self.limit(key)?;
        let count = self.counts(now).by_key.get(key).copied().unwrap_or_default();
        Some(Left::of(limit, count, now)).filter(|left| left.remaining == 0)
    }

    fn limit(&self, key: &Key) -> Option<u32> {
        Some(self.per_minute?.get().saturating_mul(key.users()))
    }

    fn counts(&self, now: i64) -> MutexGuard<'_, Counts> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let window = now.div_euclid(WINDOW_SECONDS);
        if counts.window != window {
            *counts = Counts { window, by_key: HashMap::new() };
        }
        counts
    }
}

impl Left {
    fn of(limit: u32, count: u32, now: i64) -> Self {
        Self {
            limit,
            remaining: limit.saturating_sub(count),
            is_over: count > limit,
            seconds: u64::try_from(WINDOW_SECONDS - now.rem_euclid(WINDOW_SECONDS)).unwrap_or_default(),
        }
    }
}

/// The network of an address.
pub fn network(address: Option<IpAddr>) -> Network {
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
    fn gateway_may_send_the_requests_of_a_hundred_users_and_five_may_share_a_network() {
        let limit = RateLimit::new(2);
        let over =
            |key: &dyn Fn() -> Key| (0..2_000).position(|_| limit.count(key(), 0).is_some_and(|left| left.is_over));
        assert_eq!(over(&|| Key::Gateway(GatewayId(uuid::Uuid::from_u128(1)))), Some(200));
        assert_eq!(over(&|| Key::AllGateways(at("192.0.2.1"))), Some(1_000));
        assert_eq!(over(&|| Key::All(at("192.0.2.1"))), Some(40), "counted by itself");
        let refused = || Key::RefusedTokens(at("192.0.2.1"));
        assert!(limit.used_up(&refused(), 0).is_none());
        assert_eq!(over(&refused), Some(40));
        assert!(limit.used_up(&refused(), 0).is_some_and(|left| left.seconds == 60));
    }

    #[test]
    fn rate_0_is_no_limit() {
        let limit = RateLimit::new(0);
        assert!((0..1000).all(|_| limit.count(user(1), 0).is_none()));
    }
}
