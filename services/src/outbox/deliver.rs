//! Delivery: takes messages that are due under a lease, sends them, and writes down what came of it.

use crate::Services;
use crate::error::Error;
use crate::lease;
use domain::delivery::{Channel, retry_delay};
use futures_util::future::join_all;
use serde_json::Value;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How many messages are sent at the same time.
const BATCH: i64 = 16;
/// How long one attempt may take; a lease lasts longer.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);
/// The most characters that are kept of why an attempt failed.
const PROBLEM_LENGTH: usize = 500;

/// A message whose lease this instance holds.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) id: Uuid,
    pub(super) channel: Channel,
    pub(super) recipient: String,
    pub(super) subject: String,
    pub(super) payload: Value,
    /// This attempt counts.
    attempts: u32,
    leased_until: OffsetDateTime,
}

struct Row {
    id: Uuid,
    channel: String,
    recipient: String,
    subject: String,
    payload: Value,
    attempts: i32,
}

/// Sends the messages that are due; called by a job. Any number of instances may do so at the same time: a message is sent
/// by the one that holds its lease. Returns how many were delivered.
///
/// # Errors
/// The database failed. A message that was sent meanwhile is sent again when its lease has expired.
pub async fn deliver(services: &Services) -> Result<usize, Error> {
    let mut delivered = 0;
    loop {
        let batch = take(services).await?;
        if batch.is_empty() {
            return Ok(delivered);
        }
        for result in join_all(batch.iter().map(|message| attempt(services, message))).await {
            delivered += usize::from(result?);
        }
    }
}

/// Takes messages that are due and that no other instance sends: mails and webhooks first.
async fn take(services: &Services) -> Result<Vec<Taken>, Error> {
    let now = services.clock.now();
    let leased_until = lease::end(now);
    macro_rules! rows {
        ($condition:literal $(, $more:expr)?) => {
            sqlx::query_as!(
                Row,
                "update outbox set attempts = attempts + 1, leased_until = $2
                 where id = any(array(
                     select id from outbox
                     where state = 'pending' and next_attempt_at <= $1 and (leased_until is null or leased_until <= $1)
                       and "
                    + $condition
                    + " order by next_attempt_at limit $3 for update skip locked))
                 returning id, channel, recipient, subject, payload, attempts",
                now,
                leased_until,
                BATCH
                $(, $more)?
            )
            .fetch_all(&services.pool)
            .await?
        };
    }
    let mut rows = rows!("channel <> 'litellm'");
    // Only to the proxy that a maintainer has started.
    if rows.is_empty()
        && let Some(proxy) = &services.channels.litellm
    {
        rows = rows!(
            "channel = 'litellm' and exists (select from litellm_push where address = $4 and stopped_at is null)",
            proxy.address()
        );
    }
    rows.into_iter()
        .map(|row| {
            let unknown = || Error::Broken(format!("unknown channel {}", row.channel));
            Ok(Taken {
                id: row.id,
                channel: Channel::from_key(&row.channel).ok_or_else(unknown)?,
                recipient: row.recipient,
                subject: row.subject,
                payload: row.payload,
                attempts: row.attempts.unsigned_abs(),
                leased_until,
            })
        })
        .collect()
}

/// Sends a message and writes down how that ended. Returns whether it was delivered.
async fn attempt(services: &Services, message: &Taken) -> Result<bool, Error> {
    let sent = services.channels.send(message, services.clock.now());
    let sent = tokio::time::timeout(SEND_TIMEOUT, sent).await;
    let sent = sent.unwrap_or_else(|_| Err(format!("No answer within {} seconds.", SEND_TIMEOUT.as_secs())));
    let now = services.clock.now();
    let problem = sent.as_ref().err().map(|problem| problem.chars().take(PROBLEM_LENGTH).collect::<String>());
    let [random] = services.random.bytes();
    let next_attempt_at = problem.as_ref().and_then(|_| Some(now + retry_delay(message.attempts, random)?));
    // An instance that lost its lease writes nothing: the message is sent again, by another one.
    sqlx::query!(
        "update outbox
         set leased_until = null, problem = $3, next_attempt_at = coalesce($4, next_attempt_at),
             state = case when $3::text is null then 'delivered' when $4::timestamptz is null then 'failed' else state end,
             settled_at = case when $3::text is null or $4::timestamptz is null then $5::timestamptz end
         where id = $1 and leased_until = $2",
        message.id,
        message.leased_until,
        problem,
        next_attempt_at,
        now
    )
    .execute(&services.pool)
    .await?;
    Ok(problem.is_none())
}
