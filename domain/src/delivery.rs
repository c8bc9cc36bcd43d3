//! Messages to other systems: over which channel, in which state, and when a failed attempt is repeated.

use crate::id::DeliveryId;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How often a message is sent before it counts as failed: within 7 to 15 hours.
pub const MAX_ATTEMPTS: u32 = 12;
/// After the first attempt; twice as long after each further one.
const FIRST_DELAY: Duration = Duration::seconds(30);
/// The longest time between two attempts.
const LONGEST_DELAY: Duration = Duration::hours(6);

/// How a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Channel {
    /// An e-mail, by SMTP.
    Mail,
    /// JSON, by a POST request.
    Webhook,
    /// A budget or a customer of a LiteLLM proxy. Each has one message, which is replaced when it changes.
    LiteLlm,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Webhook, Self::LiteLlm];

    /// Its name in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::LiteLlm => "litellm",
        }
    }

    /// From its [`key`](Self::key).
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.key() == key)
    }

    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Mail => "Mail",
            Self::Webhook => "Webhook",
            Self::LiteLlm => "LiteLLM",
        }
    }
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeliveryState {
    /// It is sent when its time comes.
    Pending,
    /// The recipient took it.
    Delivered,
    /// It was sent [`MAX_ATTEMPTS`] times without success, and is not sent again by itself.
    Failed,
}

impl DeliveryState {
    /// From its name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "pending" => Some(Self::Pending),
            "delivered" => Some(Self::Delivered),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

/// How long after a failed attempt the next one follows; `None` after the last one. `random` spreads the attempts over the
/// second half of the delay, so that messages that failed together are not repeated together.
pub fn retry_delay(attempts: u32, random: u8) -> Option<Duration> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let doubled = FIRST_DELAY * 2_i32.pow(attempts.saturating_sub(1));
    let half = doubled.min(LONGEST_DELAY) / 2;
    Some(half + half * i32::from(random) / i32::from(u8::MAX))
}

/// A message that waits for longer was not delivered at the first attempts.
pub const LONG_WAIT: Duration = Duration::minutes(15);

/// Messages that were not delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// Not sent again by themselves.
    pub failed: i64,
    /// Sent again, and waiting for longer than [`LONG_WAIT`].
    pub waiting: i64,
    /// Since when the first of these waits.
    #[serde(with = "time::serde::rfc3339::option")]
    pub oldest: Option<OffsetDateTime>,
}

impl Undelivered {
    /// All of them.
    pub const fn count(&self) -> i64 {
        self.failed + self.waiting
    }
}

/// A message as the page of the jobs shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// The message; also its idempotency key.
    pub id: DeliveryId,
    /// How it is sent.
    pub channel: Channel,
    /// Where it is sent to.
    pub recipient: String,
    /// What it is about.
    pub subject: String,
    /// What has become of it.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: i32,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it is sent next, while it is pending.
    #[serde(with = "time::serde::rfc3339")]
    pub next_attempt_at: OffsetDateTime,
    /// When it was delivered, or failed for the last time.
    #[serde(with = "time::serde::rfc3339::option")]
    pub settled_at: Option<OffsetDateTime>,
    /// Why the last attempt failed.
    pub problem: Option<String>,
}

impl DeliveryRow {
    /// Whether there is something to repeat: it failed, or waits for another attempt.
    pub fn can_be_retried(&self) -> bool {
        self.state == DeliveryState::Failed || (self.state == DeliveryState::Pending && self.problem.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_six_hours_and_end() {
        let longest: Vec<i64> = (1..).map_while(|n| retry_delay(n, u8::MAX)).map(Duration::whole_seconds).collect();
        assert_eq!(longest, [30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 21_600]);
        for (attempts, longest) in (1..).zip(longest) {
            assert_eq!(retry_delay(attempts, 0).map(|delay| delay.whole_seconds()), Some(longest / 2), "{attempts}");
        }
        assert_eq!(retry_delay(MAX_ATTEMPTS, 0), None);
    }

    #[test]
    fn randomness_spreads_attempts_over_half_of_the_delay() {
        let delays: Vec<_> = (0..=u8::MAX).filter_map(|random| retry_delay(5, random)).collect();
        assert!(delays.is_sorted() && delays.windows(2).all(|pair| pair[0] < pair[1]), "{delays:?}");
    }

    #[test]
    fn channel_is_found_by_its_key() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_key(channel.key()), Some(channel));
        }
        assert_eq!(Channel::from_key("pigeon"), None);
    }
}
